"""The channels that push, put together: which are on, the postman that serves them, what is done for them from time to time."""

from __future__ import annotations

import asyncio
import signal
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from aiohttp import web

from bot.background import beside, every
from bot.channels import sms, telegram
from bot.channels.alarm_ways import alarm_ways
from bot.farewells import Farewells, Parting
from bot.handoff.alarm_watch import AlarmWatch
from bot.housekeeping import TIDY_SECONDS, tidy
from bot.parcels import Sender
from bot.postman import Postman
from bot.program import Program, load_assistant, opened
from bot.storage.remains import LOOK_SECONDS as REMAINS_SECONDS
from bot.wire import wired

if TYPE_CHECKING:
    from bot.assistant import Assistant
    from bot.settings import Settings

RECOVER_SECONDS: Final = 20  # how often messages are looked for that were accepted and, for whatever reason, not decided
CATCH_UP_SECONDS: Final = 600  # how often providers are asked for what their webhooks did not bring


class Messengers:
    """Telegram, SMS and WhatsApp of one process, as far as the settings turn them on."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.telegram = telegram.Telegram(program) if program.settings.telegram_ready else None
        self.sms = sms.Sms(program) if program.settings.twilio_ready else None
        senders: dict[str, Sender] = {}
        partings: dict[str, Parting] = {}
        if self.telegram is not None:
            senders["telegram"] = partings["telegram"] = self.telegram.sender
        if self.sms is not None:
            senders |= {"sms": self.sms.sender, "whatsapp": self.sms.sender}
            partings |= {"sms": self.sms.sender, "whatsapp": self.sms.sender}
        self.postman = Postman(
            database=program.database,
            conversations=program.conversations,
            queue=program.queue,
            bell=program.bell,
            clock=program.clock,
            senders=senders,
            give_up=timedelta(hours=program.settings.delivery_give_up_hours),
        )
        if self.sms is not None:
            self.sms.postman = self.postman
        self.farewells = Farewells(
            database=program.database, vault=program.vault, bell=program.bell, clock=program.clock, partings=partings
        )
        self._workers: list[asyncio.Task[None]] = []

    def add_routes(self, app: web.Application) -> None:
        """Mount the webhooks of the channels that are on."""
        if self.telegram is not None:
            app.add_subapp(telegram.PREFIX, self.telegram.application())
        if self.sms is not None:
            app.add_subapp(sms.PREFIX, self.sms.application())

    async def start(self) -> None:
        """Begin to deliver, and to fetch where a channel fetches."""
        self._workers = [
            asyncio.create_task(self.postman.run(), name="postman"),
            asyncio.create_task(self.farewells.run(), name="farewells"),
        ]
        if self.telegram is not None:
            await self.telegram.start()

    async def close(self) -> None:
        """Finish what was taken, let what is on its way arrive, close the connections."""
        if self.telegram is not None:
            await self.telegram.close()
        for worker in self._workers:
            worker.cancel()
        await asyncio.gather(*self._workers, return_exceptions=True)
        await self.postman.close()
        await self.farewells.close()
        if self.sms is not None:
            await self.sms.close()

    async def catch_up(self) -> None:
        """Fetch what webhooks did not bring: at start, and every ten minutes."""
        if self.sms is not None:
            await self.sms.catch_up()


def serve_polling(settings: Settings) -> int:
    """Run without a web server until stopped: fetch Telegram's messages, answer and deliver; returns the exit status."""
    asyncio.run(_serve_polling(settings.model_copy(update={"telegram_polling": True}), load_assistant(settings)))
    return 0


async def _serve_polling(settings: Settings, assistant: Assistant | None) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    program = await opened(settings, assistant=assistant)
    messengers = Messengers(program)
    await messengers.start()
    watch = AlarmWatch(program, alarm_ways(program.settings, program.clock))
    try:
        async with (
            wired(program.database, program.bell),
            every(TIDY_SECONDS, lambda: tidy(program), "tidy"),
            every(REMAINS_SECONDS, program.frontdoor.remains.look, "remains"),
            every(RECOVER_SECONDS, program.frontdoor.recover, "recover", at_once=True),
            every(CATCH_UP_SECONDS, messengers.catch_up, "catch_up", at_once=True),
            beside(watch.run(), "alarm_watch"),
        ):
            await stop.wait()
    finally:
        await messengers.close()
        await watch.close()
        await program.close()
