"""Backups: a copy of everything, sealed so that this machine cannot open it, and the way back."""
