"""A program whose alarms go to stand-ins on loopback, through every way that there is."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from sqlalchemy import select, update

from bot.alarms.alarm import PREFIX
from bot.alarms.page import AlarmPage
from bot.alarms.watch import AlarmWatch
from bot.channels.alarm_senders import alarm_ways, answer_to_call
from bot.messages import Inbound
from bot.program import Program
from bot.storage.tables import Alarm, AlarmCall, Handoff
from tests.standins import telegram_api, twilio_api
from tests.standins.alarm_receivers import Hook, Mailbox, Switchboard, mail_server, serving
from tests.support import Clock, PlainAssistant, open_program

URL = twilio_api.PUBLIC_URL
SECRET = "a secret of the webhook"
CHAT = -100500
PHONE = "+48600700800"
WORDS = "szef mnie zamknął w piwnicy na Wiejskiej"
PERSON = "+48500100200"
ONE_EACH = {"email": 1, "sms": 1, "call": 1, "telegram": 1, "webhook": 1}
NONE = dict.fromkeys(ONE_EACH, 0)


@dataclass
class Night:
    """A program, its watch, and everything that alarms reach."""

    program: Program
    watch: AlarmWatch
    clock: Clock
    mailbox: Mailbox
    twilio: Switchboard
    telegram: telegram_api.TelegramApi
    hook: Hook
    restart: Callable[[], Awaitable[AlarmWatch]]
    links: list[str] = field(default_factory=list)
    _written: int = 0

    async def writes(self, text: str = WORDS, *, who: str = "a", language: str = "pl") -> str:
        """Let a person write by SMS; return the id of their case, "" when there is none."""
        self._written += 1
        pseudonym = self.program.vault.pseudonym("sms", who)
        await self.program.frontdoor.receive(
            Inbound(
                channel="sms",
                pseudonym=pseudonym,
                external_id=f"SM{self._written}",
                text=text,
                received_at=self.clock(),
                language_hint=language,
                address=PERSON,
            )
        )
        async with self.program.database.transaction() as session:
            conversation = await self.program.conversations.find(session, "sms", pseudonym)
            assert conversation is not None
            case = await self.program.queue.of_conversation(session, conversation.id)
        return case.id if case is not None else ""

    async def passes(self, **amount: float) -> None:
        """Let time pass, and the watch look."""
        self.clock.move(**amount)
        await self.watch.look_once()

    async def take(self, case_id: str, staff_id: str = "ola") -> None:
        async with self.program.database.transaction() as session:
            await self.program.queue.take(session, case_id, staff_id, self.clock())

    async def release(self, case_id: str, staff_id: str = "ola") -> None:
        async with self.program.database.transaction() as session:
            await self.program.queue.release(session, case_id, staff_id, self.clock())

    async def set_aside(self, case_id: str, mark: str | None) -> None:
        """Set a case aside as one of a wave, or bring it back with None."""
        async with self.program.database.transaction() as session:
            await session.execute(update(Handoff).where(Handoff.id == case_id).values(set_aside_as=mark))

    async def alarms(self) -> list[Alarm]:
        async with self.program.database.transaction() as session:
            return list(await session.scalars(select(Alarm).order_by(Alarm.raised_at)))

    async def calls(self) -> list[AlarmCall]:
        async with self.program.database.transaction() as session:
            return list(await session.scalars(select(AlarmCall).order_by(AlarmCall.id)))

    async def case(self, case_id: str) -> Handoff:
        async with self.program.database.transaction() as session:
            case = await session.get(Handoff, case_id)
        assert case is not None
        return case

    async def state(self) -> tuple[str, tuple[str, ...]]:
        async with self.program.database.transaction() as session:
            status = await self.program.alarms.status(session, self.clock())
        return status.state, status.problems

    def counts(self) -> dict[str, int]:
        """Return how many alarms arrived through each way."""
        return {
            "email": len(self.mailbox.mails),
            "sms": len(self.twilio.messages),
            "call": len(self.twilio.calls),
            "telegram": len(self.telegram.texts(CHAT)),
            "webhook": len(self.hook.posts),
        }

    def everything(self) -> str:
        """Return all that any alarm said, through any way."""
        posts = [f"{headers} {body.decode()}" for headers, body in self.hook.posts]
        messages = [{name: value for name, value in sent.items() if name != "StatusCallback"} for sent in self.twilio.messages]
        sent = [*map(str, messages), *map(str, self.twilio.calls), *self.telegram.texts(CHAT)]
        mails = [f"{mail.as_string()}\n{mail.get_content()}" for mail in self.mailbox.mails]
        return "\n".join([*self.mailbox.texts(), *mails, *sent, *posts])

    def link(self) -> str:
        """Return the path of the link in the newest mail."""
        found = re.findall(rf"{re.escape(URL)}({PREFIX}/\S+)", self.mailbox.texts()[-1])
        return str(found[-1])


@pytest.fixture
async def night(tmp_path: Path, assistant: PlainAssistant, clock: Clock) -> AsyncIterator[Night]:
    async with AsyncExitStack() as stack:
        mailbox, switchboard, hook, telegram = Mailbox(), Switchboard(), Hook(), telegram_api.TelegramApi()
        stack.push_async_callback(telegram.close)
        settings: dict[str, Any] = {
            "public_url": URL,
            "smtp_host": "127.0.0.1",
            "smtp_port": await stack.enter_async_context(mail_server(mailbox)),
            "smtp_tls": "none",
            "smtp_from": "alarm@help.example.org",
            "alarm_emails": "dyzur@example.org",
            "twilio_account_sid": twilio_api.ACCOUNT,
            "twilio_auth_token": twilio_api.AUTH_TOKEN,
            "twilio_number": twilio_api.NUMBER,
            "twilio_api_base": await stack.enter_async_context(serving(switchboard.application())),
            "alarm_sms_to": PHONE,
            "alarm_call_to": PHONE,
            "telegram_bot_token": telegram_api.TOKEN,
            "telegram_api_base": await telegram.start(),
            "alarm_telegram_chat": CHAT,
            "alarm_webhook_url": await stack.enter_async_context(serving(hook.application())) + "/hook",
            "alarm_webhook_secret": SECRET,
            "alarm_self_test": "off",
        }

        async def start() -> AlarmWatch:
            program = await open_program(tmp_path, assistant, clock, **settings)
            stack.push_async_callback(program.close)
            watch = AlarmWatch(program, alarm_ways(program.settings, clock))
            stack.push_async_callback(watch.close)
            return watch

        watch = await start()
        yield Night(watch.program, watch, clock, mailbox, switchboard, telegram, hook, start)
        assert switchboard.violations == []
        assert telegram.violations == []


@pytest.fixture
async def phone(night: Night) -> AsyncIterator[TestClient[Any, Any]]:
    """A browser on the duty phone."""
    app = web.Application()
    app.add_subapp(PREFIX, AlarmPage(night.program, answer_to_call).application())
    async with TestClient(TestServer(app)) as client:
        yield client
