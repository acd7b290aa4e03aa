"""Counts by day for reports, kept apart from everything that belongs to a person.

What is counted in a transaction is added up and stored at its end, after all else and in a fixed order: two transactions never wait for
each other's counts. Each count has one property only (the language, or the channel, …): counts cannot be joined to describe one contact.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import func, inspect, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from bot.storage.tables import Table
from bot.storage.tables_outward import DayCount

ZONE: Final = ZoneInfo("Europe/Warsaw")
_WAITING: Final = "counts"

Counts = Mapping[tuple[str, str, str], int]
_Place = tuple[str, str, str, str]


@dataclass(frozen=True)
class _Counted:
    table: type[Table]
    by: int
    values: Mapping[str, object]


def day_of(moment: datetime) -> str:
    """Return the day in Poland, such as 2026-11-24."""
    return moment.astimezone(ZONE).date().isoformat()


def count(session: AsyncSession, now: datetime, measure: str, key: str = "", *, by: int = 1) -> None:
    """Count something that happens in this transaction; a transaction that fails counts nothing."""
    count_in(session, DayCount, (day_of(now), measure, key), by=by)


def count_in(session: AsyncSession, table: type[Table], place: tuple[str, str, str], *, by: int = 1, **values: object) -> None:
    """Count in a table whose primary key is a period, a measure and a key; `values` are its other columns."""
    waiting: dict[_Place, _Counted] = session.sync_session.info.setdefault(_WAITING, {})
    before = waiting.get((table.__tablename__, *place))
    waiting[table.__tablename__, *place] = _Counted(table, by + (before.by if before is not None else 0), values)


async def store_counts(session: AsyncSession) -> None:
    """Store what was counted in this transaction; called once, at its end."""
    waiting: dict[_Place, _Counted] = session.sync_session.info.pop(_WAITING, {})
    rows: defaultdict[type[Table], list[Mapping[str, object]]] = defaultdict(list)
    for (_, *place), counted in sorted(waiting.items(), key=lambda item: item[0]):
        if counted.by != 0:
            key = zip(inspect(counted.table).primary_key, place, strict=True)
            rows[counted.table].append({column.name: value for column, value in key} | {**counted.values, "count": counted.by})
    if rows:
        await session.flush()
    for table, counts in rows.items():
        await session.execute(_adding(table, session.get_bind().dialect.name), counts)


@cache
def _adding(table: type[Table], dialect: str) -> Any:
    """Return the statement that adds to the counts of a table, whatever its rows."""
    kind: Any = postgresql if dialect == "postgresql" else sqlite
    columns: Any = inspect(table).local_table.columns
    row = kind.insert(table.__table__)
    others = {column.name: row.excluded[column.name] for column in columns if not column.primary_key}
    return row.on_conflict_do_update(
        index_elements=[column for column in columns if column.primary_key],
        set_={**others, "count": columns["count"] + row.excluded["count"]},
    )


async def read_counts(session: AsyncSession, *, first: str, last: str) -> Counts:
    """Return the counts of all days from `first` to `last`, by day, measure and key."""
    found = await session.execute(select(DayCount).where(DayCount.day >= first, DayCount.day <= last, DayCount.count > 0))
    return {(row.day, row.measure, row.key): row.count for row in found.scalars()}


async def first_day(session: AsyncSession) -> str | None:
    """Return the first day with a count."""
    return await session.scalar(select(func.min(DayCount.day)))
