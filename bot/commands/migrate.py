"""`migrate`: bring the database to the schema of this program."""

from __future__ import annotations

import argparse
import asyncio
from typing import Any

from bot.settings import load_settings
from bot.storage.database import Database


def register(commands: Any) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "migrate",
        help="bring the database to the schema of this program",
        description="Brings the database up to date, as the server does when it starts; `make upgrade` does it before that.",
    )
    parser.set_defaults(run=run)


def run(_options: argparse.Namespace) -> int:
    """Migrate."""
    asyncio.run(_migrate(Database(load_settings().database)))
    print("The schema is current.")
    return 0


async def _migrate(database: Database) -> None:
    try:
        await database.migrate()
    finally:
        await database.close()
