"""The web chat: its interface, its page with and without scripts, and what keeps floods out.

It may import `messages`, `settings`, `language`, `storage`, `http`, `runtime`, `delivery`, `conversation` and `program`.
"""
