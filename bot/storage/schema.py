"""Which version the tables have, and bringing them to the newest one; Alembic is loaded only where they have another."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from sqlalchemy import Connection, inspect, text

if TYPE_CHECKING:
    from alembic.config import Config

# The last of `migrations/versions/`. Whoever writes a migration names it here: tests/storage/test_upgrades.py compares.
NEWEST: Final = "9e2a71c4d836"
MIGRATIONS: Final = Path(__file__).parent / "migrations"
_TABLE: Final = "alembic_version"


class SchemaUnknown(Exception):
    """The tables have a version that this program does not know: another one wrote them."""


def version_of(connection: Connection) -> str | None:
    """Return the version of the tables, None when there are none."""
    if not inspect(connection).has_table(_TABLE):
        return None
    version: str | None = connection.scalar(text(f"SELECT version_num FROM {_TABLE}"))  # noqa: S608 - a name of ours
    return version


def upgrade(connection: Connection) -> None:
    """Bring the tables to the newest version, or make them; raises SchemaUnknown."""
    if version_of(connection) == NEWEST:
        return
    from alembic import command  # noqa: PLC0415 - a second start needs no migration
    from alembic.util import CommandError  # noqa: PLC0415

    config = _config()
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, "head")
    except CommandError as error:
        raise SchemaUnknown from error


def refuse_unknown(version: str | None) -> None:
    """Raise SchemaUnknown for a version that no migration of this program leads to."""
    if version in {None, NEWEST}:
        return
    from alembic.script import ScriptDirectory  # noqa: PLC0415 - only for an older version
    from alembic.util import CommandError  # noqa: PLC0415

    try:
        ScriptDirectory.from_config(_config()).get_revision(version)
    except CommandError as error:
        raise SchemaUnknown from error


def _config() -> Config:
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    return config
