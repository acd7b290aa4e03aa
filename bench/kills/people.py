"""People who write while the program dies: in the web chat, by SMS and in Telegram, each as the real page or provider behaves.

The page asks again with the same id until it has its answer. Telegram calls again until it gets a 200. Twilio calls once; what did
not get through is in its list, where the program has to find it.
"""

from __future__ import annotations

import asyncio
import json
import random
import secrets
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import aiohttp

from tests import standins
from tests.standins.telegram_api import TelegramApi
from tests.standins.twilio_api import PUBLIC_URL, TwilioApi

PAYLOADS: Final = Path(standins.__file__).parent.parent / "payloads"
SECRET: Final = "secret-of-the-drill"
CALM, URGENT = "jak mi pomożecie", "on mnie zamknął"
URGENT_SHARE: Final = 0.1
CHATS, TELEGRAMS, PHONES = 6, 2, 1  # who write at once
# Twilio is asked for the newest 200 texts when nobody knows whether one arrived (bot/channels/twilio/delivery.py), a minute after a
# crash: more than three texts a second in the meantime, and it would not be found.
PAUSE_OF_PHONES: Final = 0.4  # seconds
NUMBERS: Final = 60  # people of each provider
AGAIN: Final = 0.1  # seconds until a call that failed is made again


@dataclass
class Letter:
    """One message that somebody wrote; `accepted` when it got its 200, `again` counts the calls that failed."""

    mark: str
    channel: str
    who: str
    urgent: bool
    accepted: bool = False
    again: int = 0


@dataclass
class Town:
    """The program's address, the providers, and everything that was written."""

    address: str
    telegram: TelegramApi
    twilio: TwilioApi
    letters: list[Letter] = field(default_factory=list)
    tokens: list[str] = field(default_factory=list)
    on_their_way: int = 0
    accepted: int = 0
    over: bool = False
    up: asyncio.Event = field(default_factory=asyncio.Event)

    def letter(self, channel: str, who: str) -> Letter:
        """Let somebody write a message."""
        written = Letter(f"m{len(self.letters)}", channel, who, random.random() < URGENT_SHARE)
        self.letters.append(written)
        return written


def text_of(letter: Letter) -> str:
    """Return what a message says."""
    return f"{letter.mark} {URGENT if letter.urgent else CALM}"


async def everybody(town: Town) -> None:
    """Write until the town says that it is over; what was begun is finished."""
    connector = aiohttp.TCPConnector(limit=0, force_close=True)
    async with (
        aiohttp.ClientSession(connector=connector, timeout=aiohttp.ClientTimeout(total=30)) as client,
        asyncio.TaskGroup() as all_,
    ):
        for work, count in ((_chats, CHATS), (_telegrams, TELEGRAMS), (_phones, PHONES)):
            for number in range(count):
                all_.create_task(work(town, client, number))


async def _try(town: Town, letter: Letter | None, call: Callable[[], Any]) -> dict[str, Any] | None:
    """Make a call; return its answer, None when it failed."""
    town.on_their_way += 1
    try:
        async with call() as response:
            if response.status >= 300:
                return None
            body = await response.read()
    except (aiohttp.ClientError, TimeoutError):
        return None
    finally:
        town.on_their_way -= 1
    if letter is not None:
        letter.accepted = True
        town.accepted += 1
    return json.loads(body) if body.startswith(b"{") else {}


async def _until_taken(town: Town, letter: Letter | None, call: Callable[[], Any]) -> dict[str, Any]:
    while (answer := await _try(town, letter, call)) is None:
        if letter is not None:
            letter.again += 1
        if town.up.is_set():
            await asyncio.sleep(AGAIN)
        else:
            with suppress(TimeoutError):  # also while it starts somebody calls
                await asyncio.wait_for(town.up.wait(), random.uniform(AGAIN, 2))
    return answer


async def _chats(town: Town, client: aiohttp.ClientSession, _number: int) -> None:
    """Open one conversation after the other; a page draws its token itself."""
    while not town.over:
        token = secrets.token_urlsafe(32)
        headers = {
            "Authorization": f"Bearer {token}",
            "X-Forwarded-For": f"198.51.{random.randrange(256)}.{random.randrange(256)}",
        }

        def open_chat(token: str = token, headers: dict[str, str] = headers) -> Any:
            body = {"language": "pl", "token": token}
            return client.post(f"{town.address}/chat/conversations", json=body, headers=headers)

        await _until_taken(town, None, open_chat)
        town.tokens.append(token)
        for _ in range(random.randint(1, 10)):
            letter = town.letter("web", token)

            def say(letter: Letter = letter, headers: dict[str, str] = headers) -> Any:
                body = {"message_id": letter.mark, "text": text_of(letter)}
                return client.post(f"{town.address}/chat/messages", json=body, headers=headers)

            await _until_taken(town, letter, say)
            if town.over:
                return


async def _telegrams(town: Town, client: aiohttp.ClientSession, _number: int) -> None:
    form = json.loads((PAYLOADS / "telegram" / "text.json").read_text(encoding="utf-8"))
    while not town.over:
        person = 700_000 + random.randrange(NUMBERS)
        letter = town.letter("telegram", str(person))
        number = len(town.letters)
        message = form["message"] | {
            "message_id": number,
            "date": int(datetime.now(UTC).timestamp()),
            "text": text_of(letter),
            "from": form["message"]["from"] | {"id": person},
            "chat": form["message"]["chat"] | {"id": person},
        }
        update = {"update_id": number, "message": message}

        def call(update: dict[str, Any] = update) -> Any:
            headers = {"X-Telegram-Bot-Api-Secret-Token": SECRET}
            return client.post(f"{town.address}/telegram/webhook", json=update, headers=headers)

        await _until_taken(town, letter, call)
        await asyncio.sleep(random.uniform(0, PAUSE_OF_PHONES))


async def _phones(town: Town, client: aiohttp.ClientSession, _number: int) -> None:
    form = json.loads((PAYLOADS / "twilio" / "sms.json").read_text(encoding="utf-8"))
    while not town.over:
        person = f"+48600{random.randrange(NUMBERS):06}"
        letter = town.letter("sms", person)
        sid = f"SM{0xF0000000 + len(town.letters):032x}"
        filled = form | {"MessageSid": sid, "SmsSid": sid, "SmsMessageSid": sid, "From": person, "Body": text_of(letter)}
        signature = town.twilio.validator.compute_signature(f"{PUBLIC_URL}/sms/webhook", filled)

        def call(filled: dict[str, str] = filled, signature: str = signature) -> Any:
            return client.post(f"{town.address}/sms/webhook", data=filled, headers={"X-Twilio-Signature": signature})

        if await _try(town, letter, call) is None:
            letter.again += 1
            town.twilio.now = datetime.now(UTC)
            town.twilio.received(person, text_of(letter), sid=sid)
            await town.up.wait()
        await asyncio.sleep(random.uniform(0, 2 * PAUSE_OF_PHONES))
