"""Rasa graph components, thin, over `bot.screening`."""
