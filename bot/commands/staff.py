"""`staff`: accounts of the console, for whoever runs the machine."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Awaitable, Callable
from typing import Any

from bot.console.case_access import OnlyHolder
from bot.console.ownership import Ownership
from bot.console.services import ConsoleServices
from bot.console.staff import Accounts, AccountUnknown, LastAdministrator, NameTaken, NameUnusable, Role
from bot.program import Program, build
from bot.settings import load_settings
from bot.storage.audit import PROGRAM, AuditLog

_PROBLEMS = (AccountUnknown, LastAdministrator, NameTaken, NameUnusable, OnlyHolder)


def register(commands: Any) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "staff",
        help="add, reset, disable and list accounts of the console",
        description=(
            "Accounts of the console. Passwords are for one use: whoever logs in chooses their own and sets up a second factor."
        ),
    )
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    add = actions.add_parser("add", help="make an account and print its one-time password")
    add.add_argument("name")
    add.add_argument("--role", choices=[role.value for role in Role], default=Role.CONSULTANT.value)
    reset = actions.add_parser("reset", help="new one-time password and second factor; a disabled account works again")
    reset.add_argument("name")
    reset.add_argument(
        "--lose-sealed-cases", action="store_true", help="also when closed cases are sealed that this account alone can open"
    )
    disable = actions.add_parser("disable", help="lock an account out at once; its cases go back to the queue")
    disable.add_argument("name")
    actions.add_parser("list", help="print all accounts")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Do one action; 1 when it cannot be done."""
    return asyncio.run(_with_program(lambda program: _act(program, options)))


async def _with_program(act: Callable[[Program], Awaitable[int]]) -> int:
    program = build(load_settings(), assistant=None)
    try:
        await program.database.migrate()
        return await act(program)
    except _PROBLEMS as problem:
        print(problem, file=sys.stderr)
        return 1
    finally:
        await program.close()


async def _act(program: Program, options: argparse.Namespace) -> int:
    accounts, now = Accounts(program.vault, AuditLog(program.vault)), program.clock()
    async with program.database.transaction() as session:
        match options.action:
            case "add":
                password = await accounts.add(session, name=options.name, role=Role(options.role), by=PROGRAM, now=now)
                print(f"One-time password of {options.name}: {password}")
            case "reset":
                staff = await accounts.named(session, options.name)
                password = await accounts.reset(session, staff, by=PROGRAM, now=now, lose=options.lose_sealed_cases)
                print(f"One-time password of {staff.name}: {password}")
            case "disable":
                staff = await accounts.named(session, options.name)
                await accounts.disable(session, staff, by=PROGRAM, now=now)
                freed = await Ownership(ConsoleServices(program)).free(session, staff.id, by=PROGRAM)
                print(f"{staff.name} is locked out. Cases that went back to the queue: {len(freed)}.")
            case _:
                for staff in await accounts.all(session):
                    state = "disabled" if staff.disabled_at else "new" if staff.must_change_password else "active"
                    print(f"{staff.name:40} {staff.role:14} {state}")
    return 0
