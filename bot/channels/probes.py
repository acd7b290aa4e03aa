"""Asks the providers whether they know us and where they send messages: how an operator knows that a channel works."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Final

from telegram.error import InvalidToken, TelegramError

from bot.channels.telegram_delivery import TelegramClient
from bot.channels.telegram_setup import webhook_state
from bot.channels.twilio_delivery import TwilioClient
from bot.parcels import NotNow, Refused, Uncertain
from bot.settings import Settings

SMS_PATH: Final = "/sms/webhook"


@dataclass(frozen=True)
class Probe:
    """What a provider said."""

    channel: str
    good: bool
    sentence: str


async def probes(settings: Settings) -> AsyncIterator[Probe]:
    """Yield what the providers of the channels that are on say."""
    if settings.telegram_ready:
        yield await _telegram(settings)
    if settings.twilio_ready:
        yield await _twilio(settings)


async def _telegram(settings: Settings) -> Probe:
    client = TelegramClient(settings)
    try:
        state = await webhook_state(client.bot, settings)
    except InvalidToken:
        return Probe("telegram", False, "Telegram does not know TELEGRAM_BOT_TOKEN. Compare it with what @BotFather shows.")
    except TelegramError as error:
        return Probe(
            "telegram", False, f"Telegram could not be asked ({type(error).__name__}). Is {settings.telegram_api_base} reachable?"
        )
    finally:
        await client.close()
    good = not state.url if settings.telegram_polling else bool(state.url) and state.url == state.expected_url
    return Probe("telegram", good, " ".join(state.sentences()))


async def _twilio(settings: Settings) -> Probe:
    client = TwilioClient(settings)
    try:
        numbers = await client.call(client.rest.incoming_phone_numbers.list_async(phone_number=settings.twilio_number, limit=1))
    except (NotNow, Refused, Uncertain) as problem:
        hint = (
            "Check TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN."
            if problem.code in {"401", "20003"}
            else "Is TWILIO_API_BASE reachable?"
        )
        return Probe("sms", False, f"Twilio could not be asked (code {problem.code}). {hint}")
    finally:
        await client.close()
    expected = f"{settings.public_url}{SMS_PATH}"
    if not numbers:
        return Probe("sms", False, f"The account has no number {settings.twilio_number}.")
    url, method = (numbers[0].sms_url or "").partition("#")[0], numbers[0].sms_method
    if url != expected or method != "POST":
        shown = url or "nowhere"
        return Probe("sms", False, f"Twilio sends messages to {shown} ({method}); it should be {expected}, as HTTP POST.")
    return Probe("sms", True, f"Twilio knows {settings.twilio_number} and sends messages to {url}.")
