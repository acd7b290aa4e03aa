"""Which questions found no answer: counts by week, without anybody's words, so that the library grows where it is used.

A question is known by the answer that was nearest to it. Like the counts for reports each count has one property only, and whoever
asks the same kind of thing several times on one day is counted once (bot/conversation/contact_counts.py).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.storage.counts import ZONE, count_in
from bot.storage.tables_answers import GapCount

KEEP: Final = timedelta(weeks=12)
NEAR, LANGUAGE = "near", "language"


@dataclass(frozen=True)
class Gaps:
    """How many questions found no answer: by the id of the answer that was nearest ("" where none was), and by language."""

    by_nearest: Counter[str]
    by_language: Counter[str]


def week_of(moment: datetime) -> str:
    """Return the Monday of a week in Poland, such as 2026-11-23."""
    day = moment.astimezone(ZONE).date()
    return (day - timedelta(days=day.weekday())).isoformat()


def count_gaps(session: AsyncSession, now: datetime, nearest: Iterable[str], language: str) -> None:
    """Count questions without an answer in this transaction, by what was nearest to each."""
    for name in nearest:
        for measure, key in ((NEAR, name), (LANGUAGE, language)):
            count_in(session, GapCount, (week_of(now), measure, key), expires_at=now + KEEP)


async def read_gaps(session: AsyncSession, now: datetime, *, weeks: int) -> Gaps:
    """Return what found no answer in this week and those before it, `weeks` in all."""
    first = week_of(now - timedelta(weeks=weeks - 1))
    found: dict[str, Counter[str]] = {NEAR: Counter(), LANGUAGE: Counter()}
    for row in await session.scalars(select(GapCount).where(GapCount.week >= first)):
        found[row.measure][row.key] += row.count
    return Gaps(found[NEAR], found[LANGUAGE])


async def forget_old(session: AsyncSession, now: datetime) -> None:
    """Delete the counts whose time is over."""
    await session.execute(delete(GapCount).where(GapCount.expires_at < now))
