"""How several processes share the work of one table: each row is done by one, and tried again when it failed or its process died.

A row is claimed in one transaction: locked, so that nobody else claims it, counted as an attempt, and held until a lease ends. The
work is done outside of any transaction, and its result stored in another. Whoever dies in between leaves a row whose lease ends, and
which is due again then. Whoever was only slow finds, by the count of attempts, that somebody else holds the row, and leaves it alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Protocol

from sqlalchemy import Select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.storage.tables import AlarmCall, Delivery, ProviderErasureDue, Table
from bot.storage.tables_outward import CaseEvent

SENDING: Final = "sending"
OPEN: Final = ("due", SENDING)
_MOST_DOUBLINGS: Final = 10


class Claimable(Protocol):
    """A row that is claimed: due from a time on, which is the end of its lease while somebody holds it."""

    attempts: int
    due_at: datetime


@dataclass(frozen=True)
class Retry:
    """After what pause something is tried again: `first`, then `factor` times as long each time, up to `longest`."""

    first: timedelta
    longest: timedelta
    factor: int = 2

    def after(self, failures: int) -> timedelta:
        """Return the pause after so many failures in a row, at least one."""
        times: int = self.factor ** min(failures - 1, _MOST_DOUBLINGS)
        return min(self.first * times, self.longest)


def nobody_elses[*Rows](chosen: Select[*Rows], table: type[Table]) -> Select[*Rows]:
    """Return a query that locks its rows of a table, reads them as they are now, and leaves out what another process has locked."""
    return chosen.with_for_update(skip_locked=True, of=table).execution_options(populate_existing=True)


def hold(row: Claimable, *, until: datetime) -> None:
    """Claim a locked row for one more attempt."""
    row.attempts += 1
    row.due_at = until


def is_held(row: Claimable, *, attempt: int) -> bool:
    """Say whether a row is still held by whoever made an attempt: nobody claimed it since."""
    return row.attempts == attempt


async def held[Row: (Delivery, ProviderErasureDue)](
    session: AsyncSession, table: type[Row], number: int | str, *, attempt: int
) -> Row | None:
    """Return a row, locked and as it is now; None when it is gone, or its lease ended and somebody else holds it."""
    row = await session.get(table, number, with_for_update=True, populate_existing=True)
    return row if row is not None and is_held(row, attempt=attempt) else None


async def settle(
    session: AsyncSession, table: type[AlarmCall] | type[CaseEvent], number: int, *, attempt: int, **values: object
) -> None:
    """Store what came of an attempt, unless its lease ended and somebody else holds the row now."""
    await session.execute(
        update(table)
        .where(table.id == number, table.state == SENDING, table.attempts == attempt)
        .values(**values)
        .execution_options(synchronize_session=False)
    )
