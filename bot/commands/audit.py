"""`audit`: check that nobody changed the console's audit log."""

from __future__ import annotations

import argparse
import asyncio
import sys
from typing import Any

from bot.program import KEY_FILE, build
from bot.settings import load_settings
from bot.storage.audit import AuditBroken, AuditHead, AuditLog
from bot.storage.key_rotation import fit_of


def register(commands: Any) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "audit",
        help="check the console's audit log",
        description=(
            "Checks the chain of the audit log. Each run prints the newest entry; give it to a later run to notice a log that"
            " was cut."
        ),
    )
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    verify = actions.add_parser("verify", help="check every entry; ends with 1 at the first fault")
    verify.add_argument(
        "--holds", metavar="NUMBER:HASH", type=_head, help="an entry as an earlier run or the program's log gave it"
    )
    parser.set_defaults(run=run)


def _head(text: str) -> AuditHead:
    number, _, entry_hash = text.partition(":")
    if not number.isdecimal() or not entry_hash:
        raise argparse.ArgumentTypeError("must be NUMBER:HASH")
    return AuditHead(int(number), entry_hash)


def run(options: argparse.Namespace) -> int:
    """Check the log and print its newest entry; 1 when it was changed."""
    return asyncio.run(_verify(options.holds))


async def _verify(expected: AuditHead | None) -> int:
    settings = load_settings()
    program = build(settings, assistant=None)
    try:
        async with program.database.transaction() as session:
            head = await AuditLog(program.vault).verify(session, expected=expected)
    except AuditBroken as problem:
        async with program.database.reading() as session:  # another database's key file makes every entry look changed
            fit = await fit_of(session, program.vault)
        print(fit.wrong_file(settings.data_dir / KEY_FILE) or problem, file=sys.stderr)
        return 1
    finally:
        await program.close()
    print(f"The audit log is whole. Newest entry: {head.number}:{head.hash}")
    return 0
