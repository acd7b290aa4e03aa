"""Whether the clock may be trusted with deleting. A clock that jumps ahead by three months would delete everything that there is.

The time is written down at each start and every hour. When more time has passed since then than a day, or when it runs backwards, the
clock jumped, or the machine was off: nobody can tell which. Nothing is deleted then for a day in which the clock goes on as it
should: that is time enough for a time server, or an operator who reads the log, to put it right, and no long delay of what was promised.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from bot.storage.tables_watch import ClockWatch

LONGEST_PAUSE: Final = timedelta(days=1)
SET_BACK: Final = timedelta(minutes=10)  # by a time server
DOUBT: Final = timedelta(days=1)
_ROW: Final = 1


@dataclass(frozen=True)
class ClockJumped:
    """The clock jumped: from when to when, and until when nothing is deleted unless an operator says that it is right."""

    before: datetime
    now: datetime
    doubted_until: datetime


async def look(session: AsyncSession, now: datetime) -> ClockJumped | None:
    """Write the time down; return the jump that it makes, or made less than a day ago. None when the clock may be trusted."""
    row = await session.get(ClockWatch, _ROW, with_for_update=True)
    if row is None:
        session.add(ClockWatch(id=_ROW, seen_at=now))
        return None
    if not -SET_BACK <= now - row.seen_at <= LONGEST_PAUSE:
        row.jumped_from, row.doubted_until = row.seen_at, now + DOUBT
    row.seen_at = now
    if row.jumped_from is None or row.doubted_until is None or now >= row.doubted_until:
        row.jumped_from = row.doubted_until = None
        return None
    return ClockJumped(row.jumped_from, now, row.doubted_until)


async def trust(session: AsyncSession, now: datetime) -> None:
    """Take an operator's word that the clock is right."""
    await session.merge(ClockWatch(id=_ROW, seen_at=now, jumped_from=None, doubted_until=None))
