"""Everything that is remembered: encrypted, pseudonymous, and with an end date."""
