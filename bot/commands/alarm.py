"""`alarm`: try the ways that call staff, or ask how they do."""

from __future__ import annotations

import argparse
import asyncio
import sys
from typing import Any

from bot.program import Program, build
from bot.runtime.logs import configure_logs
from bot.settings import load_settings


def register(commands: Any) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "alarm",
        help="try the ways that call staff",
        description="Sends a test through every way of alarm, or says how the latest calls went. Ends with 1 when a way fails.",
    )
    what = parser.add_subparsers(dest="what", required=True, metavar="WHAT")
    what.add_parser("test", help="call through every way now; the link in the message can be tried as well").set_defaults(
        act=_test
    )
    what.add_parser("status", help="say how the latest call of each way went").set_defaults(act=_status)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Do what was asked for; 1 when a way fails, or there is none."""
    settings = load_settings()
    configure_logs("CRITICAL")
    if not settings.alarms_ready:
        print(
            "No way of alarm is set: a case that waits calls nobody. Set ALARM_EMAILS, ALARM_SMS_TO, ALARM_CALL_TO,",
            file=sys.stderr,
        )
        print("ALARM_TELEGRAM_CHAT or ALARM_WEBHOOK_URL; docs/operations.md explains them.", file=sys.stderr)
        return 1
    return asyncio.run(_with_program(build(settings, assistant=None), options.act))


async def _with_program(program: Program, act: Any) -> int:
    try:
        await program.database.migrate()
        return int(await act(program))
    finally:
        await program.close()


async def _test(program: Program) -> int:
    from bot.alarms.watch import AlarmWatch  # noqa: PLC0415
    from bot.channels.alarm_senders import alarm_ways  # noqa: PLC0415 - brings the providers' libraries

    watch = AlarmWatch(program, alarm_ways(program.settings, program.clock))
    try:
        outcomes = await watch.test_now()
    finally:
        await watch.close()
    for way, problem in outcomes.items():
        print(f"{way:10} {'handed over: see whether it arrives' if problem is None else f'FAILED ({problem})'}")
    return 1 if any(outcomes.values()) else 0


async def _status(program: Program) -> int:
    async with program.database.transaction() as session:
        status = await program.alarms.status(session, program.clock())
    for way, state in status.ways.items():
        print(f"{way:10} {state}")
    return 1 if status.state == "failing" else 0
