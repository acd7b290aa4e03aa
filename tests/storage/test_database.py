"""What the storage promises: who writes waits in order, who reads waits for nobody, and what was told to be done stays done."""

from __future__ import annotations

import asyncio
import sqlite3
import sys
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, func, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from bot.program import Program
from bot.storage.database import Database, DatabaseUnavailable
from bot.storage.sqlite import CACHE_KIBIBYTES, WAL_BYTES, NestedTransaction
from bot.storage.tables import Conversation
from bot.storage.tables_outward import DayCount
from tests.conversation.test_frontdoor import inbound
from tests.support import Clock, PlainAssistant, empty_database, open_program

PATIENCE = 60  # seconds, on a machine that is busy
_OF_WRITER = ("journal_mode", "synchronous", "foreign_keys", "secure_delete", "journal_size_limit", "cache_size")


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    path = tmp_path / "frontdoor.sqlite3"
    path.write_bytes((await empty_database()).read_bytes())
    database = Database(f"sqlite:///{path}")
    yield database
    await database.close()


def row(key: str) -> DayCount:
    return DayCount(day="2026-11-24", measure="m", key=key, count=1)


async def keys(session: AsyncSession) -> list[str]:
    return list((await session.scalars(select(DayCount.key).order_by(DayCount.key))).all())


async def stored(database: Database) -> list[str]:
    async with database.reading() as session:
        return await keys(session)


def commits_of(database: Database) -> list[object]:
    seen: list[object] = []
    event.listen(database.engine.sync_engine, "commit", seen.append)
    return seen


async def test_who_reads_does_not_wait_for_who_writes_and_sees_what_was_committed(database: Database) -> None:
    async with database.transaction() as session:
        session.add(row("a"))
        await session.flush()
        assert await stored(database) == []
    assert await stored(database) == ["a"]


async def test_a_commit_is_on_the_disk_the_log_stays_small_and_what_is_deleted_is_overwritten(database: Database) -> None:
    # What a power cut or a look into the file would show: nothing that a test can do to a process tells these apart.
    async with database.engine.connect() as writer, database.readers.connect() as reader:
        told = {
            name: (await connection.run_sync(lambda sync, name=name: sync.exec_driver_sql(f"PRAGMA {name}").scalar()))
            for connection, names in ((writer, _OF_WRITER), (reader, ("query_only",)))
            for name in names
        }
    assert told["journal_mode"] == "wal"
    assert told["synchronous"] == 2  # FULL
    assert told["foreign_keys"] == told["secure_delete"] == told["query_only"] == 1
    assert told["journal_size_limit"] == WAL_BYTES
    assert told["cache_size"] == -CACHE_KIBIBYTES
    assert WAL_BYTES <= 2**27
    assert CACHE_KIBIBYTES <= 2**15


async def test_a_snapshot_stays_as_it_was_while_others_write_and_takes_no_writing(database: Database) -> None:
    async with database.reading() as session:
        assert await keys(session) == []
        async with database.transaction() as writing:
            writing.add(row("a"))
        assert await keys(session) == []
    with pytest.raises(DatabaseUnavailable):
        async with database.reading() as session:
            session.add(row("b"))
    assert await stored(database) == ["a"]


async def test_what_was_found_can_be_read_when_the_snapshot_is_over_and_holds_none_open(database: Database) -> None:
    async with database.transaction() as session:
        session.add_all([row("a"), row("b"), row("c")])
    async with database.reading() as session:
        rows = await session.execute(text("SELECT key, count FROM day_counts ORDER BY key"))
        first = rows.fetchone()
        ranked = await session.execute(select(DayCount.key, DayCount.count).order_by(DayCount.key))
    assert [first, *rows.fetchmany(1), *rows.fetchall()] == ranked.all() == [("a", 1), ("b", 1), ("c", 1)]


async def test_writers_take_turns_in_the_order_in_which_they_asked(database: Database) -> None:
    order: list[int] = []

    async def write(number: int) -> None:
        async with database.transaction() as session:
            session.add(row(f"{number:02}"))
            await session.flush()
            await asyncio.sleep(0)
            order.append(number)

    await asyncio.gather(*(write(number) for number in range(20)))
    assert order == list(range(20))
    assert len(await stored(database)) == 20


async def test_those_who_wait_are_committed_together_and_told_only_then(database: Database) -> None:
    commits = commits_of(database)

    async def write(number: int) -> int:
        async with database.transaction() as session:
            session.add(row(str(number)))
        return len(commits)  # at the time at which it was told that it is done

    assert min(await asyncio.gather(*(write(number) for number in range(8)))) >= 1
    assert len(commits) <= 2
    assert len(await stored(database)) == 8


