"""`purge`: delete what is older than it may be."""

from __future__ import annotations

import argparse
import asyncio
from typing import Any

from bot.program import build, utc_now
from bot.settings import load_settings


def register(commands: Any) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "purge",
        help="delete conversations whose time is over",
        description="Deletes conversations whose retention time is over, with all that belongs to them, as the server does every hour.",
    )
    parser.set_defaults(run=run)


def run(_options: argparse.Namespace) -> int:
    """Purge once and say how many went."""
    return asyncio.run(_purge())


async def _purge() -> int:
    program = build(load_settings(), assistant=None)
    try:
        async with program.database.transaction() as session:
            count = await program.conversations.purge(session, utc_now())
        await program.frontdoor.remains.write_anew_whatever_its_size()
    finally:
        await program.close()
    print(f"Deleted {count} conversations whose time was over.")
    return 0
