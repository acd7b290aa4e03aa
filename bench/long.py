"""Whether a long conversation is answered as quickly as a new one: `python -m bench.long [--turns 500] [--rounds 30]`.

One conversation is made long first. Then the same five messages go to a new one and to the long one, in turns, so that whatever else the
machine does meets both. Medians of milliseconds.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import tempfile
import time
from pathlib import Path
from typing import Final

import aiohttp

from bench.load import conversations, open_chat, running, say_in_chat, servers

SHORT: Final = 5  # messages of a new conversation


async def compare(turns: int, rounds: int) -> None:
    """Measure both and print the medians and their ratio."""
    talk = conversations()
    lasting: dict[str, list[float]] = {"new": [], "long": []}
    with tempfile.TemporaryDirectory(prefix="frontdoor-long-") as folder:
        async with running(servers(Path(folder), None)[0]) as server, aiohttp.ClientSession() as client:

            async def say(headers: dict[str, str], number: str, text: str) -> float:
                began = time.perf_counter()
                await say_in_chat(client, server.address, headers, number, text)
                return (time.perf_counter() - began) * 1000

            long = await open_chat(client, server.address, "long")
            texts = [text for one in talk for text in one]
            for turn in range(turns):
                await say(long, f"turn-{turn}", texts[turn % len(texts)])
            for number in range(rounds):
                new = await open_chat(client, server.address, f"new-{number}")
                for place, text in enumerate(talk[number % len(talk)][:SHORT]):
                    lasting["new"].append(await say(new, f"round-{place}", text))
                    lasting["long"].append(await say(long, f"round-{number}-{place}", text))
    medians = {which: statistics.median(times) for which, times in lasting.items()}
    print(
        f"{len(lasting['new'])} messages each: in a new conversation {medians['new']:.1f} ms, after {turns} turns {medians['long']:.1f} ms"
        f" ({medians['long'] / medians['new']:.2f} ×)"
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m bench.long", description=__doc__.partition("\n")[0])
    parser.add_argument("--turns", type=int, default=500)
    parser.add_argument("--rounds", type=int, default=30)
    chosen = parser.parse_args()
    asyncio.run(compare(chosen.turns, chosen.rounds))
