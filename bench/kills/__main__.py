"""Kill the program with -9 under load, and prove that nothing was lost: `python -m bench.kills`.

It is killed 200 times with SQLite (`--kills`) and 50 times with PostgreSQL (`--postgres`), each time at a random moment: while it
starts, or after it has taken some messages, in a quarter of the rounds while a provider holds its answer back, before or after it
took the text. In the end everything is given its time, and each message must have been answered exactly once, and each emergency be
one case in the queue. Ends with 1 when that is not so.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from urllib.parse import urlsplit

from bench.kills.people import SECRET as TELEGRAM_SECRET
from bench.kills.people import Town, everybody
from bench.kills.proof import Proof, by_channel, prove, texts_of_chats
from bench.kills.server import process
from bot.program import build
from bot.settings import load_settings
from tests.ports import free_port
from tests.postgres.cluster import NoServer, cluster
from tests.standins import telegram_api, twilio_api
from tests.standins.telegram_api import TelegramApi
from tests.standins.twilio_api import TwilioApi

START_SECONDS = 300  # on a machine that is busy
DYING_YOUNG = 0.15  # share of kills while the program starts
HELD_BACK = 0.25  # share of rounds in which a provider does not answer
MOST_TAKEN = 15  # messages that a life takes at most
LONGEST_LIFE = 4.0  # seconds
SETTLE_SECONDS = 1500  # what several deaths had in hand waits for 16 minutes; what was missed is answered one by one
QUIET = 5  # looks in a row that find everything answered once
MISSED_SECONDS = 125  # older than that must be what the program fetches from Twilio's list


@dataclass
class Lives:
    """What was counted while the program lived and died."""

    kills: int = 0
    young: int = 0
    under_way: int = 0
    starts: list[float] = field(default_factory=list)
    deaths: list[float] = field(default_factory=list)


async def answers(town: Town) -> bool:
    """Say whether the program takes connections; it does so when everything before is done."""
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", urlsplit(town.address).port)
    except OSError:
        return False
    writer.close()
    return True


async def alive(town: Town, started: float) -> float:
    """Wait until the program answers; return how many seconds that took."""
    while not await answers(town):
        if time.monotonic() - started > START_SECONDS:
            raise SystemExit(f"The program does not answer {START_SECONDS} seconds after its start.")
        await asyncio.sleep(0.05)
    town.up.set()
    return time.monotonic() - started


async def one_life(town: Town, lives: Lives, environment: dict[str, str], log: Path) -> None:
    """Start the program, let it live for a while, and kill it."""
    town.twilio.now = datetime.now(UTC)
    if random.random() < HELD_BACK:
        kind = random.choice(("hang", "hang_after"))
        town.twilio.misbehaviours.plan("create", kind)
        town.telegram.misbehaviours.plan("sendMessage", kind)
    program = process(environment, log)
    program.start()
    started = time.monotonic()
    if random.random() < DYING_YOUNG and lives.starts:
        lives.young += 1
        await asyncio.sleep(random.uniform(0, max(lives.starts[-5:])))
    else:
        lives.starts.append(await alive(town, started))
        goal, end = town.accepted + random.randint(1, MOST_TAKEN), time.monotonic() + LONGEST_LIFE
        while town.accepted < goal and time.monotonic() < end:  # noqa: ASYNC110 - the moment shall be a random one
            await asyncio.sleep(random.uniform(0, 0.02))
    lives.under_way += town.on_their_way > 0
    town.up.clear()
    lives.deaths.append(time.monotonic())
    program.kill()
    await asyncio.to_thread(program.join)
    lives.kills += 1


async def drill(kills: int, minutes: float, database: dict[str, str], folder: Path) -> tuple[Lives, Proof, Town]:
    """Kill so many times over one database, then let everything come to its end, and look."""
    telegram, twilio = TelegramApi(), TwilioApi(now=datetime.now(UTC))
    port, log, lives = free_port(), folder / "log", Lives()
    environment = {
        "DATA_DIR": str(folder / "data"), "PORT": str(port), "METRICS_PORT": "0", "PUBLIC_URL": twilio_api.PUBLIC_URL,
        "TELEGRAM_BOT_TOKEN": telegram_api.TOKEN, "TELEGRAM_SECRET_TOKEN": TELEGRAM_SECRET,
        "TELEGRAM_API_BASE": await telegram.start(),
        "TWILIO_ACCOUNT_SID": twilio_api.ACCOUNT, "TWILIO_AUTH_TOKEN": twilio_api.AUTH_TOKEN, "TWILIO_NUMBER": twilio_api.NUMBER,
        "TWILIO_API_BASE": await twilio.start(),
        "PERSON_DAILY_REPLIES": "1000000", "TOTAL_DAILY_REPLIES": "1000000", **database,
    }  # fmt: skip
    town = Town(f"http://127.0.0.1:{port}", telegram, twilio)
    writing = asyncio.create_task(everybody(town))
    end = time.monotonic() + minutes * 60
    while lives.kills < kills and time.monotonic() < end:
        await one_life(town, lives, environment, log)
        if lives.kills % 10 == 0:
            print(f"{lives.kills} kills, {len(town.letters)} messages", flush=True)
    proof = await settled(town, writing, environment, log)
    await telegram.close()
    await twilio.close()
    return lives, proof, town


async def begun(town: Town, environment: dict[str, str], log: Path) -> ForkServerProcess:
    """Start the program and wait until it answers."""
    program = process(environment, log)
    program.start()
    await alive(town, time.monotonic())
    return program


async def ended(program: ForkServerProcess) -> None:
    """Stop the program as a service manager does."""
    program.terminate()
    await asyncio.to_thread(program.join)


async def settled(town: Town, writing: asyncio.Task[None], environment: dict[str, str], log: Path) -> Proof:
    """Let what was begun end, and what was missed be fetched; then look from all sides."""
    town.twilio.misbehaviours.planned.clear()
    town.telegram.misbehaviours.planned.clear()
    last = await begun(town, environment, log)
    town.over = True
    await writing
    await ended(last)
    await asyncio.sleep(MISSED_SECONDS)  # Twilio's own call may be under way for so long
    town.twilio.now = datetime.now(UTC)
    last = await begun(town, environment, log)
    with environment_of(environment):
        program = build(load_settings(), assistant=None)
    waits = time.monotonic() + SETTLE_SECONDS
    fetched = sum(message["direction"] == "inbound" for message in town.twilio.messages)
    print(f"Waiting for what is on its way; {fetched} SMS did not get through and are in Twilio's list.", flush=True)
    proof, quiet = await prove(town, program, await texts_of_chats(town)), 0
    while quiet < QUIET and time.monotonic() < waits:  # also what would come a second time has its time then
        await asyncio.sleep(2)
        proof = await prove(town, program, await texts_of_chats(town))
        quiet = quiet + 1 if proof.holds else 0
    await ended(last)
    await program.close()
    return proof


@contextmanager
def environment_of(environment: dict[str, str]) -> Iterator[None]:
    """Be in an environment for a moment."""
    before = dict(os.environ)
    os.environ.update(environment)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def doubts(town: Town, lives: Lives, proof: Proof) -> str:
    """Return why texts came twice in Telegram: it held its answer back, or the program died before it had noted the answer."""
    taken: dict[str, list[tuple[float, bool]]] = {mark: [] for mark in proof.repeated}
    for at, text, held in town.telegram.taken:
        if (mark := text.partition(" ")[0]) in taken:
            taken[mark].append((at, held))
    again = [first for times in taken.values() for first in times[:-1]]
    late = sorted(min((death - at for death in lives.deaths if death >= at), default=0) for at, held in again if not held)
    told = f"{len(again) - len(late)} times because it held its answer back"
    if late:
        told += (
            f", {len(late)} times because of a death {late[len(late) // 2]:.2f} s (at most {late[-1]:.2f} s) after it took one"
        )
    return told


def told(name: str, lives: Lives, proof: Proof, town: Town, log: Path) -> str:
    """Return the figures as lines of text."""
    starts = sorted(lives.starts) or [float("nan")]
    events = Counter(json.loads(line)["event"] for line in log.read_text().splitlines() if line.startswith("{"))
    logged = ", ".join(f"{event} {count}" for event, count in events.most_common())
    return "\n".join(
        [
            f"{name}, {datetime.now(UTC).date()}: {lives.kills} kills, {lives.young} of them while it started,"
            f" {lives.under_way} with a call under way; a start takes {starts[len(starts) // 2]:.1f} s",
            f"  {proof.letters} messages ({by_channel(town.letters)}), {proof.refused_by_death} calls that a death cut off or refused",
            f"  lost {len(proof.lost)}, answered twice {len(proof.doubled)}, undecided {proof.undecided}, not delivered {proof.unsent};"
            f" unknown whether they arrived {proof.unknown}",
            f"  repeated in Telegram {len(proof.repeated)}: {doubts(town, lives, proof)}",
            f"  {proof.urgent} emergencies: cases lost {proof.cases_lost}, doubled {proof.cases_doubled}",
            f"  violations of the providers' rules: {len(town.telegram.violations) + len(town.twilio.violations)}",
            f"  logged: {logged}",
            *(f"  {what}: {' '.join(found[:20])}" for what, found in (("lost", proof.lost), ("twice", proof.doubled)) if found),
        ]
    )


def main() -> int:
    """Run the drill on SQLite, and on PostgreSQL where one can be started."""
    parser = argparse.ArgumentParser(prog="python -m bench.kills", description=__doc__.partition("\n")[0])
    parser.add_argument("--kills", type=int, default=200, help="with SQLite")
    parser.add_argument("--postgres", type=int, default=50, metavar="KILLS", help="with PostgreSQL, a server of its own")
    parser.add_argument(
        "--minutes", type=float, default=60, help="of killing with each: what was not reached by then is left out"
    )
    parser.add_argument("--seed", type=int, help="of the moments at which it is killed; else drawn and printed")
    options = parser.parse_args()
    seed = random.randrange(2**32) if options.seed is None else options.seed
    random.seed(seed)
    print(f"seed {seed}", flush=True)
    whole = True
    for name, kills in (("SQLite", options.kills), ("PostgreSQL", options.postgres)):
        if not kills:
            continue
        try:
            with cluster() if name == "PostgreSQL" else nullcontext() as url, tempfile.TemporaryDirectory() as folder:
                place = Path(folder)
                lives, proof, town = asyncio.run(drill(kills, options.minutes, {"DATABASE_URL": url} if url else {}, place))
                print(told(name, lives, proof, town, place / "log"), flush=True)
                whole = whole and proof.holds
        except NoServer as reason:
            print(f"PostgreSQL: not tried, {reason}")
    return 0 if whole else 1


if __name__ == "__main__":
    sys.exit(main())
