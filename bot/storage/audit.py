"""The audit log: who read or changed what, and when; chained, so that a changed or missing entry shows.

Each entry's hash is keyed with the key file and covers the entry before it: whoever has the database alone can neither change an
entry nor write one. The newest entries could still be cut off; so every entry's number and hash also go to the program's log, and
`verify` can be given one of them to look for.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

import structlog
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.storage.tables import AuditEntry
from bot.storage.vault import Vault

# Its lines get as far as the configuration of the logs at any level, which decides (bot/runtime/logs.py).
log = structlog.wrap_logger(None, wrapper_class=structlog.make_filtering_bound_logger(logging.INFO))
START: Final = "start"
PROGRAM: Final = "program"  # the staff_id of what the program or its command line does
PAGE: Final = 1000
LOOKED_AT: Final = 20  # one entry that somebody changed does not make the key file a wrong one
_LOCK: Final = 22_628_01_20  # any number that nobody else locks


class AuditBroken(Exception):
    """The audit log was changed or cut; the message says at which entry."""


@dataclass(frozen=True)
class AuditHead:
    """The newest entry: what to write down in order to notice later that the log was cut."""

    number: int
    hash: str


class AuditLog:
    """Writes and checks the log."""

    def __init__(self, vault: Vault) -> None:
        self.vault = vault

    async def record(self, session: AsyncSession, *, staff_id: str, action: str, subject: str, now: datetime) -> None:
        """Append an entry in the transaction of what it records: either both happen or neither.

        `action` and `subject` are codes and ids, never words of people.
        """
        if session.get_bind().dialect.name == "postgresql":
            # Two writers must not chain to the same entry. SQLite has one writer at a time already.
            await session.execute(select(func.pg_advisory_xact_lock(_LOCK)))
        head = await self.head(session)
        entry = AuditEntry(
            number=head.number + 1,
            at=now,
            staff_id=staff_id,
            action=action,
            subject=subject,
            previous_hash=head.hash,
            hash="",
        )
        entry.hash = self._hash(entry)
        session.add(entry)
        await session.flush()
        log.info("audit", number=entry.number, hash=entry.hash)

    async def head(self, session: AsyncSession) -> AuditHead:
        """Return the newest entry's number and hash."""
        found = await session.execute(select(AuditEntry).order_by(AuditEntry.number.desc()).limit(1))
        newest = found.scalar_one_or_none()
        return AuditHead(0, START) if newest is None else AuditHead(newest.number, newest.hash)

    async def verify(self, session: AsyncSession, *, expected: AuditHead | None = None) -> AuditHead:
        """Check the whole chain, and that it still holds `expected`; raises AuditBroken at the first fault."""
        head = AuditHead(0, START)
        while (reached := await self.verify_next(session, head)) != head:
            head = reached
        entry = await session.get(AuditEntry, expected.number) if expected is not None and expected.number else None
        if expected is not None and expected.number and (entry is None or entry.hash != expected.hash):
            raise AuditBroken(
                f"The audit log does not hold entry {expected.number} as it was written down: it was cut or replaced."
            )
        return head

    async def verify_next(self, session: AsyncSession, after: AuditHead) -> AuditHead:
        """Check the entries that follow one, PAGE at most; return the last of them, `after` when there is none. Raises AuditBroken."""
        number, previous = after.number, after.hash
        for entry in await self._after(session, number):
            if entry.number != number + 1:
                raise AuditBroken(f"Entry {number + 1} of the audit log is missing.")
            if entry.previous_hash != previous or entry.hash != self._hash(entry):
                raise AuditBroken(f"Entry {entry.number} of the audit log was changed.")
            number, previous = entry.number, entry.hash
        return AuditHead(number, previous)

    async def is_ours(self, session: AsyncSession) -> bool:
        """Say whether entries were written with our key file: one of the newest fits, or there is none yet."""
        entries = await self.newest(session, before=None, limit=LOOKED_AT)
        return not entries or any(entry.hash == self._hash(entry) for entry in entries)

    async def about(self, session: AsyncSession, subject: str, *, actions: Sequence[str]) -> Sequence[AuditEntry]:
        """Return the entries on one subject with one of the actions, oldest first."""
        found = await session.execute(
            select(AuditEntry).where(AuditEntry.subject == subject, AuditEntry.action.in_(actions)).order_by(AuditEntry.number)
        )
        return found.scalars().all()

    async def newest(self, session: AsyncSession, *, before: int | None, limit: int) -> Sequence[AuditEntry]:
        """Return entries, newest first, before an entry's number."""
        query = select(AuditEntry).order_by(AuditEntry.number.desc()).limit(limit)
        if before is not None:
            query = query.where(AuditEntry.number < before)
        return (await session.execute(query)).scalars().all()

    async def _after(self, session: AsyncSession, number: int) -> Sequence[AuditEntry]:
        found = await session.execute(
            select(AuditEntry).where(AuditEntry.number > number).order_by(AuditEntry.number).limit(PAGE)
        )
        return found.scalars().all()

    def _hash(self, entry: AuditEntry) -> str:
        parts = (
            str(entry.number),
            entry.at.astimezone(UTC).isoformat(),
            entry.staff_id,
            entry.action,
            entry.subject,
            entry.previous_hash,
        )
        return self.vault.fingerprint("audit", "\0".join(parts))
