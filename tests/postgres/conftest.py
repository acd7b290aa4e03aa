"""Everything in this folder runs on a real PostgreSQL, where one can be started; else it is skipped and says why."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack

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
        await connection.execute(text(sql))
    await engine.dispose()


@pytest.fixture(autouse=True)
async def database_url(empty: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[str]:
    """Give each test a database of its own, where every program that it opens finds it: in the environment."""
    name = f"test_{next(_numbers)}"
    await command(empty, f"CREATE DATABASE {name} TEMPLATE {EMPTY}")
    monkeypatch.setenv("DATABASE_URL", _named(empty, name))
    yield _named(empty, name)
    await command(empty, f"DROP DATABASE {name} WITH (FORCE)")
