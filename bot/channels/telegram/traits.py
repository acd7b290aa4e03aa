"""Telegram as a channel, and as the provider of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from bot.channels.provider.contract import Probe, Provider, Service
from bot.delivery.channel_traits import ChannelTraits

if TYPE_CHECKING:
    from bot.delivery.dispatcher import Dispatcher
    from bot.program import Program
    from bot.settings import Settings

PREFIX: Final = "/telegram"
WEBHOOK_PATH: Final = f"{PREFIX}/webhook"

CHAT: Final = ChannelTraits(
    name="telegram",
    delivery="pushed",
    buttons=True,
    chosen_by_number=True,
    phone=False,
    paid=False,
    form="text",
    keeps_messages=True,
)


def _open(program: Program, _dispatcher: Dispatcher) -> Service:
    from bot.channels.telegram.channel import Telegram  # noqa: PLC0415 - loads the library

    return Telegram(program)


async def _probe(settings: Settings) -> Probe:
    from bot.channels.telegram.setup import probe  # noqa: PLC0415 - loads the library

    return await probe(settings)


TELEGRAM: Final = Provider(
    name="telegram",
    channels=(CHAT,),
    prefix=PREFIX,
    ready=lambda settings: settings.telegram_ready,
    when_ready="Token and secret are set. `check --channels` asks Telegram.",
    when_off="TELEGRAM_BOT_TOKEN and TELEGRAM_SECRET_TOKEN are not both set; `telegram poll` needs the first alone.",
    open=_open,
    probe=_probe,
)
