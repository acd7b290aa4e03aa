"""What an earlier release stored in PostgreSQL is brought up to date and loses nothing."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url

from tests.postgres.conftest import command
from tests.releases.freeze import RELEASES
from tests.storage.test_upgrades import EVERY_RELEASE, assert_up_to_date_and_whole, opened

pytestmark = pytest.mark.postgres


@pytest.mark.parametrize("version", EVERY_RELEASE)
async def test_what_a_release_stored_is_brought_up_to_date_and_loses_nothing(server: str, tmp_path: Path, version: str) -> None:
    name = f"release_{version.replace('.', '_')}"
    await command(server, f"CREATE DATABASE {name}")
    url = make_url(server).set(database=name)
    plain = url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(plain) as connection:
        connection.execute((RELEASES / version / "postgresql.sql").read_bytes())
    await assert_up_to_date_and_whole(opened(tmp_path, version, database_url=url.render_as_string(hide_password=False)))
