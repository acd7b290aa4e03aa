"""Where the time of one message goes, from socket to socket: `python -W ignore -m bench.stages [--messages 60]`.

One client over loopback, in the process of the server, so that nothing waits for anything else. A part's time is without the parts
that it calls. Medians of milliseconds, and of statements and commits of the database.
"""

from __future__ import annotations

import argparse
import asyncio
import functools
import inspect
import statistics
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import aiohttp
from aiohttp import web
from sqlalchemy import event

from bench.load import conversations, open_chat, say_in_chat
from bot.assistant.assistant import Assistant
from bot.channels.webchat.channel import WebChat
from bot.conversation.context import ContextReader
from bot.conversation.decision import Decider
from bot.conversation.frontdoor import FrontDoor
from bot.language.identification import LanguageIdentifier
from bot.program import Program, load_assistant, opened
from bot.runtime.logs import configure_logs
from bot.screening.tuned import TunedEncoder
from bot.server import application
from bot.settings import load_settings
from bot.storage.sqlite import Connection

ALL: Final = "all, from socket to socket"
# A part, what does it, and which part calls it.
PARTS: Final[tuple[tuple[str, type, str, str], ...]] = (
    ("web chat: whose token, what body", WebChat, "send", ALL),
    ("taken: stored", FrontDoor, "accept", "web chat: whose token, what body"),
    ("the conversation's turn", FrontDoor, "answer", "web chat: whose token, what body"),
    ("where it stands: read", ContextReader, "read", "the conversation's turn"),
    ("decided: lists, commands, state", Decider, "decide", "the conversation's turn"),
    ("Rasa's pipeline, heads, evidence", Assistant, "_read_together", "decided: lists, commands, state"),
    ("the encoder", TunedEncoder, "read", "Rasa's pipeline, heads, evidence"),
    ("the language", LanguageIdentifier, "identify", "Rasa's pipeline, heads, evidence"),
    ("Rasa's turn, words", Assistant, "_run_turn", "decided: lists, commands, state"),
    ("replies and case: stored", FrontDoor, "_keep", "the conversation's turn"),
)

Spent = defaultdict[str, float]


def watch(owner: type, name: str, told: Callable[[float], None]) -> None:
    """Tell how long each call of a method took."""
    method = getattr(owner, name)
    if inspect.iscoroutinefunction(method):

        @functools.wraps(method)
        async def timed(*given: Any, **named: Any) -> Any:
            began = time.perf_counter()
            try:
                return await method(*given, **named)
            finally:
                told(time.perf_counter() - began)
    else:

        @functools.wraps(method)
        def timed(*given: Any, **named: Any) -> Any:
            began = time.perf_counter()
            try:
                return method(*given, **named)
            finally:
                told(time.perf_counter() - began)

    setattr(owner, name, timed)


def counted(program: Program, spent: Spent) -> None:
    """Count statements, snapshots and commits in the same place as the times."""

    def add(what: str) -> Callable[..., None]:
        def one(*_given: object) -> None:
            spent[what] += 1

        return one

    for engine, commits in ((program.database.engine, "commits"), (program.database.readers, "snapshots")):
        event.listen(engine.sync_engine, "before_cursor_execute", add("statements"))
        event.listen(engine.sync_engine, "commit", add(commits))


async def profile(messages: int) -> None:
    """Send messages one after another and print what each part took."""
    spent: Spent = defaultdict(float)
    rows: list[Spent] = []

    def adder(part: str) -> Callable[[float], None]:
        def add(seconds: float) -> None:
            spent[part] += seconds * 1000

        return add

    for part, owner, name, _ in PARTS:
        watch(owner, name, adder(part))
    watch(Connection, "commit", adder("waiting for the disk"))
    with tempfile.TemporaryDirectory(prefix="frontdoor-stages-") as folder:
        settings = load_settings().model_copy(update={"data_dir": Path(folder), "person_daily_replies": 10**6})
        program = await opened(settings, assistant=load_assistant(settings))
        counted(program, spent)
        runner = web.AppRunner(application(program), access_log=None)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        address = f"http://127.0.0.1:{runner.addresses[0][1]}"
        async with aiohttp.ClientSession() as client:
            for number, talk in enumerate(conversations()[: messages // 12 + 2]):
                headers = await open_chat(client, address, str(number))
                for place, text in enumerate(talk):
                    spent.clear()
                    began = time.perf_counter()
                    await say_in_chat(client, address, headers, str(place), text)
                    spent[ALL] = (time.perf_counter() - began) * 1000
                    rows.append(spent.copy())
        await runner.cleanup()
        await program.close()
    show(rows[12:])  # the first conversation warms up


def show(rows: list[Spent]) -> None:
    """Print the medians."""
    print(f"{len(rows)} messages, medians:")
    for part in (ALL, *(part for part, _, _, _ in PARTS)):
        inside = [name for name, _, _, caller in PARTS if caller == part]
        own = statistics.median(row[part] - sum(row[name] for name in inside) for row in rows)
        whole = statistics.median(row[part] for row in rows)
        print(f"  {part:<40} {own:8.2f} ms" + (f"   with its parts {whole:8.2f} ms" if inside else ""))
    beside = statistics.median(row[ALL] - row["decided: lists, commands, state"] for row in rows)
    print(f"  {'beside deciding':<40} {beside:8.2f} ms")
    print(f"  {'of it waiting for the disk':<40} {statistics.median(row['waiting for the disk'] for row in rows):8.2f} ms")
    print(
        "  "
        + ", ".join(
            f"{statistics.median(row[what] for row in rows):.0f} {what}" for what in ("statements", "snapshots", "commits")
        )
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m bench.stages", description=__doc__.partition("\n")[0])
    parser.add_argument("--messages", type=int, default=60)
    chosen = parser.parse_args()
    configure_logs("ERROR")
    asyncio.run(profile(chosen.messages))
