"""What a part that works beside the requests needs of the program, without knowing how the program is put together."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from bot.runtime.live_events import LiveEvents
from bot.settings import Settings
from bot.storage.database import Database


class Parts(Protocol):
    """The program, as far as such a part sees it."""

    @property
    def settings(self) -> Settings:
        """Return the settings."""
        ...

    @property
    def database(self) -> Database:
        """Return the database."""
        ...

    @property
    def live_events(self) -> LiveEvents:
        """Return what tells others that something changed."""
        ...

    @property
    def clock(self) -> Callable[[], datetime]:
        """Return the clock."""
        ...
