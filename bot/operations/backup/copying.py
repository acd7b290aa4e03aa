"""Copies of the whole database as one SQLite file, whatever database it comes from or goes to."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Executable, func, insert, select, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage import (  # noqa: F401 - their tables belong to the schema
    tables_answers,
    tables_return,
    tables_screening,
    tables_seals,
    tables_watch,
)
from bot.storage.database import Database, DatabaseDamaged, DatabaseUnavailable, unavailable
from bot.storage.sqlite import BUSY_SECONDS
from bot.storage.tables import Table as Base
from bot.storage.tables_outward import CaseEvent

ROWS_AT_ONCE: Final = 500
# Other systems keep the number of the last event that they know: whatever happens after a restore must be newer than that.
EVENTS_SKIPPED: Final = 1_000_000
_LAST_EVENT: Final = text("SELECT seq FROM sqlite_sequence WHERE name = 'case_events'")


async def copy_to_file(database: Database, path: Path) -> None:
    """Write all that a database holds at one moment, while it is used, into a new SQLite file; raises DatabaseUnavailable."""
    if database.is_sqlite:
        copy_sqlite(Path(database.engine.url.database or ""), path)
        return
    if not await database.schema_is_current():
        raise DatabaseUnavailable("The schema is of another version than this program: start the program once, then try again.")
    copy = Database(f"sqlite:///{path}")
    try:
        await copy.migrate()
        async with database.engine.connect() as source, copy.engine.begin() as target:
            await source.execution_options(isolation_level="REPEATABLE READ")
            await source.run_sync(_copy_rows, target)
            last = await _number(source, text("SELECT last_value FROM case_events_id_seq"))
            await target.run_sync(_note_last_event, last)
    except (SQLAlchemyError, OSError) as error:
        raise unavailable(error, database.url) from error
    finally:
        await copy.close()
    copy_sqlite_whole(path)


def copy_sqlite(source: Path, target: Path) -> None:
    """Write a SQLite file as it is at one moment into a new file, without what was deleted; raises DatabaseUnavailable."""
    if not source.exists():
        raise DatabaseUnavailable(f"There is no database at {source}.")
    try:
        with closing(sqlite3.connect(source, timeout=BUSY_SECONDS, isolation_level=None)) as connection:
            connection.execute("VACUUM INTO ?", (str(target),))
        target.chmod(0o600)
        refuse_damaged(target)
    except sqlite3.Error as error:
        raise unavailable(error, f"sqlite:///{source}") from None


def copy_sqlite_whole(path: Path) -> None:
    """Bring what stands in a file's write-ahead log into the file itself, so that it can be moved alone."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode=DELETE")


def refuse_damaged(path: Path) -> None:
    """Raise DatabaseDamaged when a SQLite file is damaged."""
    try:
        with closing(sqlite3.connect(path)) as connection:
            [(said,)] = connection.execute("PRAGMA quick_check(1)").fetchall()
    except sqlite3.DatabaseError as error:
        said = error.sqlite_errorname
    if said != "ok":
        raise DatabaseDamaged("The copy of the database is damaged, and so, most likely, is the database itself.")


async def copy_from_file(path: Path, target: AsyncConnection) -> None:
    """Put all rows of a SQLite file of this program's schema into a PostgreSQL that has its tables, and no rows."""
    copy = Database(f"sqlite:///{path}")
    try:
        async with copy.engine.connect() as source:
            await source.run_sync(_copy_rows, target)
            last = await _number(source, _LAST_EVENT)
        await target.run_sync(_set_sequences, last)
    finally:
        await copy.close()


async def is_empty(connection: AsyncConnection) -> bool:
    """Say whether no table holds a row; the tables must be there."""
    for table in Base.metadata.sorted_tables:
        if await _number(connection, select(func.count()).select_from(table)):
            return False
    return True


async def _number(connection: AsyncConnection, asked: Executable) -> int:
    return int(await connection.run_sync(lambda sync: sync.scalar(asked)) or 0)


def _copy_rows(source: Connection, into: AsyncConnection) -> None:
    if (target := into.sync_connection) is None:
        raise RuntimeError("Connect to the database before rows are copied into it.")
    for table in Base.metadata.sorted_tables:
        found = source.execute(select(table).execution_options(yield_per=ROWS_AT_ONCE))
        for rows in found.mappings().partitions():
            target.execute(insert(table), [dict(row) for row in rows])


def _note_last_event(target: Connection, last: int) -> None:
    target.execute(text("DELETE FROM sqlite_sequence WHERE name = 'case_events'"))
    target.execute(text("INSERT INTO sqlite_sequence (name, seq) VALUES ('case_events', :last)"), {"last": last})


def _set_sequences(target: Connection, last_event: int) -> None:
    """Let PostgreSQL count on after the rows that came with their numbers."""
    for table in Base.metadata.sorted_tables:
        [key, *more] = table.primary_key.columns
        if more or key.type.python_type is not int or key.autoincrement is False:
            continue
        last: Any = target.scalar(select(func.max(key))) or 0
        last = max(last, last_event) if table is CaseEvent.__table__ else last
        name = f"{table.name}_{key.name}_seq"
        target.execute(text("SELECT setval(:name, :last, :used)"), {"name": name, "last": max(last, 1), "used": last > 0})


async def skip_events(copy: AsyncConnection) -> None:
    """Leave a gap in a SQLite file's numbers of case events, wider than what can have happened since a backup."""
    await copy.run_sync(_note_last_event, await _number(copy, _LAST_EVENT) + EVENTS_SKIPPED)
