"""`purge`: delete what is older than it may be."""

from __future__ import annotations

import argparse
import asyncio
from typing import Any

from bot.program import build, utc_now
from bot.settings import load_settings
from bot.storage import clock, expiry


def register(commands: Any) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "purge",
        help="delete conversations whose time is over",
        description="Deletes conversations and messages whose time is over, with all that belongs to them, as the server does every hour."
        " Refuses, and says how many that would be, when the clock has jumped.",
    )
    parser.add_argument("--clock-is-right", action="store_true", help="the clock was looked at, and shows the right day")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Purge once and say how many went; 1 when the clock jumped and nothing was deleted."""
    return asyncio.run(_purge(clock_is_right=options.clock_is_right))


async def _purge(*, clock_is_right: bool) -> int:
    program, now = build(load_settings(), assistant=None), utc_now()
    try:
        async with program.database.transaction() as session:
            if clock_is_right:
                await clock.trust(session, now)
            jump = await clock.look(session, now)
            if jump is not None:
                left = await expiry.overdue(session, now)
                print(
                    f"Nothing was deleted: the clock shows {now:%Y-%m-%d %H:%M} UTC, and when it was last looked at before it jumped, it"
                    f" showed {jump.before:%Y-%m-%d %H:%M}. {left.conversations} conversations and {left.messages} messages of others"
                    " would go. If the clock is right (the machine was off, or a backup was restored), run"
                    f" `python -m bot purge --clock-is-right`; otherwise put it right. After {jump.doubted_until:%Y-%m-%d %H:%M} it is"
                    " trusted again."
                )
                return 1
            gone = await expiry.purge(session, program.vault, now)
        await program.residual_data.write_anew_whatever_its_size()
    finally:
        await program.close()
    print(f"Deleted {gone.conversations} conversations whose time was over, and {gone.messages} messages of others.")
    return 0
