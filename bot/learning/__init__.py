"""Learns to understand messages from labelled data, and judges it on others. The running program imports none of it.

It may import `messages`, `language`, `screening` and `dialogue`.
"""
