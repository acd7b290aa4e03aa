"""Learns to understand messages from labelled data, and judges it on others. Nothing here decides a reply.

It may import `messages`, `language`, `screening` and `dialogue`.
"""
