"""The connection to the database: SQLite in one file by default, PostgreSQL when DATABASE_URL says so."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, MetaData, event, text
from sqlalchemy.exc import DatabaseError, OperationalError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine

from bot.storage.counts import store_counts
from bot.storage.faults import is_damage, sentence
from bot.storage.files import close_to_others

SQLITE_BUSY_SECONDS = 10  # how long one writer waits for another before the turn fails and is tried again
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
    """Hands out transactions."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.is_sqlite = url.startswith("sqlite")
        arguments: dict[str, Any] = {}
        if self.is_sqlite:
            arguments["connect_args"] = {"timeout": SQLITE_BUSY_SECONDS}
        else:
            arguments["pool_pre_ping"] = True
        self.engine = create_async_engine(url, **arguments)
        if self.is_sqlite:
            event.listen(self.engine.sync_engine, "do_connect", _close_to_others)
            event.listen(self.engine.sync_engine, "connect", _prepare_sqlite)
            event.listen(self.engine.sync_engine, "begin", _begin_immediate)
        # SQLite lets one transaction in at a time, and those who wait ask again and again: whoever asks at the right moment is first, and
        # somebody may wait for ever. In this process they stand in line.
        self._line = asyncio.Lock() if self.is_sqlite else nullcontext()
        self._sessions = async_sessionmaker(self.engine, expire_on_commit=False)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncSession]:
        """Open a transaction; commit at the end, roll back on an exception."""
        async with self._line, self._sessions() as session:
            try:
                async with session.begin():
                    yield session
                    await store_counts(session)
            except DatabaseError as error:
                if isinstance(error, OperationalError) or is_damage(error):
                    raise unavailable(error, self.url) from error
                raise

    async def ping(self) -> None:
        """Raise DatabaseUnavailable unless the database answers."""
        try:
            async with self.engine.connect() as connection:
                await connection.execute(text("SELECT 1"))
        except (SQLAlchemyError, OSError) as error:
            raise unavailable(error, self.url) from error

    async def migrate(self) -> None:
        """Bring the schema to the newest version; makes the tables on first start."""
        config = _alembic_config(self.url)
        try:
            async with self.engine.begin() as connection:
                await connection.run_sync(_upgrade, config)
        except CommandError:
            raise DatabaseUnavailable(_OTHER_LINE) from None
        except (SQLAlchemyError, OSError) as error:
            raise unavailable(error, self.url) from error

    async def schema(self) -> str | None:
        """Return the version of the schema, None when there are no tables."""
        async with self.engine.connect() as connection:
            return await connection.run_sync(lambda sync: MigrationContext.configure(sync).get_current_revision())

    async def drop_everything(self) -> None:
        """Drop all tables, whatever version made them."""

        def drop(connection: Connection) -> None:
            there = MetaData()
            there.reflect(connection)
            there.drop_all(connection)

        async with self.engine.begin() as connection:
            await connection.run_sync(drop)

    async def refuse_other_line(self) -> None:
        """Raise DatabaseUnavailable when the schema is of a version that this program does not know."""
        try:
            ScriptDirectory.from_config(_alembic_config(self.url)).get_revision(await self.schema() or "base")
        except CommandError:
            raise DatabaseUnavailable(_OTHER_LINE) from None

    async def refuse_damage(self) -> None:
        """Read the whole file of SQLite; raises DatabaseDamaged when it is not as it should be. Takes a second for each gigabyte."""
        if not self.is_sqlite:
            return
        try:
            async with self.engine.connect() as connection:
                told = await connection.scalar(text("PRAGMA quick_check(1)"))
        except (SQLAlchemyError, OSError) as error:
            raise unavailable(error, self.url) from error
        if told != "ok":
            raise DatabaseDamaged(f"The database {self.engine.url.database} is damaged: it can no longer be read as it should.")

    async def schema_is_current(self) -> bool:
        """Say whether the schema is the one that this program was written for."""
        return await self.schema() == ScriptDirectory.from_config(_alembic_config(self.url)).get_current_head()

    async def close(self) -> None:
        """Close all connections."""
        await self.engine.dispose()


def _close_to_others(_dialect: Any, _record: Any, arguments: Any, _options: Any) -> None:
    close_to_others(Path(arguments[0]))


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    # SQLAlchemy's recipe: the driver must not begin transactions by itself, so that ours can be IMMEDIATE.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")  # an accepted message survives a power cut, not only a crash
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.execute("PRAGMA secure_delete=ON")
    cursor.close()


def _begin_immediate(connection: Any) -> None:
    # A transaction that reads first and writes later fails in SQLite when another one wrote in between; taking the write lock at
    # the start makes it wait instead.
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _alembic_config(url: str) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.set_main_option("sqlalchemy.url", url.replace("%", "%%"))
    return config


def _upgrade(connection: Any, config: Config) -> None:
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
