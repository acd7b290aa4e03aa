"""The web chat: its interface, its page with and without scripts, and what keeps floods out."""
