"""Everything in this folder runs on a real PostgreSQL, where one can be started; else it is skipped and says why."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass

import pytest
from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import create_async_engine

from bot.storage.database import Database
from tests.channels.conftest import build_town, log_lines, town  # noqa: F401 - fixtures of the tests that run here too
from tests.console.conftest import *  # noqa: F403 - the same
from tests.postgres.cluster import NoServer, cluster

EMPTY = "frontdoor_empty"
_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    with ExitStack() as stack:
        try:
            url = stack.enter_context(cluster())
        except NoServer as reason:
            pytest.skip(f"PostgreSQL: {reason}")
        yield url


def _named(url: str, database: str) -> str:
    return make_url(url).set(database=database).render_as_string(hide_password=False)


@pytest.fixture(scope="session")
def empty(server: str) -> str:
    """Return the server's URL, once it has a database with all tables to copy from."""

    async def make() -> None:
        await command(server, f"CREATE DATABASE {EMPTY}")
        database = Database(_named(server, EMPTY))
        await database.migrate()
        await database.close()

    asyncio.run(make())
    return server


async def command(url: str, sql: str) -> None:
    engine = create_async_engine(url, isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection:
        await connection.execute(text(sql.replace(":", "\\:")))
    await engine.dispose()


async def _told(url: str, sql: str) -> str:
    engine = create_async_engine(url)
    async with engine.connect() as connection:
        said = str(await connection.scalar(text(sql)))
    await engine.dispose()
    return said


# What is left open is closed, no key and no trigger forbids anything, and each count begins at one again.
EMPTYING = """DO $$
DECLARE name text;
BEGIN
  PERFORM pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid();
  SET LOCAL session_replication_role = replica;
  FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version' LOOP
    EXECUTE format('DELETE FROM %I', name);
  END LOOP;
  PERFORM setval(oid::regclass, 1, false) FROM pg_class WHERE relkind = 'S';
END $$"""
SCHEMA = (
    "SELECT string_agg(c.table_name || c.column_name || c.data_type, ' ' ORDER BY c.table_name, c.ordinal_position)"
    " FROM information_schema.columns c WHERE c.table_schema = 'public'"
)


@dataclass
class Databases:
    """Databases with all tables and no rows: making one takes ten times as long as emptying it, so it serves as long as it is whole."""

    server: str
    url: str | None = None
    schema: str = ""

    async def empty(self) -> str:
        """Return the URL of one without rows."""
        if self.url is None or await _told(self.url, SCHEMA) != self.schema:
            await self.close()
            name = f"test_{next(_numbers)}"
            await command(self.server, f"CREATE DATABASE {name} TEMPLATE {EMPTY}")
            self.url = _named(self.server, name)
            self.schema = await _told(self.url, SCHEMA)
        else:
            await command(self.url, EMPTYING)
        return self.url

    async def close(self) -> None:
        """Drop the one in use."""
        if self.url is not None:
            await command(self.server, f"DROP DATABASE {make_url(self.url).database} WITH (FORCE)")


@pytest.fixture(scope="session")
def databases(empty: str) -> Databases:
    return Databases(empty)


@pytest.fixture(autouse=True)
async def database_url(databases: Databases, monkeypatch: pytest.MonkeyPatch) -> str:
    """Give each test an empty database, where every program that it opens finds it: in the environment."""
    url = await databases.empty()
    monkeypatch.setenv("DATABASE_URL", url)
    return url
