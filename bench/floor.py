"""The same server without understanding: it verifies, stores and answers one text. `python -m bench.floor`, settings as for `serve`.

What a message takes here is what it takes beside understanding.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from bot.logs import configure_logs
from bot.messages import Reply, Screening, Triage
from bot.program import opened
from bot.server import application
from bot.settings import load_settings


@dataclass(frozen=True)
class Turn:
    """One text and nothing else."""

    replies: tuple[Reply, ...]
    slots: Mapping[str, Any]
    state: str


class Silence:
    """Understands nothing, at no cost."""

    async def understand(self, text: str, *, language_hint: str | None = None) -> Screening:
        """Return the same for each text."""
        return Screening(language_hint or "en", Triage.NONE, topic="ask_support", topic_confidence=0.9)

    async def turn(self, text: str, act: str, *, slots: Mapping[str, Any], state: str | None) -> Turn:
        """Say the same each time."""
        return Turn((Reply(text="The hotline: 22 628 01 20.", language=str(slots["language"])),), slots, state or "{}")

    def close(self) -> None:
        """Do nothing."""


async def main() -> None:
    """Serve until killed."""
    settings = load_settings()
    configure_logs("ERROR")
    program = await opened(settings, assistant=Silence())  # type: ignore[arg-type]
    runner = web.AppRunner(application(program), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", settings.port).start()
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main())
