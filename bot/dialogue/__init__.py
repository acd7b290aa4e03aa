"""What is said next: from a message, understood as commands, to the texts of a reply.

Pure functions and values; may import `bot.messages`, `bot.screening` and the texts, never storage, channels or Rasa.
"""
