"""The interface for other systems of the hotline: cases as JSON, without words unless a token allows them, never with numbers.

It may import `messages`, `language`, `storage`, `http`, `handoff`, `conversation`, `program` and `console`.
"""
