"""How fast the program answers beside what it replaces: `python -m bench.load [--clients 1 8 32 128] [--seconds 20]`.

Starts stock Rasa (`rasa init`, in an environment of its own with Python 3.10, which uv makes under build/ at the first time: 2 GB,
some minutes), the program, and the floor (bench/floor.py: the same server without understanding). All run at once and are measured in
turns with the same conversations by clients that send the next message when the last is answered. The table goes to the terminal and
into docs/performance.md, the picture beside it; not where others use the machine at the start, unless `--busy` is given.

`--processes 1 2 4` measures instead the program as so many processes over one PostgreSQL, with the clients spread over them.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import platform
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp
import yaml

from bot.channels.webchat.networks import FORWARDED
from bot.learning.labelled import conversation_files
from bot.screening.rows import NLU_DATA
from bot.settings import PROJECT_ROOT
from tests.ports import free_port
from tests.postgres.cluster import NoServer, cluster

MESSAGES = 12  # of a conversation
CALM_A_CORE = 0.5  # load average at the start: above, somebody else's work is measured as well
READY_SECONDS = 900  # stock Rasa takes half a minute where it has a core to itself
PAGE = PROJECT_ROOT / "docs" / "performance.md"
PICTURE = PROJECT_ROOT / "docs" / "pictures" / "load.png"
BEGIN, END = "<!-- made by `python -m bench.load`: begin -->", "<!-- end -->"
STOCK = PROJECT_ROOT / "build" / "load"
STOCK_PACKAGES = ("rasa==3.6.21", "setuptools<81")

Say = Callable[[aiohttp.ClientSession, str, dict[str, str], str, str], Awaitable[None]]


@dataclass
class Server:
    """One of those that are compared."""

    name: str
    command: Sequence[str]
    folder: Path
    say: Say
    open: Callable[[aiohttp.ClientSession, str, str], Awaitable[dict[str, str]]]
    alive: str
    settings: dict[str, str] = field(default_factory=dict)
    address: str = ""
    start_seconds: float = 0.0
    pid: int = 0


@dataclass(frozen=True)
class Figures:
    """What was measured of one server, or of several that share the clients."""

    server: str
    clients: int
    rate: float
    percentiles: tuple[float, float, float]
    cpu: float  # milliseconds a message, of all cores together: also true when others use the machine
    megabytes: float
    failures: int


def conversations() -> list[list[str]]:
    """Return conversations of MESSAGES messages each, from the labelled ones."""
    said = [
        str(turn["say"])
        for path in conversation_files(NLU_DATA, "training")
        for conversation in yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
        for turn in conversation["turns"]
        if not str(turn["say"]).startswith("@")
    ]
    return [said[start : start + MESSAGES] for start in range(0, len(said) - MESSAGES, MESSAGES)]


async def open_chat(client: aiohttp.ClientSession, address: str, who: str) -> dict[str, str]:
    """Open a conversation of the web chat and return what its requests carry.

    Each comes from a network of its own, as through a proxy: of a wave from one network the door asks for some work first.
    """
    mark = zlib.crc32(who.encode())
    network = {FORWARDED: f"10.{mark % 256}.{mark // 256 % 256}.1"}
    async with client.post(f"{address}/chat/conversations", headers=network, json={"language": "pl"}) as response:
        response.raise_for_status()
        return {**network, "Authorization": f"Bearer {(await response.json())['token']}"}


async def say_in_chat(client: aiohttp.ClientSession, address: str, headers: dict[str, str], number: str, text: str) -> None:
    """Send one message of the web chat and wait for its replies."""
    async with client.post(f"{address}/chat/messages", headers=headers, json={"message_id": number, "text": text}) as response:
        response.raise_for_status()
        await response.json()


async def open_rest(_client: aiohttp.ClientSession, _address: str, who: str) -> dict[str, str]:
    """Return who writes: Rasa's REST channel needs nothing else."""
    return {"sender": who}


