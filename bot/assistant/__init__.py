"""Rasa in this process: its graph components, its training, and the repairs to it. No other package imports Rasa.

It may import `messages`, `settings`, `language`, `screening`, `dialogue`, `learning`, `actions` and `runtime`.
"""
