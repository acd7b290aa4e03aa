"""Programs whose channels talk to stand-ins of the providers."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientResponse, web
from aiohttp.test_utils import TestClient, TestServer
from sqlalchemy import select
from sqlalchemy.orm import DeclarativeBase
from structlog.testing import capture_logs

from bot.channels.messengers import Messengers
from bot.channels.telegram.channel import SECRET_HEADER, Telegram
from bot.channels.twilio.channel import Sms
from bot.program import Program
from bot.program import build as build_program
from bot.storage.tables import Conversation, Delivery, Handoff, Message, Receipt
from tests.standins import telegram_api, twilio_api
from tests.standins.contract import payload
from tests.support import Clock, PlainAssistant, open_program

SECRET = telegram_api.SECRET
PERSON = "+48500100200"
CHAT = 500100200


@dataclass
class Town:
    """A running program with both providers around it, and a client that calls its webhooks."""

    program: Program
    messengers: Messengers
    telegram: telegram_api.TelegramApi
    twilio: twilio_api.TwilioApi
    client: TestClient[Any, Any]
    clock: Clock

    async def close(self) -> None:
        """Stop the program."""
        await self.messengers.close()
        await self.program.close()

    async def restart(self) -> None:
        """Go on as another process does that starts over the same folder: nothing is remembered but what is stored."""
        await self.close()
        self.program = build_program(self.program.settings, assistant=self.program.assistant, clock=self.clock)
        self.messengers = Messengers(self.program)

    async def settle(self) -> None:
        """Let everything that is under way or due happen."""
        for tasks in (self.messengers.service(Telegram).tasks, self.messengers.service(Sms).tasks):
            await tasks.finished()
        await self.messengers.dispatcher.deliver_due()
        await self.messengers.erasures.carry_out_due()

    async def update(self, update: dict[str, Any], *, secret: str = SECRET) -> ClientResponse:
        """Send an update as Telegram does, and settle."""
        response = await self.client.post("/telegram/webhook", json=update, headers={SECRET_HEADER: secret})
        await self.settle()
        return response

    async def write(self, text: str, number: int) -> ClientResponse:
        """Write a text in Telegram; `number` makes it another message."""
        update = payload("telegram/text")
        update["update_id"] = 20_000 + number
        update["message"] |= {"message_id": 100 + number, "text": text}
        return await self.update(update)

    async def sms(self, form: dict[str, Any]) -> ClientResponse:
        """Send a message as Twilio does, and settle."""
        response = await self.twilio.deliver(self.client, "/sms/webhook", form)
        await self.settle()
        return response

    async def text(self, body: str, number: int, **changes: Any) -> ClientResponse:
        """Write an SMS; `number` makes it another message."""
        sid = f"SM{0xF000 + number:032x}"
        return await self.sms(payload("twilio/sms", Body=body, MessageSid=sid, SmsSid=sid, SmsMessageSid=sid, **changes))

    async def rows[T: DeclarativeBase](self, table: type[T]) -> list[T]:
        """Return all rows of a table."""
        async with self.program.database.transaction() as session:
            return list((await session.execute(select(table))).scalars())

    async def nothing_is_stored(self) -> bool:
        """Say whether no call left anything."""
        return not any([await self.rows(table) for table in (Conversation, Message, Delivery, Receipt, Handoff)])

    async def conversation(self) -> Conversation:
        """Return the only conversation."""
        (conversation,) = await self.rows(Conversation)
        return conversation

    async def states(self) -> list[tuple[str, str | None]]:
        """Return state and code of all deliveries, in order."""
        return [(row.state, row.error_code) for row in sorted(await self.rows(Delivery), key=lambda row: row.id)]

    async def take(self, staff_id: str = "ola") -> None:
        """Let a consultant take the only case."""
        (case,) = await self.rows(Handoff)
        async with self.program.database.transaction() as session:
            await self.program.queue.take(session, case.id, staff_id, self.clock())

    async def report(self, message: dict[str, Any], status: str, code: int | None = None) -> ClientResponse:
        """Report on an SMS as Twilio does."""
        response = await self.twilio.report(self.client, message, status, code)
        await self.settle()
        return response


Build = Callable[..., Any]


@pytest.fixture
async def build_town(tmp_path: Path, assistant: PlainAssistant, clock: Clock) -> AsyncIterator[Build]:
    async with AsyncExitStack() as stack:

        async def build(**changes: Any) -> Town:
            telegram, twilio = telegram_api.TelegramApi(), twilio_api.TwilioApi()
            stack.push_async_callback(telegram.close)
            stack.push_async_callback(twilio.close)
            found = {"telegram_api_base": await telegram.start(), "twilio_api_base": await twilio.start()}
            settings = telegram_api.SETTINGS | twilio_api.SETTINGS | found | changes
            program = await open_program(tmp_path, assistant, clock, **settings)
            messengers = Messengers(program)
            app = web.Application()
            messengers.add_routes(app)
            client = await stack.enter_async_context(TestClient(TestServer(app)))
            town = Town(program, messengers, telegram, twilio, client, clock)
            stack.push_async_callback(town.close)
            return town

        yield build


@pytest.fixture
async def town(build_town: Build) -> AsyncIterator[Town]:
    town: Town = await build_town()
    yield town
    assert town.telegram.violations == []
    assert town.twilio.violations == []


@pytest.fixture
def log_lines() -> Iterator[Callable[[], list[dict[str, Any]]]]:
    """Return what was logged so far."""
    with capture_logs() as lines:
        yield lambda: [dict(line) for line in lines]
