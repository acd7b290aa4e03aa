"""The ways of alarms that the settings turn on: those of our own, and those through a channel's provider."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from bot.alarms.alarm import AlarmWay
from bot.alarms.senders import own_ways
from bot.channels.twilio.traits import STATUS_PATH
from bot.settings import Settings, listed


def alarm_ways(settings: Settings, clock: Callable[[], datetime]) -> dict[str, AlarmWay]:
    """Return all ways that the settings turn on, by the names of `way_names`; a provider's library is loaded for those alone."""
    ways = own_ways(settings, clock)
    if settings.alarm_sms_to or settings.alarm_call_to:
        ways |= _to_phones(settings)
    if settings.alarm_telegram_chat is not None:
        ways["telegram"] = _to_chat(settings, settings.alarm_telegram_chat)
    return ways


def answer_to_call(words: str, voice: str) -> str:
    """Return what says words to a telephone that was rung and on which a key was pressed."""
    from bot.channels.alarm_phones import said  # noqa: PLC0415 - loads Twilio's library

    return said(words, voice)


def _to_phones(settings: Settings) -> dict[str, AlarmWay]:
    from bot.channels.alarm_phones import CallWay, SmsWay  # noqa: PLC0415 - loads Twilio's library
    from bot.channels.twilio.delivery import TwilioClient  # noqa: PLC0415

    ways: dict[str, AlarmWay] = {}
    sender = settings.twilio_number or ""
    for number, to in enumerate(listed(settings.alarm_sms_to), 1):
        ways[f"sms{number}"] = SmsWay(TwilioClient(settings), sender, to, f"{settings.public_url}{STATUS_PATH}")
    for number, to in enumerate(listed(settings.alarm_call_to), 1):
        ways[f"call{number}"] = CallWay(TwilioClient(settings), sender, to)
    return ways


def _to_chat(settings: Settings, chat: int) -> AlarmWay:
    from bot.channels.alarm_chats import TelegramWay  # noqa: PLC0415 - loads Telegram's library
    from bot.channels.telegram.delivery import TelegramClient  # noqa: PLC0415

    return TelegramWay(TelegramClient(settings), chat)