async def say_by_rest(client: aiohttp.ClientSession, address: str, sender: dict[str, str], _number: str, text: str) -> None:
    """Send one message through Rasa's REST channel and wait for its replies."""
    async with client.post(f"{address}/webhooks/rest/webhook", json={**sender, "message": text}) as response:
        response.raise_for_status()
        await response.json()


def stock_project(python: str) -> Path:
    """Make stock Rasa's environment and its `rasa init` project where they are not there yet; return the folder of both.

    `python` is what `uv venv --python` takes: a version, which it finds or fetches, or a path.
    """
    environment, project = STOCK / "stock", STOCK / "project"
    rasa = environment / "bin" / "rasa"
    quiet = {**os.environ, "RASA_TELEMETRY_ENABLED": "false"}
    if not rasa.exists():
        print("Installing stock Rasa.", flush=True)
        uv = shutil.which("uv") or str(PROJECT_ROOT / ".tools" / "uv" / "bin" / "uv")
        subprocess.run([uv, "venv", "--quiet", "--clear", "--python", python, environment], check=True)
        subprocess.run(
            [uv, "pip", "install", "--quiet", "--no-config", "--python", environment / "bin" / "python", *STOCK_PACKAGES],
            check=True,
        )
    if not list(project.glob("models/*.tar.gz")):
        print("Making and training the project of `rasa init`.", flush=True)
        shutil.rmtree(project, ignore_errors=True)
        project.mkdir(parents=True)
        subprocess.run(
            [rasa, "init", "--no-prompt", "--init-dir", project], check=True, env=quiet, stdout=subprocess.DEVNULL, cwd=project
        )
    return STOCK


def draw(found: Sequence[Figures], stock: Path, picture: Path) -> None:
    """Draw the figures with the matplotlib that stock Rasa brings: the program itself has none."""
    told = [
        {**vars(one), **dict(zip(("p50", "p95", "p99"), one.percentiles, strict=True))}
        for one in sorted(found, key=lambda figures: figures.clients)
    ]
    python = stock / "stock" / "bin" / "python"
    subprocess.run([python, PROJECT_ROOT / "bench" / "draw.py", picture], input=json.dumps(told), text=True, check=True)


def servers(folder: Path, stock: Path | None) -> list[Server]:
    """Return those to compare, what is replaced first."""
    many = {"PERSON_DAILY_REPLIES": "1000000", "TOTAL_DAILY_REPLIES": "1000000", "LOG_LEVEL": "ERROR"}
    chat: dict[str, Any] = {"folder": PROJECT_ROOT, "say": say_in_chat, "open": open_chat, "alive": "/health/live"}
    found = [
        Server(
            "this program", [sys.executable, "-m", "bot", "serve"], settings={**many, "DATA_DIR": f"{folder}/program"}, **chat
        ),
        Server("floor", [sys.executable, "-m", "bench.floor"], settings={**many, "DATA_DIR": f"{folder}/floor"}, **chat),
    ]
    if stock is None:
        return found
    command = [str(stock / "stock" / "bin" / "rasa"), "run", "--enable-api", "-p", "PORT"]
    return [
        Server("stock Rasa", command, stock / "project", say_by_rest, open_rest, "/", {"RASA_TELEMETRY_ENABLED": "false"}),
        *found,
    ]


@asynccontextmanager
async def running(server: Server) -> AsyncIterator[Server]:
    """Run a server until the block ends; it answers when the block begins."""
    ports = [free_port(), free_port()]
    began = time.monotonic()
    process = await asyncio.create_subprocess_exec(
        *(str(ports[0]) if part == "PORT" else part for part in server.command),
        cwd=server.folder,
        env={**os.environ, "OMP_NUM_THREADS": "1", "PORT": str(ports[0]), "METRICS_PORT": str(ports[1]), **server.settings},
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    server.address, server.pid = f"http://127.0.0.1:{ports[0]}", process.pid
    try:
        async with aiohttp.ClientSession() as client:
            while not await answers(client, f"{server.address}{server.alive}"):
                if process.returncode is not None:
                    raise SystemExit(f"{server.name} ended with {process.returncode}: {' '.join(server.command)}")
                if time.monotonic() > began + READY_SECONDS:
                    raise SystemExit(f"{server.name} does not answer after {READY_SECONDS} s: {' '.join(server.command)}")
                await asyncio.sleep(0.1)
        server.start_seconds = time.monotonic() - began
        yield server
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGTERM)
        await process.wait()


