"""Alarms to telephones through Twilio, and to the staff's chat in Telegram."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

from telegram import LinkPreviewOptions
from telegram.error import TelegramError
from twilio.twiml.voice_response import Gather, VoiceResponse

from bot.alarms import texts as alarm_texts
from bot.alarms.alarm import AlarmKind, AlarmWay, Notice, WayFailed
from bot.alarms.senders import own_ways
from bot.channels.telegram.delivery import TelegramClient, as_problem
from bot.channels.twilio.delivery import TwilioClient
from bot.channels.twilio.traits import STATUS_PATH
from bot.delivery.outbound import NotNow, Refused, Uncertain
from bot.delivery.segments import plain
from bot.settings import Settings, listed

VOICES: Final = {"pl": "pl-PL", "en": "en-GB"}
RING_SECONDS: Final = 45
REPETITIONS: Final = 3  # whoever was asleep does not hear the first sentence


class SmsWay:
    """Sends alarms to one number; Twilio reports to `status_url` whether they arrived."""

    def __init__(self, client: TwilioClient, sender: str, to: str, status_url: str) -> None:
        self.client = client
        self.sender = sender
        self.to = to
        self.status_url = status_url

    async def send(self, notice: Notice) -> None:
        """Hand an SMS to Twilio; raises WayFailed."""
        text = plain(alarm_texts.short(notice), notice.interface)
        callback = f"{self.status_url}?alarm={notice.call_id}"
        await _asked(
            self.client,
            self.client.rest.messages.create_async(to=self.to, from_=self.sender, body=text, status_callback=callback),
        )

    async def close(self) -> None:
        """Close the connections."""
        await self.client.close()


class CallWay:
    """Rings one number, says what happened, and takes the key 1 as the answer."""

    def __init__(self, client: TwilioClient, sender: str, to: str) -> None:
        self.client = client
        self.sender = sender
        self.to = to

    async def send(self, notice: Notice) -> None:
        """Let Twilio ring; raises WayFailed."""
        words = twiml(notice)
        await _asked(
            self.client,
            self.client.rest.calls.create_async(to=self.to, from_=self.sender, twiml=words, timeout=RING_SECONDS),
        )

    async def close(self) -> None:
        """Close the connections."""
        await self.client.close()


class TelegramWay:
    """Writes alarms into the staff's chat."""

    def __init__(self, client: TelegramClient, chat: int) -> None:
        self.client = client
        self.chat = chat

    async def send(self, notice: Notice) -> None:
        """Send a message with sound; raises WayFailed."""
        try:
            await self.client.bot.send_message(
                chat_id=self.chat,
                text=alarm_texts.message(notice),
                link_preview_options=LinkPreviewOptions(is_disabled=True),
                disable_notification=notice.kind is AlarmKind.SELF_TEST or None,
            )
        except TelegramError as error:
            raise _failed(as_problem(error)) from None

    async def close(self) -> None:
        """Close the connections."""
        await self.client.close()


def twiml(notice: Notice) -> str:
    """Return what the telephone says; a self-test, a failing way and a filling disk ask for no key."""
    response = VoiceResponse()
    voice = VOICES[notice.interface]
    if notice.kind in {AlarmKind.SELF_TEST, AlarmKind.WAY, AlarmKind.DISK}:
        response.say(alarm_texts.spoken(notice), language=voice)
        return str(response)
    for _ in range(REPETITIONS):
        gather = Gather(num_digits=1, action=notice.acknowledge_url, method="POST", timeout=6)
        gather.say(alarm_texts.spoken(notice), language=voice)
        gather.say(alarm_texts.press_one(notice), language=voice)
        response.append(gather)
    return str(response)


def alarm_ways(settings: Settings, clock: Callable[[], datetime]) -> dict[str, AlarmWay]:
    """Return all ways that the settings turn on, by the names of `way_names`."""
    ways = own_ways(settings, clock)
    sender = settings.twilio_number or ""
    for number, to in enumerate(listed(settings.alarm_sms_to), 1):
        ways[f"sms{number}"] = SmsWay(TwilioClient(settings), sender, to, f"{settings.public_url}{STATUS_PATH}")
    for number, to in enumerate(listed(settings.alarm_call_to), 1):
        ways[f"call{number}"] = CallWay(TwilioClient(settings), sender, to)
    if settings.alarm_telegram_chat is not None:
        ways["telegram"] = TelegramWay(TelegramClient(settings), settings.alarm_telegram_chat)
    return ways


async def _asked(client: TwilioClient, work: Any) -> None:
    try:
        await client.call(work)
    except (NotNow, Refused, Uncertain) as problem:
        raise _failed(problem) from None


def _failed(problem: NotNow | Refused | Uncertain) -> WayFailed:
    return WayFailed(problem.code, final=isinstance(problem, Refused))
