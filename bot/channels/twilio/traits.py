"""SMS and WhatsApp as channels, and Twilio as the provider of both."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from bot.channels.provider.contract import Probe, Provider, Service
from bot.delivery.channel_traits import ChannelTraits

if TYPE_CHECKING:
    from bot.delivery.dispatcher import Dispatcher
    from bot.program import Program
    from bot.settings import Settings

PREFIX: Final = "/sms"
WEBHOOK_PATH: Final = f"{PREFIX}/webhook"
STATUS_PATH: Final = f"{PREFIX}/status"

SMS: Final = ChannelTraits(
    name="sms",
    delivery="pushed",
    buttons=False,
    chosen_by_number=True,
    phone=True,
    paid=True,
    form="sms",
    keeps_messages=True,
)
WHATSAPP: Final = ChannelTraits(
    name="whatsapp",
    delivery="pushed",
    buttons=False,
    chosen_by_number=True,
    phone=True,
    paid=True,
    form="text",
    keeps_messages=True,
)


def _open(program: Program, dispatcher: Dispatcher) -> Service:
    from bot.channels.twilio.channel import Sms  # noqa: PLC0415 - loads the library

    return Sms(program, dispatcher)


async def _probe(settings: Settings) -> Probe:
    from bot.channels.twilio.setup import probe  # noqa: PLC0415 - loads the library

    return await probe(settings)


TWILIO: Final = Provider(
    name="sms",
    channels=(SMS, WHATSAPP),
    prefix=PREFIX,
    ready=lambda settings: settings.twilio_ready,
    when_ready="Twilio's settings are complete. `check --channels` asks Twilio.",
    when_off="TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN, TWILIO_NUMBER and PUBLIC_URL are not all set.",
    open=_open,
    probe=_probe,
)
