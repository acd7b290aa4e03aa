"""The channels that push, put together: which are on, the postman that serves them, what is done for them from time to time."""

from __future__ import annotations

import asyncio
import signal
from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING, Final

import structlog
from aiohttp import web

from bot import allowance
from bot.channels import sms, telegram
from bot.channels.alarm_ways import alarm_ways
from bot.handoff.alarm_watch import AlarmWatch
from bot.outbox import Farewell
from bot.parcels import Sender
from bot.postman import Postman
from bot.program import Program, build, load_assistant
from bot.storage import receipts
from bot.storage.database import DatabaseUnavailable

if TYPE_CHECKING:
    from bot.settings import Settings

log = structlog.get_logger()
RECOVER_SECONDS: Final = 20.0


class Messengers:
    """Telegram, SMS and WhatsApp of one process, as far as the settings turn them on."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.telegram = telegram.Telegram(program) if program.settings.telegram_ready else None
        self.sms = sms.Sms(program) if program.settings.twilio_ready else None
        senders: dict[str, Sender] = {}
        if self.telegram is not None:
            senders["telegram"] = self.telegram.sender
        if self.sms is not None:
            senders |= {"sms": self.sms.sender, "whatsapp": self.sms.sender}
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
        program.frontdoor.on_erased = self.part_from
        self._delivering: asyncio.Task[None] | None = None

    def add_routes(self, app: web.Application) -> None:
        """Mount the webhooks of the channels that are on."""
        if self.telegram is not None:
            app.add_subapp(telegram.PREFIX, self.telegram.application())
        if self.sms is not None:
            app.add_subapp(sms.PREFIX, self.sms.application())

    async def start(self) -> None:
        """Begin to deliver, and to fetch where a channel fetches."""
        self._delivering = asyncio.create_task(self.postman.run(), name="postman")
        if self.telegram is not None:
            await self.telegram.start()

    async def close(self) -> None:
        """Finish what was taken, let what is on its way arrive, close the connections."""
        self.program.frontdoor.on_erased = None
        if self.telegram is not None:
            await self.telegram.close()
        if self._delivering is not None:
            self._delivering.cancel()
            with suppress(asyncio.CancelledError):
                await self._delivering
        await self.postman.close()
        if self.sms is not None:
            await self.sms.close()

    def part_from(self, farewell: Farewell) -> None:
        """Hand an erased conversation's farewell to its channel."""
        if farewell.channel == "telegram" and self.telegram is not None:
            self.telegram.part_from(farewell)
        elif farewell.channel != "telegram" and self.sms is not None:
            self.sms.part_from(farewell)

    async def tidy(self) -> None:
        """Forget addresses, receipts and counts whose time is over: every hour."""
        now = self.program.clock()
        async with self.program.database.transaction() as session:
            dropped = await self.program.conversations.drop_addresses(
                session, silent_since=now - timedelta(hours=self.program.settings.address_keep_hours)
            )
            await receipts.forget_old(session, now)
            await allowance.forget_old(session, now)
        if dropped:
            log.info("addresses_dropped", count=dropped)

    async def catch_up(self) -> None:
        """Fetch what webhooks did not bring: at start, and every ten minutes."""
        if self.sms is not None:
            await self.sms.catch_up()


def serve_polling(settings: Settings) -> int:
    """Run without a web server until stopped: fetch Telegram's messages, answer and deliver; returns the exit status."""
    program = build(settings.model_copy(update={"telegram_polling": True}), assistant=load_assistant(settings), create_keys=True)
    asyncio.run(_serve_polling(program))
    return 0


async def _serve_polling(program: Program) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await program.database.migrate()
    messengers = Messengers(program)
    await messengers.start()
    watch = AlarmWatch(program, alarm_ways(program.settings, program.clock))
    watching = asyncio.create_task(watch.run(), name="alarm_watch")
    try:
        while not stop.is_set():
            try:
                await program.frontdoor.recover()
                await asyncio.wait_for(stop.wait(), RECOVER_SECONDS)
            except TimeoutError:
                continue
            except DatabaseUnavailable as error:
                log.error("recover_failed", error=type(error).__name__)
                await asyncio.sleep(1)
    finally:
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
        await messengers.close()
        await watch.close()
        await program.close()
