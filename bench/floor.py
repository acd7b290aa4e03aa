"""The same server without understanding: it verifies, stores and answers one text. `python -m bench.floor`, settings as for `serve`.

What a message takes here is what it takes beside understanding.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from bot.dialogue.answers import Library
from bot.dialogue.commands import Commands
from bot.dialogue.features import NEW, Context
from bot.dialogue.turn import Speaking, Understood
from bot.messages import Reply, Screening, Triage
from bot.program import opened
from bot.runtime.logs import configure_logs
from bot.server import application
from bot.settings import load_settings


@dataclass(frozen=True)
class Spoken:
    """One text and nothing else."""

    replies: tuple[Reply, ...]
    tracker: str = "{}"


class Silence:
    """Understands nothing, at no cost."""

    async def understand(
        self, text: str, *, language_hint: str | None = None, context: Context = NEW, library: Library | None = None
    ) -> Understood:
        """Return the same for each text."""
        screening = Screening(language_hint or "en", Triage.NONE, topic="ask_support", topic_confidence=0.9)
        return Understood(screening, Commands.of("ask:none"))

    async def understand_by_parts(self, text: str, **told: Any) -> AsyncIterator[Understood]:
        """Yield the same for each text."""
        yield await self.understand(text, **told)

    async def turn(self, speaking: Speaking, *, language: str, tracker: str | None) -> Spoken:
        """Say the same each time."""
        return Spoken((Reply(text="The hotline: 22 628 01 20.", language=language),))

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