async def answers(client: aiohttp.ClientSession, url: str) -> bool:
    """Say whether something answers."""
    try:
        async with client.get(url) as response:
            return response.status == 200
    except aiohttp.ClientError:
        return False


def megabytes(pid: int) -> float:
    """Return the resident memory of a process."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS:"))


def cpu_seconds(pid: int) -> float:
    """Return the CPU time that a process has used."""
    after_name = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(after_name[11]) + int(after_name[12])) / os.sysconf("SC_CLK_TCK")


async def measure(shared: Sequence[Server], clients: int, seconds: float, talk: Sequence[Sequence[str]], run: str) -> Figures:
    """Let so many clients, spread over the servers, talk for a while; what is under way at the end is finished."""
    times: list[float] = []
    failures = 0
    end = time.monotonic() + seconds
    used = sum(cpu_seconds(server.pid) for server in shared)

    async def client_talks(session: aiohttp.ClientSession, number: int) -> None:
        nonlocal failures
        server = shared[number % len(shared)]
        for turn in range(number, number + len(talk) * 1000, clients):
            try:
                headers = await server.open(session, server.address, f"{run}-{turn}")
                for place, text in enumerate(talk[turn % len(talk)]):
                    began = time.monotonic()
                    await server.say(session, server.address, headers, f"{run}-{turn}-{place}", text)
                    times.append((time.monotonic() - began) * 1000)
                    if time.monotonic() > end:
                        return
            except (aiohttp.ClientError, TimeoutError):
                failures += 1  # the client begins another conversation
                if time.monotonic() > end:
                    return

    begun = time.monotonic()
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(connector=connector, timeout=aiohttp.ClientTimeout(total=120)) as session:
        await asyncio.gather(*(client_talks(session, number) for number in range(clients)))
    lasted, used = time.monotonic() - begun, sum(cpu_seconds(server.pid) for server in shared) - used
    ranked = sorted(times) or [float("nan")]
    percentiles = tuple(ranked[min(int(len(ranked) * share), len(ranked) - 1)] for share in (0.5, 0.95, 0.99))
    return Figures(
        shared[0].name,
        clients,
        len(times) / lasted,
        (percentiles[0], percentiles[1], percentiles[2]),
        used * 1000 / max(len(times), 1),
        sum(megabytes(server.pid) for server in shared),
        failures,
    )


def table(found: Sequence[Figures], started: Sequence[Server], *, beside: str = "stock Rasa") -> str:
    """Return the figures as a table in Markdown; ratios are against the server `beside` with as many clients, where it ran."""
    lines = [
        "| clients | server | messages a second | p50 (ms) | p95 (ms) | p99 (ms) | CPU a message (ms) | resident (MB) | failures |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    base = {figures.clients: figures for figures in found if figures.server == beside}
    for one in sorted(found, key=lambda figures: figures.clients):
        stock = base.get(one.clients)
        compared = stock is not None and stock is not one

        def told(value: float, of: float | None) -> str:
            return f"{value:,.1f}" + (f" ({value / of:.2f} ×)" if of else "")

        rate = told(one.rate, stock.rate if compared and stock else None)
        times = [
            told(value, stock.percentiles[place] if compared and stock else None) for place, value in enumerate(one.percentiles)
        ]
        cpu = told(one.cpu, stock.cpu if compared and stock else None)
        lines.append(
            f"| {one.clients} | {one.server} | {rate} | {' | '.join(times)} | {cpu} | {one.megabytes:,.0f} | {one.failures} |"
        )
    starts = "; ".join(f"{server.name} {server.start_seconds:.1f} s" for server in started)
    load = os.getloadavg()[0]
    machine = f"{platform.machine()}, {os.process_cpu_count()} cores, Python {platform.python_version()}"
    when = datetime.now(UTC).date().isoformat()
    return "\n".join([*lines, "", f"Start until it answers: {starts}. {when}, {machine}, load average at the end {load:.1f}."])


def write(made: str) -> None:
    """Put the table into its place in docs/performance.md."""
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    PAGE.write_text(f"{before}{BEGIN}\n\n{made}\n\n{END}{after}", encoding="utf-8")


async def compare(options: argparse.Namespace) -> None:
    """Start all, measure them in turns, and tell; refuses to write into the page what others who use the machine would have made."""
    load, most = os.getloadavg()[0], CALM_A_CORE * (os.process_cpu_count() or 1)
    print(f"Load average at the start {load:.1f}, on a calm machine at most {most:.1f}.", flush=True)
    if load > most and not (options.dry or options.busy):
        raise SystemExit("Others use this machine: the table would say little. Wait, or give --dry or --busy.")
    stock = None if options.without_stock else stock_project(options.stock)
    talk = conversations()
    found = []
    with tempfile.TemporaryDirectory(prefix="frontdoor-load-") as folder:
        async with AsyncExitStack() as stack:
            started = []
            for server in servers(Path(folder), stock):
                started.append(await stack.enter_async_context(running(server)))
                print(f"{server.name} answers after {server.start_seconds:.1f} s.", flush=True)
            for server in started:
                await measure([server], 1, min(options.seconds, 5), talk, "warm")
            for clients in options.clients:
                for server in started:
                    found.append(await measure([server], clients, options.seconds, talk, f"c{clients}"))
                    print(f"{found[-1]}", flush=True)
            made = table(found, started)
    print(f"\n{made}")
    picture = STOCK / PICTURE.name if options.dry else PICTURE
    if stock is not None:
        draw(found, stock, picture)
        print(f"\n{picture}")
        made += f"\n\n![The same as lines.](pictures/{PICTURE.name})"
    if not options.dry:
        write(made)


async def multiply(options: argparse.Namespace) -> None:
    """Measure the program as one process and as several, each time over a PostgreSQL of its own, and tell; the page stays as it is."""
    talk = conversations()
    found, started = [], []
    for processes in options.processes:
        with cluster() as url, tempfile.TemporaryDirectory(prefix="frontdoor-load-") as folder:
            async with AsyncExitStack() as stack:
                shared = []
                for _ in range(processes):  # one after the other: the first makes keys and tables
                    server = servers(Path(folder), None)[0]
                    server.name = f"{processes} process{'es' if processes > 1 else ''}"
                    server.settings |= {"DATABASE_URL": url}
                    shared.append(await stack.enter_async_context(running(server)))
                started.append(shared[0])
                await measure(shared, len(shared), min(options.seconds, 5), talk, "warm")
                for clients in options.clients:
                    found.append(await measure(shared, clients, options.seconds, talk, f"c{clients}"))
                    print(f"{found[-1]}", flush=True)
    print(f"\n{table(found, started, beside=started[0].name)}\n\nCPU and memory are the program's, without PostgreSQL's.")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m bench.load", description=__doc__.partition("\n")[0])
    parser.add_argument(
        "--stock", metavar="PYTHON", default="3.10", help="the Python of stock Rasa, as `uv venv --python` takes it"
    )
    parser.add_argument("--without-stock", action="store_true", help="compare with the floor alone")
    parser.add_argument("--clients", type=int, nargs="+", default=[1, 8, 32, 128])
    parser.add_argument("--seconds", type=float, default=20.0, help="for each server and number of clients")
    parser.add_argument("--dry", action="store_true", help="leave docs/ as it is")
    parser.add_argument("--busy", action="store_true", help="write into docs/ also when others use the machine")
    parser.add_argument("--processes", type=int, nargs="+", metavar="N", help="the program alone, as so many processes")
    chosen = parser.parse_args()
    try:
        asyncio.run(multiply(chosen) if chosen.processes else compare(chosen))
    except NoServer as reason:
        raise SystemExit(f"PostgreSQL: {reason}") from None
