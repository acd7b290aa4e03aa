"""What the guards of a message cost: `python -W ignore -m bench.guards [--pairs 300]`.

The floor (bench/floor.py), one client over loopback in the same process. The same message is sent with a guard and without it, in
turns; what counts is the processor's time of both sides, since a machine that does other things as well says little by its clock.
"""

from __future__ import annotations

import argparse
import asyncio
import functools
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import aiohttp
from aiohttp import web

from bench.floor import Silence
from bench.load import open_chat, say_in_chat
from bot.conversation.danger_phrases import DangerWords
from bot.conversation.time_limit import TimeLimit
from bot.dialogue.answers import Library
from bot.dialogue.features import NEW, Context
from bot.dialogue.turn import Understood
from bot.http.connections import ConnectionGuard, places
from bot.http.headers import Headers
from bot.program import Program, opened
from bot.runtime.logs import configure_logs
from bot.server import application
from bot.settings import load_settings
from bot.storage.capacity import StorageCapacity

TEXT: Final = "Szef zabrał mi paszport i nie płaci od trzech miesięcy, czy możecie mi pomóc?"
WARM_UP: Final = 12  # messages that are not counted
A_CONVERSATION: Final = 12  # messages of one

Bypass = tuple[type, str, Callable[..., Any]]
LIMIT: Final[Sequence[Bypass]] = (
    (TimeLimit, "limit", lambda _self, _text: nullcontext()),
    (TimeLimit, "_in_time", lambda _self: nullcontext()),
)
LISTS: Final[Sequence[Bypass]] = ((DangerWords, "raised", lambda _self, decision, _text: decision),)
HEADERS: Final[Sequence[Bypass]] = ((Headers, "_put", lambda _self, _response: None),)
CONNECTIONS: Final[Sequence[Bypass]] = ((ConnectionGuard, "_arrived", lambda _self, _newcomer: None),)
DISK: Final[Sequence[Bypass]] = ((StorageCapacity, "turns_away", lambda _self: False),)


class Unreadable(Silence):
    """Fails on each message, as a broken model does."""

    async def understand(
        self, text: str, *, language_hint: str | None = None, context: Context = NEW, library: Library | None = None
    ) -> Understood:
        """Raise."""
        raise RuntimeError


@dataclass
class Visitor:
    """Somebody who writes, on one connection or on a new one each time."""

    client: aiohttp.ClientSession
    address: str
    said: int = 0
    opened: int = 0
    headers: dict[str, str] = field(default_factory=dict)

    async def open(self) -> None:
        """Open a conversation."""
        self.opened += 1
        self.headers = await open_chat(self.client, self.address, str(self.opened))

    async def say(self) -> None:
        """Say the same as ever."""
        self.said += 1
        await say_in_chat(self.client, self.address, self.headers, str(self.said), TEXT)


@dataclass(frozen=True)
class Row:
    """What is measured: a guard's bypasses, with which model, and what is sent."""

    name: str
    bypasses: Sequence[Bypass]
    broken: bool = False
    opens: bool = False
    own_connection: bool = False


ROWS: Final = (
    Row("the time of a turn", LIMIT),
    Row("the lists of danger, of a message that the model read", LISTS),
    Row("the lists of danger, of one that no model read", LISTS, broken=True),
    Row("the headers of each answer", HEADERS),
    Row("the limits of connections, each message on one of its own", CONNECTIONS, own_connection=True),
    Row("the look at the disk, when a conversation is opened", DISK, opens=True),
    Row("all of them, of a message that the model read", (*LIMIT, *LISTS, *HEADERS, *CONNECTIONS, *DISK), own_connection=True),
)


def switchable(bypass: Bypass, on: Callable[[], bool]) -> Callable[[], None]:
    """Let a guard be passed by when it is off; return what puts it back."""
    owner, name, without = bypass
    guarded = getattr(owner, name)

    @functools.wraps(guarded)
    def chosen(*given: Any, **named: Any) -> Any:
        return (guarded if on() else without)(*given, **named)

    setattr(owner, name, chosen)
    return lambda: setattr(owner, name, guarded)


async def measured(row: Row, visitor: Visitor, pairs: int) -> tuple[list[float], list[float]]:
    """Return the milliseconds of each message with the guard and without it."""
    guarded, with_it, without = True, list[float](), list[float]()
    back = [switchable(bypass, lambda: guarded) for bypass in row.bypasses]
    act: Callable[[], Awaitable[None]] = visitor.open if row.opens else visitor.say
    for number in range(pairs + WARM_UP):
        if number % A_CONVERSATION == 0:
            await visitor.open()
        for guarded in (True, False) if number % 2 else (False, True):
            began = time.process_time()
            await act()
            (with_it if guarded else without).append((time.process_time() - began) * 1000)
    for put_back in back:
        put_back()
    return with_it[WARM_UP:], without[WARM_UP:]


async def serving(program: Program) -> web.AppRunner:
    """Serve as the program does, on a free port."""
    runner = web.AppRunner(application(program), access_log=None)
    await runner.setup()
    ConnectionGuard(most=places()).watch(runner.server)
    Headers(encrypted=False).protect_errors(runner)
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    return runner


async def table(pairs: int) -> None:
    """Measure each row and print it."""
    print(f"| guard | with it (ms) | without (ms) | more (ms, median of {pairs} pairs) |\n|---|---|---|---|")
    for row in ROWS:
        with tempfile.TemporaryDirectory(prefix="frontdoor-guards-") as folder:
            settings = load_settings().model_copy(update={"data_dir": Path(folder), "trusted_proxies": "127.0.0.0/8"})
            program = await opened(settings, assistant=Unreadable() if row.broken else Silence())  # type: ignore[arg-type]
            await program.capacity.look()
            runner = await serving(program)
            connector = aiohttp.TCPConnector(force_close=row.own_connection)
            async with aiohttp.ClientSession(connector=connector) as client:
                with_it, without = await measured(row, Visitor(client, f"http://127.0.0.1:{runner.addresses[0][1]}"), pairs)
            await runner.cleanup()
            await program.close()
        more = statistics.median(one - other for one, other in zip(with_it, without, strict=True))
        print(f"| {row.name} | {statistics.median(with_it):.2f} | {statistics.median(without):.2f} | {more:.2f} |", flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m bench.guards", description=__doc__.partition("\n")[0])
    parser.add_argument("--pairs", type=int, default=300)
    chosen = parser.parse_args()
    configure_logs("CRITICAL")
    asyncio.run(table(chosen.pairs))
