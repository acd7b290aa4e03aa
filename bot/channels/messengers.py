"""The channels that push, put together: which are on, the dispatcher that serves them, what is done for them from time to time."""

from __future__ import annotations

import asyncio
import signal
from typing import TYPE_CHECKING, Final

from aiohttp import web

from bot.alarms.watch import AlarmWatch
from bot.channels.alarm_senders import alarm_ways
from bot.channels.provider.contract import Service
from bot.channels.registry import PROVIDERS
from bot.delivery.dispatcher import Dispatcher
from bot.delivery.provider_erasures import ProviderErasures
from bot.operations.housekeeping import TIDY_SECONDS, tidy
from bot.program import KEY_FILE, Program, load_assistant, opened
from bot.runtime.background import beside, every
from bot.runtime.key_watch import LOOK_SECONDS as KEYS_SECONDS
from bot.runtime.key_watch import look_at_keys
from bot.runtime.notify_bridge import bridged
from bot.storage.residual_data import LOOK_SECONDS as RESIDUAL_DATA_SECONDS

if TYPE_CHECKING:
    from bot.assistant.assistant import Assistant
    from bot.settings import Settings

RECOVER_SECONDS: Final = 20  # how often messages are looked for that were accepted and, for whatever reason, not decided
CATCH_UP_SECONDS: Final = 600  # how often providers are asked for what their webhooks did not bring


class Messengers:
    """The providers of one process, as far as the settings turn them on."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.dispatcher = Dispatcher(program)
        on = [provider for provider in PROVIDERS if provider.is_on(program.settings)]
        self._services = {provider: provider.open(program, self.dispatcher) for provider in on}
        served = {channel.name: service.sender for provider, service in self._services.items() for channel in provider.channels}
        for channel, sender in served.items():
            self.dispatcher.serve(channel, sender)
        self.erasures = ProviderErasures(program, served)
        self._workers: list[asyncio.Task[None]] = []

    def service[S: Service](self, kind: type[S]) -> S:
        """Return the service of a kind; raises LookupError when it is off."""
        for service in self._services.values():
            if isinstance(service, kind):
                return service
        raise LookupError(f"{kind.__name__} is off.")

    def add_routes(self, app: web.Application) -> None:
        """Mount the webhooks of the providers that are on."""
        for provider, service in self._services.items():
            app.add_subapp(provider.prefix, service.application())

    async def start(self) -> None:
        """Begin to deliver, and to fetch where a channel fetches."""
        self._workers = [
            asyncio.create_task(self.dispatcher.run(), name="dispatcher"),
            asyncio.create_task(self.erasures.run(), name="provider_erasures"),
        ]
        for service in self._services.values():
            await service.start()

    async def close(self) -> None:
        """Finish what was taken, let what is on its way arrive, close the connections."""
        for service in self._services.values():
            await service.finish()
        for worker in self._workers:
            worker.cancel()
        await asyncio.gather(*self._workers, return_exceptions=True)
        await self.dispatcher.close()
        await self.erasures.close()
        for service in self._services.values():
            await service.close()

    async def catch_up(self) -> None:
        """Fetch what webhooks did not bring: at start, and every ten minutes."""
        for service in self._services.values():
            await service.catch_up()


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
            bridged(program.database, program.live_events),
            every(KEYS_SECONDS, lambda: look_at_keys(program.vault, settings.data_dir / KEY_FILE), "keys"),
            every(TIDY_SECONDS, lambda: tidy(program), "tidy"),
            every(RESIDUAL_DATA_SECONDS, program.residual_data.look, "residual_data"),
            every(RECOVER_SECONDS, program.frontdoor.recover, "recover", at_once=True),
            every(CATCH_UP_SECONDS, messengers.catch_up, "catch_up", at_once=True),
            beside(watch.run(), "alarm_watch"),
        ):
            await stop.wait()
    finally:
        await messengers.close()
        await watch.close()
        await program.close()
