"""What is said next: from a message, understood as commands, to the texts of a reply. Pure functions and values.

It may import `messages`, `language` and `screening`.
"""
