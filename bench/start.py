"""How long a first start takes, and a second one: `python -m bench.start [--repository PATH]`.

The repository is cloned into a temporary folder, and `make run` is typed there, until /health/ready answers. The packages come from
uv's cache where they are in it, and from the network where not. The second start is `make run` once more in the same folder.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Final

import aiohttp

from bench.load import answers
from bot.settings import PROJECT_ROOT
from tests.ports import free_port

READY_SECONDS: Final = 3600  # packages from a slow line, on a machine that is busy
END_SECONDS: Final = 30
UV: Final = PROJECT_ROOT / ".tools" / "uv" / "bin"


class NotStarted(Exception):
    """What `make run` began ended, or took too long."""


async def started(folder: Path, log: Path) -> tuple[float, float]:
    """Type `make run`; return after how many seconds it was alive and ready. It is stopped again."""
    port = free_port()
    environment = {
        **{
            name: value
            for name, value in os.environ.items()
            if name not in {"VIRTUAL_ENV", "DATA_DIR", "MODEL_DIR", "DATABASE_URL"}
        },
        "PATH": f"{UV}:{os.environ['PATH']}" if UV.is_dir() else os.environ["PATH"],
        "PORT": str(port),
        "METRICS_PORT": "0",
    }
    address, began = f"http://127.0.0.1:{port}/health", time.monotonic()
    with log.open("ab") as output:
        # A session of its own: what make began is stopped with it.
        process = await asyncio.create_subprocess_exec(
            "make", "run", cwd=folder, env=environment, stdout=output, stderr=output, start_new_session=True
        )
    try:
        async with aiohttp.ClientSession() as client:
            times = []
            for sign in ("live", "ready"):
                while not await answers(client, f"{address}/{sign}"):
                    if process.returncode is not None or time.monotonic() > began + READY_SECONDS:
                        raise NotStarted(f"`make run` was not {sign}.")
                    await asyncio.sleep(0.1)
                times.append(time.monotonic() - began)
        return times[0], times[1]
    finally:
        await ended(process)


async def ended(process: asyncio.subprocess.Process) -> None:
    """Stop a process and all that it began, as Ctrl-C does; what does not end by itself is killed."""
    for number in (signal.SIGINT, signal.SIGKILL):
        if process.returncode is None:
            os.killpg(process.pid, number)
            try:
                async with asyncio.timeout(END_SECONDS):
                    await process.wait()
            except TimeoutError:
                continue


def main(repository: str) -> None:
    """Clone, start twice, and tell."""
    with tempfile.TemporaryDirectory(prefix="frontdoor-start-") as place:
        folder, log = Path(place) / "app", Path(place) / "log"
        began = time.monotonic()
        subprocess.run(["git", "clone", "--quiet", "--no-hardlinks", "--", repository, folder], check=True)
        print(
            f"Cloned in {time.monotonic() - began:.1f} s.\n\n| start | alive after (s) | ready after (s) |\n|---|---|---|",
            flush=True,
        )
        for which in ("first", "second"):
            try:
                alive, ready = asyncio.run(started(folder, log))
            except NotStarted as problem:
                raise SystemExit(f"{problem} It printed:\n{log.read_text(encoding='utf-8')[-2000:]}") from None
            print(f"| {which} | {alive:.1f} | {ready:.1f} |", flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m bench.start", description=__doc__.partition("\n")[0])
    parser.add_argument("--repository", default=str(PROJECT_ROOT), help="what is cloned: a folder or an address")
    main(parser.parse_args().repository)
