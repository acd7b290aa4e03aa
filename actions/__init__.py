"""Rasa's custom actions, thin, over `bot.dialogue`.

They run in the program's process (bot/assistant/assistant.py) or in Rasa's own action server (`rasa run actions`).
"""
