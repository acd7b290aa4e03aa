"""Counts by day for reports, kept apart from everything that belongs to a person.

What is counted in a transaction is added up and stored at its end, in a fixed order: two transactions never wait for each other's
counts. Each count has one property only (the language, or the channel, …): counts cannot be joined to describe one contact.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from bot.storage.tables_outward import DayCount

ZONE: Final = ZoneInfo("Europe/Warsaw")
_WAITING: Final = "counts"

Counts = Mapping[tuple[str, str, str], int]


def day_of(moment: datetime) -> str:
    """Return the day in Poland, such as 2026-11-24."""
    return moment.astimezone(ZONE).date().isoformat()


def count(session: AsyncSession, now: datetime, measure: str, key: str = "", *, by: int = 1) -> None:
    """Count something that happens in this transaction; a transaction that fails counts nothing."""
    waiting: dict[tuple[str, str, str], int] = session.sync_session.info.setdefault(_WAITING, {})
    place = (day_of(now), measure, key)
    waiting[place] = waiting.get(place, 0) + by


async def store_counts(session: AsyncSession) -> None:
    """Store what was counted in this transaction; called once, at its end."""
    waiting: dict[tuple[str, str, str], int] = session.sync_session.info.pop(_WAITING, {})
    for (day, measure, key), by in sorted(waiting.items()):
        if by == 0:
            continue
        dialect: Any = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
        row = dialect.insert(DayCount).values(day=day, measure=measure, key=key, count=by)
        await session.execute(
            row.on_conflict_do_update(
                index_elements=[DayCount.day, DayCount.measure, DayCount.key], set_={"count": DayCount.count + by}
            )
        )


async def read_counts(session: AsyncSession, *, first: str, last: str) -> Counts:
    """Return the counts of all days from `first` to `last`, by day, measure and key."""
    found = await session.execute(select(DayCount).where(DayCount.day >= first, DayCount.day <= last, DayCount.count > 0))
    return {(row.day, row.measure, row.key): row.count for row in found.scalars()}


async def first_day(session: AsyncSession) -> str | None:
    """Return the first day with a count."""
    return await session.scalar(select(func.min(DayCount.day)))
