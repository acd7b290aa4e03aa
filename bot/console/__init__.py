"""The hotline's console: who waits, why, in which language; take, read, answer."""
