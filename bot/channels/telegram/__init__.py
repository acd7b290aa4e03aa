"""Telegram: takes updates, tidies chats, delivers replies.

It may import `messages`, `settings`, `language`, `storage`, `http`, `runtime`, `delivery`, `program` and `channels.provider`.
"""
