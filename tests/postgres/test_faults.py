"""What PostgreSQL does not do is told in a sentence that says what to do, and never with a password."""

from __future__ import annotations

import pytest
from sqlalchemy import make_url

from bot.storage.database import Database, DatabaseUnavailable
from tests.postgres.conftest import command

pytestmark = pytest.mark.postgres


async def told(url: str, **changes: str) -> str:
    database = Database(make_url(url).set(**changes).render_as_string(hide_password=False))  # type: ignore[arg-type]
    try:
        with pytest.raises(DatabaseUnavailable) as raised:
            await database.migrate()
    finally:
        await database.close()
    return str(raised.value)


async def test_each_mistake_of_an_operator_has_its_sentence(server: str) -> None:
    assert (
        await told(server, database="nowhere") == "PostgreSQL has no database nowhere: make it (createdb), or mend DATABASE_URL."
    )
    assert "does not let stranger in" in await told(server, username="stranger", password="hunter2")
    await command(server, "CREATE ROLE reader LOGIN")
    await command(server, "REVOKE CREATE ON SCHEMA public FROM PUBLIC")
    assert "lets reader make no tables in postgres" in await told(server, username="reader")
