"""The way of one message from receipt to reply: stored, understood, decided, answered or handed over.

It may import `messages`, `language`, `screening`, `dialogue`, `storage`, `runtime`, `handoff` and `delivery`.
"""
