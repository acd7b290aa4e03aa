"""Whether its memory stays what it is: `python -m bench.soak [--minutes 60] [--clients 8]`.

Clients talk without a pause, as in bench.load, and each minute the resident memory is printed. Ends with 1 when it was above
`--most` megabytes at any minute, or grew by more than `--growth` percent from the middle to the end.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from bench.load import conversations, measure, running, servers

MINUTE: Final = 60.0  # seconds
MOST: Final = 450.0  # megabytes: what was asked for of a machine with little memory
GROWTH: Final = 5.0  # percent


def verdict(resident: Sequence[float], *, most: float, growth: float) -> list[str]:
    """Return what is wrong with the memory of each minute; nothing where it stays as it should."""
    wrong = []
    if max(resident) > most:
        wrong.append(f"{max(resident):.0f} MB were resident, more than {most:.0f}.")
    middle, end = resident[(len(resident) - 1) // 2], resident[-1]
    if end > middle * (1 + growth / 100):
        wrong.append(f"It grew from {middle:.0f} to {end:.0f} MB over the second half, more than {growth:.0f} %.")
    return wrong


async def soak(minutes: int, clients: int, minute: float) -> list[float]:
    """Let clients talk for so many minutes; return the resident memory after each, with that of the start first."""
    talk = conversations()
    resident = []
    with tempfile.TemporaryDirectory(prefix="frontdoor-soak-") as folder:
        async with running(servers(Path(folder), None)[0]) as server:
            print("| minute | resident (MB) | messages a second | p50 (ms) | p95 (ms) | failures |\n|---|---|---|---|---|---|")
            for number in range(minutes + 1):  # what is loaded with the first messages is no growth
                seconds = minute if number else min(minute, 5)
                found = await measure([server], clients, seconds, talk, f"m{number}")
                resident.append(found.megabytes)
                times = " | ".join(f"{value:,.0f}" for value in found.percentiles[:2])
                print(f"| {number} | {found.megabytes:.0f} | {found.rate:.1f} | {times} | {found.failures} |", flush=True)
    return resident


def main() -> int:
    """Soak, and say whether it held."""
    parser = argparse.ArgumentParser(prog="python -m bench.soak", description=__doc__.partition("\n")[0])
    parser.add_argument("--minutes", type=int, default=60)
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--most", type=float, default=MOST, help="megabytes that may be resident")
    parser.add_argument("--growth", type=float, default=GROWTH, help="percent that it may grow over the second half")
    parser.add_argument("--minute", type=float, default=MINUTE, help="seconds of a minute, to try this program itself")
    chosen = parser.parse_args()
    resident = asyncio.run(soak(chosen.minutes, chosen.clients, chosen.minute))
    wrong = verdict(resident, most=chosen.most, growth=chosen.growth)
    print("\n" + (" ".join(wrong) or f"It held: {max(resident):.0f} MB at most, {resident[-1]:.0f} at the end."))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
