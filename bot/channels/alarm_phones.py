"""Alarms to telephones through Twilio: an SMS, or a call that is answered with a key."""

from __future__ import annotations

from typing import Any, Final

from twilio.twiml.voice_response import Gather, VoiceResponse

from bot.alarms import texts as alarm_texts
from bot.alarms.alarm import AlarmKind, Notice, WayFailed
from bot.channels.twilio.delivery import TwilioClient
from bot.delivery.outbound import NotNow, Refused, Uncertain
from bot.delivery.segments import plain

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


def twiml(notice: Notice) -> str:
    """Return what the telephone says; a self-test, a failing way and a filling disk ask for no key."""
    voice = alarm_texts.VOICES[notice.interface]
    if notice.kind in {AlarmKind.SELF_TEST, AlarmKind.WAY, AlarmKind.DISK}:
        return said(alarm_texts.spoken(notice), voice)
    response = VoiceResponse()
    for _ in range(REPETITIONS):
        gather = Gather(num_digits=1, action=notice.acknowledge_url, method="POST", timeout=6)
        gather.say(alarm_texts.spoken(notice), language=voice)
        gather.say(alarm_texts.press_one(notice), language=voice)
        response.append(gather)
    return str(response)


def said(words: str, voice: str) -> str:
    """Return what tells Twilio to say words and to end the call."""
    response = VoiceResponse()
    response.say(words, language=voice)
    return str(response)


async def _asked(client: TwilioClient, work: Any) -> None:
    try:
        await client.call(work)
    except (NotNow, Refused, Uncertain) as problem:
        raise WayFailed(problem.code, final=isinstance(problem, Refused)) from None