async def test_one_that_comes_before_others_waits_for_who_is_writing_and_is_stored_before_anybody_else_writes(
    database: Database,
) -> None:
    writing, went_on = asyncio.Event(), asyncio.Event()

    async def write(key: str) -> list[str]:
        async with database.transaction() as session:
            session.add(row(key))
            await session.flush()
            writing.set()
            await went_on.wait()
        return await stored(database)

    others = [asyncio.create_task(write(str(number))) for number in range(8)]
    await writing.wait()

    async def come_before() -> list[str]:
        async with database.transaction(before_others=True) as session:
            session.add(row("before"))
        return await stored(database)

    coming = asyncio.create_task(come_before())
    await asyncio.sleep(0)
    went_on.set()
    assert await coming == ["0", "before"]
    await asyncio.gather(*others)
    assert len(await stored(database)) == 9


async def test_several_that_come_before_others_share_a_commit_and_one_that_is_given_up_holds_up_nobody(
    database: Database,
) -> None:
    commits, writing, went_on = commits_of(database), asyncio.Event(), asyncio.Event()

    async def write(key: str, *, before_others: bool = True) -> None:
        async with database.transaction(before_others=before_others) as session:
            session.add(row(key))
            await session.flush()
            writing.set()
            await went_on.wait()

    first = asyncio.create_task(write("first", before_others=False))
    await writing.wait()
    coming = [asyncio.create_task(write(f"before {number}")) for number in range(5)]
    await asyncio.sleep(0)
    coming[2].cancel()
    went_on.set()
    async with asyncio.timeout(PATIENCE):
        await asyncio.gather(first, *coming, return_exceptions=True)
    assert len(commits) == 1
    assert await stored(database) == ["before 0", "before 1", "before 3", "before 4", "first"]


async def test_one_that_fails_takes_back_only_what_it_wrote_itself(database: Database) -> None:
    async def write(key: str, *, fails: bool = False) -> None:
        async with database.transaction() as session:
            session.add(row(key))
            await session.flush()
            if fails:
                session.add(row("a" if key != "a" else key))
                await session.flush()

    await asyncio.gather(write("z"), return_exceptions=True)
    results = await asyncio.gather(write("a"), write("b", fails=True), write("c"), return_exceptions=True)
    assert [type(result) for result in results] == [type(None), IntegrityError, type(None)]
    assert await stored(database) == ["a", "c", "z"]


async def fails_at_once(session: AsyncSession) -> None:
    session.add(row("z"))
    await session.flush()


async def fails_at_its_end(session: AsyncSession) -> None:
    session.add(row("z"))


async def fails_by_itself(session: AsyncSession) -> None:
    await session.flush()
    raise ValueError


@pytest.mark.parametrize("fails", [fails_at_once, fails_at_its_end, fails_by_itself])
async def test_when_the_first_of_several_fails_those_who_wait_begin_anew_and_are_stored(
    database: Database, fails: Callable[[AsyncSession], Awaitable[None]]
) -> None:
    async def write(key: str, *, failing: bool = False, before_others: bool = False) -> None:
        async with database.transaction(before_others=before_others) as session:
            session.add(row(key))
            if failing:
                await fails(session)

    await write("z")
    commits = commits_of(database)
    together = (write("y", failing=True), write("a"), write("b", failing=True), write("c"), write("d", before_others=True))
    results = await asyncio.gather(*together, return_exceptions=True)
    assert [isinstance(result, IntegrityError | ValueError) for result in results] == [True, False, True, False, False]
    assert [result for result in results if result is None] == [None] * 3
    assert await stored(database) == ["a", "c", "d", "z"]
    assert len(commits) == 2  # that of who came before the others, and one for all others


async def test_one_that_is_given_up_while_it_waits_or_writes_holds_up_nobody(database: Database) -> None:
    begun = asyncio.Event()

    async def write(key: str, *, for_ever: bool = False) -> None:
        async with database.transaction() as session:
            session.add(row(key))
            await session.flush()
            begun.set()
            if for_ever:
                await asyncio.Event().wait()

    stuck = asyncio.create_task(write("stuck", for_ever=True))
    await begun.wait()
    waiting = [asyncio.create_task(write(key)) for key in ("given up", "kept")]
    await asyncio.sleep(0)
    waiting[0].cancel()
    stuck.cancel()
    for task in (stuck, waiting[0]):
        with suppress(asyncio.CancelledError):
            await task
    async with asyncio.timeout(PATIENCE):
        await waiting[1]
    assert await stored(database) == ["kept"]


async def test_a_transaction_in_another_of_the_same_task_is_told_at_once_and_leaves_the_outer_one_whole(
    database: Database,
) -> None:
    async def write(key: str) -> None:
        async with database.transaction() as session:
            session.add(row(key))

    async with database.transaction() as session:
        session.add(row("outer"))
        with pytest.raises(NestedTransaction, match="hand its session on"):
            await write("inner")
        await session.flush()
        beside = asyncio.create_task(write("beside"))  # another task waits for its turn, as it should
        await asyncio.sleep(0)
        assert not beside.done()
    await beside
    await write("after")
    assert await stored(database) == ["after", "beside", "outer"]


