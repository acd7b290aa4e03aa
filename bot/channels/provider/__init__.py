"""What each provider of channels is to the program: its channels, its webhook, how it is opened, and what it says when it is asked.

It may import `settings`, `delivery` and `program`.
"""
