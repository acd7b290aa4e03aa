"""Everything that is remembered: encrypted, pseudonymous, with an end date; and the log of who read or changed what.

It may import `messages`, `settings` and `screening`.
"""