async def test_when_sqlite_gives_up_a_transaction_by_itself_nobody_who_shared_it_is_told_that_it_is_stored(
    database: Database,
) -> None:
    async def write(key: str, *, full: bool = False) -> None:
        async with database.transaction() as session:
            session.add(row(key))
            await session.flush()
            if full:  # what SQLite does when the disk is full
                driver = (await (await session.connection()).get_raw_connection()).driver_connection
                assert isinstance(driver, sqlite3.Connection)
                driver.execute("ROLLBACK")
                raise OSError("disk full")

    results = await asyncio.gather(write("a"), write("b", full=True), write("c"), return_exceptions=True)
    told = {key for key, result in zip("abc", results, strict=True) if result is None}
    assert told == set(await stored(database)) == set()
    await write("d")
    assert await stored(database) == ["d"]


async def test_while_another_process_writes_the_loop_goes_on_and_the_transaction_waits(
    database: Database, tmp_path: Path
) -> None:
    other = sqlite3.connect(tmp_path / "frontdoor.sqlite3", isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")

    async def write() -> None:
        async with database.transaction() as session:
            session.add(row("a"))

    writing = asyncio.create_task(write())
    assert await stored(database) == []  # the loop is free
    assert not writing.done()
    threading.Timer(0.05, other.execute, ["COMMIT"]).start()
    async with asyncio.timeout(PATIENCE):
        await writing
    assert await stored(database) == ["a"]
    other.close()


WRITES = """
import asyncio, sys
from bot.storage.database import Database
from bot.storage.tables_outward import DayCount

async def main(url):
    database = Database(url)
    async def write(key):
        async with database.transaction() as session:
            session.add(DayCount(day="2026-11-24", measure="m", key=key, count=1))
        print(key, flush=True)
    for round in range(10_000):
        await asyncio.gather(*(write(f"{round}-{number}") for number in range(8)))

asyncio.run(main(sys.argv[1]))
"""


async def test_killed_in_the_middle_of_common_commits_everything_that_was_told_to_be_stored_is_there(
    database: Database, tmp_path: Path
) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", WRITES, database.url, stdout=asyncio.subprocess.PIPE, cwd=Path(__file__).parents[2]
    )
    assert process.stdout is not None
    told = []
    async with asyncio.timeout(PATIENCE):
        while len(told) < 101:  # not at the end of a round
            told.append((await process.stdout.readline()).decode().strip())
        process.kill()
        told += (await process.stdout.read()).decode().split()
        await process.wait()
    assert set(told) <= set(await stored(database))


async def test_no_statement_of_a_turn_reads_through_a_table(tmp_path: Path) -> None:
    program: Program = await open_program(tmp_path, PlainAssistant(), Clock())
    await program.frontdoor.receive(inbound("dzień dobry", number="1"))
    statements: list[tuple[str, object]] = []

    def told(_connection: Any, _cursor: Any, statement: str, given: Any, _context: Any, many: bool) -> None:
        statements.append((statement, given[0] if many else given))

    for engine in (program.database.engine, program.database.readers):
        event.listen(engine.sync_engine, "before_cursor_execute", told)
    await program.frontdoor.receive(inbound("zabrał mi paszport", number="2"))
    await program.database.close()
    plain = sqlite3.connect(tmp_path / "frontdoor.sqlite3")
    plans = {
        statement: [line[3] for line in plain.execute(f"EXPLAIN QUERY PLAN {statement}", parameters)]
        for statement, parameters in statements
        if statement.startswith(("SELECT", "UPDATE", "DELETE"))
    }
    assert len(plans) > 8
    scanned = {line for plan in plans.values() for line in plan if line.startswith("SCAN ") and line != "SCAN CONSTANT ROW"}
    # Looked through for each message on purpose: coordinators write it, and it holds MOST rows at most (bot/storage/corrections.py);
    # and the one row that is the last reply.
    assert scanned == {"SCAN corrections USING COVERING INDEX sqlite_autoindex_corrections_1", "SCAN last"}


async def test_a_message_is_written_in_two_transactions_and_read_without_a_lock(tmp_path: Path) -> None:
    program = await open_program(tmp_path, PlainAssistant(), Clock())
    await program.frontdoor.receive(inbound("dzień dobry", number="1"))
    commits = commits_of(program.database)
    await program.frontdoor.receive(inbound("jak mi pomożecie", number="2"))
    assert len(commits) == 2  # taken; decided and answered
    async with program.database.reading() as session:
        assert await session.scalar(select(func.count()).select_from(Conversation)) == 1
        assert await session.scalar(text("PRAGMA query_only")) == 1
    await program.close()
