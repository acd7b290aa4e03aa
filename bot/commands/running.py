"""Whether the server runs, for commands that must not work beside it."""

from __future__ import annotations

import socket

from bot.settings import Settings


def is_running(settings: Settings) -> bool:
    """Say whether something answers where the server listens."""
    try:
        with socket.create_connection((settings.host, settings.port), timeout=2):
            return True
    except OSError:
        return False
