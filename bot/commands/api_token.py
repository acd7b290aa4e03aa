"""`api-token`: access to cases for other systems, for whoever runs the machine."""

from __future__ import annotations

import argparse
import asyncio
import sys
from typing import Any

from bot.api.tokens import TokenNameUnusable, Tokens, TokenUnknown
from bot.console.ownership import Ownership
from bot.console.services import ConsoleServices
from bot.program import Program, build
from bot.settings import load_settings
from bot.storage.audit import PROGRAM, AuditLog


def register(commands: Any) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "api-token",
        help="add, revoke and list the tokens of other systems",
        description=(
            "Tokens with which other systems of the hotline ask for cases (docs/integrations.md). A token is shown once. Without"
            " --write and --texts it may read codes only: no message of anybody."
        ),
    )
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    add = actions.add_parser("add", help="make a token and print it")
    add.add_argument("name")
    add.add_argument("--write", action="store_true", help="it may take cases, answer, hand them back and close them")
    add.add_argument("--texts", action="store_true", help="it may read what people wrote")
    revoke = actions.add_parser("revoke", help="end a token at once; its cases go back to the queue")
    revoke.add_argument("name")
    actions.add_parser("list", help="print all tokens")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Do one action; 1 when it cannot be done."""
    return asyncio.run(_act(options))


async def _act(options: argparse.Namespace) -> int:
    program = build(load_settings(), assistant=None)
    try:
        await program.database.migrate()
        await _do(program, options)
    except (TokenNameUnusable, TokenUnknown) as problem:
        print(problem, file=sys.stderr)
        return 1
    finally:
        await program.close()
    return 0


async def _do(program: Program, options: argparse.Namespace) -> None:
    tokens, now = Tokens(program.vault, AuditLog(program.vault)), program.clock()
    async with program.database.transaction() as session:
        match options.action:
            case "add":
                token = await tokens.add(
                    session, name=options.name, writes=options.write, texts=options.texts, by=PROGRAM, now=now
                )
                print(f"Token of {options.name}, shown once: {token}")
            case "revoke":
                revoked = await tokens.revoke(session, options.name, by=PROGRAM, now=now)
                freed = await Ownership(ConsoleServices(program)).free(session, revoked.id, by=PROGRAM)
                print(f"{revoked.name} is locked out. Cases that went back to the queue: {len(freed)}.")
            case _:
                for one in await tokens.all(session):
                    scopes = ["read", *(["write"] if one.writes else []), *(["texts"] if one.texts else [])]
                    print(f"{one.name:40} {' '.join(scopes):18} {'revoked' if one.revoked_at else 'active'}")
