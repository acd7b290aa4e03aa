"""Telegram: takes updates, tidies chats, delivers replies."""
