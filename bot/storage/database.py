"""The connection to the database: SQLite in one file by default, PostgreSQL when DATABASE_URL says so."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from sqlalchemy import Connection, MetaData, text
from sqlalchemy.exc import DatabaseError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as NoConnection
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession, create_async_engine

from bot.storage import schema, sqlite
from bot.storage.counts import store_counts
from bot.storage.faults import is_damage, sentence
from bot.storage.whole_file import quick_check

_OTHER_LINE = (
    "The database was written by another version of this program, which this one does not know. Start that version (CHANGELOG.md"
    " says which came when), or restore the backup that was made before it: docs/operations.md, “Updates”."
)


class DatabaseUnavailable(Exception):
    """The database does not answer, is locked, or has another schema than this program; the message says which."""


class DatabaseDamaged(DatabaseUnavailable):
    """The SQLite file is damaged: only a backup helps."""


def unavailable(error: Exception, url: str) -> DatabaseUnavailable:
    """Return what is to be raised for an error of the database at a URL."""
    return (DatabaseDamaged if is_damage(error) else DatabaseUnavailable)(sentence(error, url))


class Database:
    """Hands out transactions that write, and snapshots to read from."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.is_sqlite = url.startswith("sqlite")
        self.whole = True  # as far as it was read: see refuse_damage
        if self.is_sqlite:
            self.engine = sqlite.engine(url, writes=True)
            self.readers = sqlite.engine(url, writes=False)
            self._written = sqlite.Writer(self.engine).transaction
        else:
            self.engine = create_async_engine(url, pool_pre_ping=True)
            self.readers = self.engine.execution_options(postgresql_readonly=True)
            self._written = self._transaction

    @asynccontextmanager
    async def transaction(self, *, before_others: bool = False) -> AsyncIterator[AsyncSession]:
        """Open a transaction; commit at the end, roll back on an exception. What it wrote is durable when the block has ended.

        `before_others` is for what happened outside and cannot be asked for again, such as that a text went out: the longer it
        waits, the likelier a crash makes it happen twice.
        """
        try:
            async with self._written(before_others=before_others) as session:
                yield session
                await store_counts(session)
        except (DatabaseError, NoConnection, sqlite.NotWritten) as error:
            if _asked_wrongly(error):
                raise
            raise unavailable(error, self.url) from error

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncSession]:
        """Open a snapshot to read from: it waits for nobody who writes, and nobody for it. Nothing can be written or locked in it."""
        try:
            async with AsyncSession(self.readers, expire_on_commit=False) as session, session.begin():
                yield session
        except (DatabaseError, NoConnection) as error:
            if _asked_wrongly(error):
                raise
            raise unavailable(error, self.url) from error

    @asynccontextmanager
    async def _transaction(self, *, before_others: bool = False) -> AsyncIterator[AsyncSession]:
        del before_others  # PostgreSQL lets nobody wait for others' commits
        async with AsyncSession(self.engine, expire_on_commit=False) as session, session.begin():
            yield session

    async def ping(self) -> None:
        """Raise DatabaseUnavailable unless the database answers."""
        try:
            async with self.readers.connect() as connection:
                await connection.run_sync(lambda sync: sync.execute(text("SELECT 1")))
        except (SQLAlchemyError, OSError) as error:
            raise unavailable(error, self.url) from error

    async def migrate(self) -> None:
        """Bring the schema to the newest version; makes the tables on first start."""
        try:
            async with self.migrated():
                pass
        except OSError as error:
            raise unavailable(error, self.url) from error

    @asynccontextmanager
    async def migrated(self, *, anew: bool = False) -> AsyncIterator[AsyncConnection]:
        """Open a transaction in which the tables are brought to the newest version, or with `anew` dropped and made.

        That is kept together with what the block writes, or not at all. Raises DatabaseUnavailable.
        """
        try:
            async with self.engine.begin() as connection:
                if anew:
                    await connection.run_sync(_drop_everything)
                await connection.run_sync(schema.upgrade)
                yield connection
        except schema.SchemaUnknown:
            raise DatabaseUnavailable(_OTHER_LINE) from None
        except SQLAlchemyError as error:
            raise unavailable(error, self.url) from error

    async def schema(self) -> str | None:
        """Return the version of the schema, None when there are no tables."""
        async with self.readers.connect() as connection:
            return await connection.run_sync(schema.version_of)

    async def refuse_other_line(self) -> None:
        """Raise DatabaseUnavailable when the schema is of a version that this program does not know."""
        try:
            schema.refuse_unknown(await self.schema())
        except schema.SchemaUnknown:
            raise DatabaseUnavailable(_OTHER_LINE) from None

    async def refuse_damage(self) -> None:
        """Read the whole file of SQLite, while it is used; raises DatabaseDamaged when it is not as it should be.

        `whole` says afterwards what came of it. PostgreSQL is not looked at.
        """
        if not self.is_sqlite:
            return
        try:
            told = await quick_check(Path(self.engine.url.database or ""))
        except sqlite3.Error as error:
            self.whole = False
            raise unavailable(error, self.url) from error
        self.whole = told == "ok"
        if not self.whole:
            raise DatabaseDamaged(f"The database {self.engine.url.database} is damaged: it can no longer be read as it should.")

    async def schema_is_current(self) -> bool:
        """Say whether the schema is the one that this program was written for."""
        return await self.schema() == schema.NEWEST

    async def close(self) -> None:
        """Close all connections."""
        await self.readers.dispose()
        await self.engine.dispose()


def _drop_everything(connection: Connection) -> None:
    """Drop all tables, whatever version made them."""
    there = MetaData()
    there.reflect(connection)
    there.drop_all(connection)


def _asked_wrongly(error: Exception) -> bool:
    """Say whether a database refused what it was asked, as it should, and does its work."""
    return isinstance(error, DatabaseError) and not isinstance(error, OperationalError) and not is_damage(error)
