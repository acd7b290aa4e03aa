"""What a flood of false emergencies costs everybody else: `python -m bench.flood [--cases 3000] [--rate 10]`.

The whole server with the floor's kind of understanding, which needs no model, once for each kind of wave: all with the same words, or
each with words and signs of its own. One stranger writes now and then: on a calm server, while the wave comes in from many networks at
so many conversations a second, when all of it is in the queue and a consultant has the queue open, and while more comes. Ends with 1
when the stranger's median or 95th percentile is above twice the calm one. From one network a wave does not come in: see docs/channels.md.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import secrets
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

import aiohttp
import uvloop

from bench.load import Server, open_chat, running, say_in_chat
from bot.channels.webchat.networks import FORWARDED
from bot.console.logins import Logins
from bot.console.services import COOKIE, PREFIX
from bot.console.staff import Accounts, Role
from bot.messages import Evidence, Indicator, Screening, Triage
from bot.program import build
from bot.runtime.logs import configure_logs
from bot.server import serve_with
from bot.settings import PROJECT_ROOT, load_settings
from bot.storage.audit import AuditLog
from bot.storage.tables import Staff
from tests.support import PlainAssistant

FAKE: Final = "zamknęli mnie w piwnicy, pomocy"
STRANGER: Final = "czy mogę zapytać o coś anonimowo"
LETTERS: Final = "abcdefghijklmnoprstuwz"
SIGNS: Final = 3  # of a wave that has no two alike
WATCHING: Final = {"X-Watching": "1", "Sec-Fetch-Dest": "empty"}
LOOKS: Final = 15  # at the page, of which the median is told
MOST: Final = 2.0  # times the calm latency
UNDER_WAY: Final = 64  # conversations of the wave that are begun at once


class Alarmed(PlainAssistant):
    """Takes for an emergency what begins as the wave does; what else it says are its signs."""

    def screened(self, text: str, language_hint: str | None) -> Screening:
        """Return an emergency with signs drawn by its words, or nothing."""
        if not text.startswith(FAKE):
            return Screening(language_hint or "pl", Triage.NONE, topic="ask_support", topic_confidence=0.9)
        words = text.removeprefix(FAKE).strip()
        drawn = random.Random(words).sample(sorted(Indicator), SIGNS) if words.isalpha() else [Indicator.MOVEMENT_RESTRICTED]
        found = super().screened(text, language_hint)
        return replace(
            found, triage=Triage.EMERGENCY, indicators=tuple(Evidence(sign, text) for sign in drawn), topic="emergency"
        )


async def serve() -> None:
    """Serve as the program does, until stopped."""
    configure_logs("ERROR")
    await serve_with(load_settings(), Alarmed())  # type: ignore[arg-type]


def flooded(folder: Path) -> Server:
    """Return the server that is flooded."""
    settings = {"DATA_DIR": str(folder), "LOG_LEVEL": "ERROR", "DATABASE_URL": "", "PUBLIC_URL": ""}
    command = [sys.executable, "-W", "ignore", "-m", "bench.flood", "--serve"]
    return Server("flooded", command, PROJECT_ROOT, say_in_chat, open_chat, "/health/live", settings)


@dataclass
class Stranger:
    """Somebody of another network, who writes now and then."""

    client: aiohttp.ClientSession
    address: str
    pause: float
    said: int = 0
    headers: dict[str, str] = field(default_factory=dict)

    async def write_for(self, seconds: float) -> list[float]:
        """Return how many milliseconds each answer took."""
        end, times = time.monotonic() + seconds, []
        while time.monotonic() < end:
            times.append(await self.write())
            await asyncio.sleep(self.pause)
        return times

    async def write_while(self, other: asyncio.Task[None]) -> list[float]:
        """Do the same until something else has ended."""
        times = []
        while not other.done():
            times.append(await self.write())
            await asyncio.sleep(self.pause)
        await other
        return times

    async def write(self) -> float:
        """Write once, in a new conversation now and then."""
        if self.said % 12 == 0:
            self.headers = await open_chat(self.client, self.address, f"stranger {self.said}")
        self.said += 1
        began = time.monotonic()
        await say_in_chat(self.client, self.address, self.headers, str(self.said), STRANGER)
        return (time.monotonic() - began) * 1000


@dataclass
class Wave:
    """Those who flood the queue, each from a network of its own."""

    client: aiohttp.ClientSession
    address: str
    rate: float
    apart: bool
    sent: int = 0

    async def come(self, cases: int) -> None:
        """Let so many come in at the rate, or more slowly where the server is slower."""
        places, begun = asyncio.Semaphore(UNDER_WAY), time.monotonic()
        async with asyncio.TaskGroup() as group:
            for number in range(cases):
                await asyncio.sleep(max(0.0, begun + number / self.rate - time.monotonic()))
                await places.acquire()
                self.sent += 1
                group.create_task(self._one(self.sent, places))

    async def _one(self, number: int, places: asyncio.Semaphore) -> None:
        own = "".join(random.choices(LETTERS, k=12)) if self.apart else f"{number}!"
        try:
            headers = await open_chat(self.client, self.address, secrets.token_hex(8))
            await say_in_chat(self.client, self.address, headers, "1", f"{FAKE} {own}")
        finally:
            places.release()


async def logged_in(folder: Path) -> dict[str, str]:
    """Make an account and log it in past the pages for it; return its cookie."""
    program = build(load_settings().model_copy(update={"data_dir": folder, "database_url": None}), assistant=None)
    now, accounts = program.clock(), Accounts(program.vault, AuditLog(program.vault))
    async with program.database.transaction() as session:
        await accounts.add(session, name="Ola", role=Role.CONSULTANT, by="bench", now=now)
        staff: Staff = await accounts.named(session, "Ola")
        staff.must_change_password, staff.totp_secret = False, program.vault.seal("", f"totp:{staff.id}")
        logins = Logins(program.database, program.vault, accounts, silence=program.clock() - now)
        token = await logins.open(session, staff, second_factor=True, now=now)
    await program.close()
    return {"Cookie": f"{COOKIE}={token}"}


@asynccontextmanager
async def queue_open(client: aiohttp.ClientSession, console: str) -> AsyncIterator[list[float]]:
    """Have the queue open as its page has: it looks again whenever something changed. Yields what each look took, in milliseconds."""
    looks: list[float] = []

    async def watch() -> None:
        async with client.get(f"{console}/events", timeout=aiohttp.ClientTimeout(total=None)) as stream:
            async for line in stream.content:
                if line.startswith(b"event: changed"):
                    began = time.monotonic()
                    for part in ("attention", "queue"):
                        await looked(client, f"{console}/{part}")
                    looks.append((time.monotonic() - began) * 1000)

    task = asyncio.create_task(watch())
    try:
        yield looks
    finally:
        task.cancel()
        await asyncio.wait([task])
    if not task.cancelled() and (error := task.exception()) is not None:
        raise error


async def looked(client: aiohttp.ClientSession, url: str, **headers: str) -> int:
    """Look at a part of the console; return its bytes."""
    async with client.get(url, headers=headers or WATCHING, allow_redirects=False) as response:
        if response.status != 200:
            raise SystemExit(f"{url} answered {response.status}.")
        return len(await response.read())


async def page_of(client: aiohttp.ClientSession, console: str) -> tuple[float, int]:
    """Return the milliseconds that opening the queue takes, and its bytes."""
    times, size = [], 0
    for _ in range(LOOKS):
        began = time.monotonic()
        size = await looked(client, f"{console}/", **{"Sec-Fetch-Dest": "document"})
        times.append((time.monotonic() - began) * 1000)
    return statistics.median(times), size


def told(what: str, times: Sequence[float], calm: Sequence[float]) -> float:
    """Print a row of the table; return how many times the calm latency it has."""
    found, before = (_percentiles(one) for one in (times, calm))
    shares = [now / then for now, then in zip(found, before, strict=True)]
    cells = [f"{now:,.0f}" + (f" ({share:.2f} ×)" if times is not calm else "") for now, share in zip(found, shares, strict=True)]
    print(f"| {what} | {len(times)} | {' | '.join(cells)} |", flush=True)
    return max(shares)


def _percentiles(times: Sequence[float]) -> tuple[float, float]:
    ranked = sorted(times)
    return statistics.median(ranked), ranked[min(int(len(ranked) * 0.95), len(ranked) - 1)]


async def flood(options: argparse.Namespace, *, apart: bool) -> float:
    """Flood one server, and print what the stranger noticed; return how many times the calm latency that was at most."""
    print(f"\n{options.cases} cases, {'none like another' if apart else 'all with the same words'}:\n", flush=True)
    print("| meanwhile | messages | p50 (ms) | p95 (ms) |\n|---|---|---|---|", flush=True)
    with tempfile.TemporaryDirectory(prefix="frontdoor-flood-") as place:
        folder, connector = Path(place), aiohttp.TCPConnector(limit=0)
        async with running(flooded(folder)) as server, aiohttp.ClientSession(connector=connector) as client:
            stranger, console = Stranger(client, server.address, options.pause), f"{server.address}{PREFIX}"
            wave = Wave(client, server.address, options.rate, apart)
            cookie = await logged_in(folder)
            await stranger.write_for(min(options.seconds, 3))
            calm = await stranger.write_for(options.seconds)
            most = [told("nothing else", calm, calm)]
            began = time.monotonic()
            times = await stranger.write_while(asyncio.create_task(wave.come(options.cases)))
            rate = options.cases / (time.monotonic() - began)
            most.append(told(f"the wave comes, {rate:.1f} a second", times, calm))
            async with aiohttp.ClientSession(headers={**cookie, FORWARDED: "192.0.2.1"}) as consultant:
                opening, size = await page_of(consultant, console)
                async with queue_open(consultant, console) as looks:
                    most.append(told("all wait, the queue is open", await stranger.write_for(options.seconds), calm))
                    more = asyncio.create_task(wave.come(int(options.seconds * options.rate)))
                    most.append(told("the same, and more come", await stranger.write_while(more), calm))
                median = statistics.median(looks or [float("nan")])
    print(f"\nThe queue's page: {opening:.0f} ms, {size:,} bytes; the open page looked {len(looks)} times, {median:.0f} ms each.")
    return max(most)


async def main(options: argparse.Namespace) -> int:
    """Flood a server with each kind of wave; return 1 when others waited too long."""
    most = [await flood(options, apart=apart) for apart in (False, True)]
    print(f"\nOthers waited {max(most):.2f} times as long as on a calm server at most; {MOST:g} are allowed.")
    return int(max(most) > MOST)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m bench.flood", description=__doc__.partition("\n")[0])
    parser.add_argument("--cases", type=int, default=3000)
    parser.add_argument("--rate", type=float, default=10.0, help="conversations of the wave that begin in a second")
    parser.add_argument("--seconds", type=float, default=30.0, help="of each measurement beside the wave's own")
    parser.add_argument("--pause", type=float, default=0.2, help="seconds between the stranger's messages")
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.serve:
        asyncio.run(serve(), loop_factory=uvloop.new_event_loop)
    else:
        configure_logs("ERROR")
        sys.exit(asyncio.run(main(chosen)))
