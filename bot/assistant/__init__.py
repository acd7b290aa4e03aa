"""Rasa in this process: its graph components, its training, and the repairs to it. Only `actions` beside it imports a part, the `rasa_sdk`.

It may import `messages`, `settings`, `language`, `screening`, `dialogue`, `learning`, `actions` and `runtime`.
"""
