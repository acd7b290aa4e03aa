"""The program without a model, as a process of its own: `python -m tests.channels.small_server MINUTES_AHEAD`."""

from __future__ import annotations

import asyncio
import sys
from datetime import timedelta

from aiohttp import web

from bot.channels.messengers import Messengers
from bot.program import build, utc_now
from bot.settings import Settings
from tests.support import PlainAssistant


async def main(ahead: timedelta) -> None:
    program = build(Settings(), assistant=PlainAssistant(), clock=lambda: utc_now() + ahead, create_keys=True)  # type: ignore[arg-type]
    await program.database.migrate()
    await program.frontdoor.recover()
    messengers = Messengers(program)
    app = web.Application()
    messengers.add_routes(app)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", program.settings.port).start()
    await messengers.start()
    print("ready", flush=True)  # noqa: T201 - the test waits for it
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(timedelta(minutes=float(sys.argv[1]))))
