"""The cases that are open and the waves among them, read once for all who look at the same moment.

A page looks twice, for its list and for its banner, and every page that is open looks when something changes: with thousands of cases
that are alike each look costs more than a person's message.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from bot.alarms.sounding import OpenAlarm, open_alarms
from bot.handoff.waves import OpenCase, Wave, open_cases, waves
from bot.runtime.live_events import QUEUE, LiveEvents

FRESH_SECONDS: Final = 1.0  # what changes without a word, a case that is over its time, is seen after that


@dataclass(frozen=True)
class OpenNow:
    """The open cases in the queue's order, the waves among them, and the alarms of those that nobody has taken."""

    cases: tuple[OpenCase, ...]
    waves: tuple[Wave, ...]
    alarms: tuple[OpenAlarm, ...]


class OpenQueue:
    """Keeps what was read last until something in the queue changes, here or in another process."""

    def __init__(self, live_events: LiveEvents, *, clock: Callable[[], float] = time.monotonic) -> None:
        self.clock = clock
        self.took = 0.0  # seconds, the last time that it was read
        self._changes = 0
        self._kept: tuple[int, float, OpenNow] | None = None
        live_events.subscribers.append(self._hear)

    def _hear(self, name: str) -> None:
        self._changes += name == QUEUE

    async def read(self, session: AsyncSession) -> OpenNow:
        """Return what is open now: what was read a moment ago, where nothing has changed since it was asked for."""
        changes, now = self._changes, self.clock()
        if self._kept is not None:
            known, read_at, kept = self._kept
            if known == changes and now - read_at < FRESH_SECONDS:
                return kept
        cases = tuple(await open_cases(session))
        found = OpenNow(cases, tuple(waves(cases)), tuple(await open_alarms(session)))
        self._kept = changes, now, found
        self.took = self.clock() - now
        return found
