"""What the watch and the page of alarms need of the program."""

from __future__ import annotations

from typing import Protocol

from bot.alarms.store import AlarmStore
from bot.runtime.parts import Parts


class AlarmParts(Parts, Protocol):
    """The program, as far as alarms see it."""

    @property
    def alarms(self) -> AlarmStore:
        """Return the alarms as they are kept."""
        ...
