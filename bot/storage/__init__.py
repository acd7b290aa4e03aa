"""Everything that is remembered: encrypted, pseudonymous, with an end date; and the log of who read or changed what."""
