"""The cases that are open and the waves among them, read once for all who look at the same moment.

A page looks twice, for its list and for its banner, and every page that is open looks when something changes: with thousands of cases
that are alike each look costs more than a person's message.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from bot.alarms.due import calls
from bot.alarms.sounding import OpenAlarm, open_alarms
from bot.handoff.waves import OpenCase, Wave, open_cases, waves
from bot.messages import Triage
from bot.runtime.live_events import QUEUE, LiveEvents

MOST_NEWS: Final = 100  # marks that a page gets: who sees that many wait needs no notification of the oldest
FRESH_SECONDS: Final = 1.0  # what changes without a word, a case that is over its time, is seen after that


@dataclass(frozen=True)
class OpenNow:
    """The open cases in the queue's order, the waves among them, and the alarms of those that nobody has taken."""

    cases: tuple[OpenCase, ...]
    waves: tuple[Wave, ...]
    alarms: tuple[OpenAlarm, ...]

    @cached_property
    def waiting(self) -> tuple[OpenCase, ...]:
        """Return the cases that somebody should take."""
        return tuple(case for case in self.cases if case.waits)

    @cached_property
    def sounding(self) -> tuple[OpenAlarm, ...]:
        """Return the alarms that nobody has heard."""
        return tuple(alarm for alarm in self.alarms if not alarm.acknowledged)

    @cached_property
    def in_waves(self) -> Mapping[str, str]:
        """Return the mark of its wave by the id of each case that is in one."""
        return {case.id: wave.mark for wave in self.waves for case in wave.cases}

    @cached_property
    def calling(self) -> Mapping[tuple[str, Triage], datetime]:
        """Return what calls, a case or a wave that stands for all that are alike, and since when; nothing that somebody has heard."""
        heard = {one.which for one in self.alarms if one.acknowledged} - {one.which for one in self.sounding}
        calling: dict[tuple[str, Triage], datetime] = {}
        for case in self.cases:
            which = self.in_waves.get(case.id, case.id)
            if calls(case) and which not in heard:
                calling[which, case.triage] = max(case.waiting_since, calling.get((which, case.triage), case.waiting_since))
        return calling

    @cached_property
    def news(self) -> tuple[str, ...]:
        """Return a mark for each that calls, and for each alarm; of more than a page can take in, the newest."""
        marks = {f"{which}:{triage}": since for (which, triage), since in self.calling.items()}
        marks |= {alarm.id: alarm.raised_at for alarm in self.sounding}
        newest = set(sorted(marks, key=marks.__getitem__, reverse=True)[:MOST_NEWS])
        return tuple(mark for mark in marks if mark in newest)


class OpenQueue:
    """Keeps what was read last until something in the queue changes, here or in another process.

    Reading takes turns with those who write. Who asks while it is read waits for it, and reads anew when something has changed since.
    """

    def __init__(self, live_events: LiveEvents, *, clock: Callable[[], float] = time.monotonic) -> None:
        self.clock = clock
        self.took = 0.0  # seconds, the last time that it was read
        self._changes = 0
        self._kept: tuple[float, OpenNow] | None = None
        self._reading = asyncio.Lock()
        live_events.subscribers.append(self._hear)

    def _hear(self, name: str) -> None:
        if name == QUEUE:
            self._changes += 1
            self._kept = None  # what is over, or erased, is not kept for longer than it is shown

    async def read(self, session: AsyncSession) -> OpenNow:
        """Return what is open now: what was read a moment ago, where nothing has changed since it was asked for.

        The session has read nothing yet: its snapshot is of the moment in which reading begins.
        """
        async with self._reading:
            changes, now = self._changes, self.clock()
            if self._kept is not None and now - self._kept[0] < FRESH_SECONDS:
                return self._kept[1]
            cases = tuple(await open_cases(session))
            await asyncio.sleep(0)
            found = OpenNow(cases, tuple(waves(cases)), tuple(await open_alarms(session)))
            if changes == self._changes:
                self._kept = now, found
            self.took = self.clock() - now
        return found
