"""The audit log cannot be changed without its showing."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import delete, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.program import Program
from bot.storage.audit import AuditBroken, AuditHead, AuditLog
from bot.storage.tables import AuditEntry
from bot.storage.vault import Vault

ENTRIES = 5


@pytest.fixture
async def log(program: Program) -> AuditLog:
    log = AuditLog(program.vault)
    for number in range(ENTRIES):
        async with program.database.transaction() as session:
            await log.record(session, staff_id="ola", action="case_read", subject=str(number), now=program.clock())
    return log


async def test_a_log_that_nobody_touched_is_whole(program: Program, log: AuditLog) -> None:
    async with program.database.transaction() as session:
        head = await log.verify(session)
        assert head == await log.head(session)
    assert head.number == ENTRIES


@pytest.mark.parametrize("column", ["staff_id", "action", "subject", "previous_hash", "hash"])
async def test_a_changed_entry_shows(program: Program, log: AuditLog, column: str) -> None:
    async with program.database.transaction() as session:
        await session.execute(update(AuditEntry).where(AuditEntry.number == 3).values({column: "jan"}))
    async with program.database.transaction() as session:
        with pytest.raises(AuditBroken, match="Entry 3 "):
            await log.verify(session)


async def test_a_changed_time_shows(program: Program, log: AuditLog) -> None:
    async with program.database.transaction() as session:
        await session.execute(text("UPDATE audit SET at = '2020-01-01 00:00:00.000000' WHERE number = 2"))
    async with program.database.transaction() as session:
        with pytest.raises(AuditBroken, match="Entry 2 "):
            await log.verify(session)


@pytest.mark.parametrize("gone", [1, 3])
async def test_a_missing_entry_shows(program: Program, log: AuditLog, gone: int) -> None:
    async with program.database.transaction() as session:
        await session.execute(delete(AuditEntry).where(AuditEntry.number == gone))
    async with program.database.transaction() as session:
        with pytest.raises(AuditBroken, match=f"Entry {gone} .* missing"):
            await log.verify(session)


@pytest.mark.parametrize(
    "cut", [lambda entry: entry.number > 3, lambda entry: entry.number > 0], ids=["the newest entries", "everything"]
)
async def test_a_log_that_was_cut_shows_to_whoever_wrote_down_an_entry(
    program: Program, log: AuditLog, cut: Callable[[type[AuditEntry]], bool]
) -> None:
    async with program.database.transaction() as session:
        noted = await log.head(session)
        assert await log.verify(session, expected=noted) == noted
        await session.execute(delete(AuditEntry).where(cut(AuditEntry)))
    async with program.database.transaction() as session:
        with pytest.raises(AuditBroken, match="cut or replaced"):
            await log.verify(session, expected=noted)


async def test_who_has_the_database_alone_cannot_write_an_entry(program: Program, log: AuditLog) -> None:
    forger = AuditLog(Vault(keys=program.vault.keys, pseudonym_key=b"0" * 32))
    async with program.database.transaction() as session:
        await forger.record(session, staff_id="ola", action="case_read", subject="x", now=program.clock())
    async with program.database.transaction() as session:
        with pytest.raises(AuditBroken, match=f"Entry {ENTRIES + 1} "):
            await log.verify(session)


async def test_an_entry_that_was_written_down_is_found_later(program: Program, log: AuditLog) -> None:
    async with program.database.transaction() as session:
        noted = await log.head(session)
        await log.record(session, staff_id="ola", action="case_read", subject="new", now=program.clock())
        assert (await log.verify(session, expected=noted)).number == ENTRIES + 1
        with pytest.raises(AuditBroken):
            await log.verify(session, expected=AuditHead(noted.number, "0" * 64))


async def test_a_change_that_fails_leaves_no_entry(program: Program, log: AuditLog) -> None:
    class Failed(Exception):
        pass

    async def fails(session: AsyncSession) -> None:
        await log.record(session, staff_id="ola", action="case_taken", subject="x", now=program.clock())
        raise Failed

    with pytest.raises(Failed):
        async with program.database.transaction() as session:
            await fails(session)
    async with program.database.transaction() as session:
        assert (await log.verify(session)).number == ENTRIES
