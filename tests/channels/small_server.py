"""The program without a model, as a process of its own that says when it is ready."""

from __future__ import annotations

import asyncio
import os
from datetime import timedelta
from multiprocessing.connection import Connection

from aiohttp import web

from bot.channels.messengers import Messengers
from bot.conversation.danger_phrases import DangerWords
from bot.dialogue.answers import shared_library
from bot.language.lexicon import shared_lexicon
from bot.language.wording import Wording
from bot.program import build, utc_now
from bot.settings import Settings
from tests.reading import read_once
from tests.support import PlainAssistant

# Before the process is copied, so that no copy reads it again.
read_once()
Wording.load()
DangerWords.load(shared_lexicon())
shared_library()


async def _serve(ahead: timedelta, starter: Connection) -> None:
    program = build(Settings(), assistant=PlainAssistant(), clock=lambda: utc_now() + ahead, create_keys=True)  # type: ignore[arg-type]
    await program.frontdoor.recover()
    messengers = Messengers(program)
    app = web.Application()
    messengers.add_routes(app)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", program.settings.port).start()
    await messengers.start()
    starter.send("ready")
    await asyncio.Event().wait()


def run(environment: dict[str, str], ahead: timedelta, starter: Connection) -> None:
    """Serve until killed, with settings from an environment, by a clock that is ahead."""
    os.environ |= environment
    asyncio.run(_serve(ahead, starter))
