"""A dispatcher with a channel that does as it is told, and what is in its outbox."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from sqlalchemy import select

from bot.delivery import outbox
from bot.delivery.dispatcher import Dispatcher
from bot.delivery.outbound import Outbound
from bot.messages import Reply
from bot.program import Program
from bot.storage.tables import Conversation, Delivery

ADDRESS = "+48500100200"


class Channel:
    """Sends what it is told to, after what it is told to fail with."""

    def __init__(self) -> None:
        self.sent: list[str] = []
        self.problems: list[Exception] = []
        self.found: list[str | Exception | None] = []
        self.looked_up = 0
        self.pieces = 1
        self.arrived = asyncio.Event()
        self.meanwhile: Callable[[], Awaitable[None]] | None = None

    def parts(self, outbound: Outbound) -> int:
        return self.pieces

    async def send(self, outbound: Outbound) -> str:
        if self.problems:
            raise self.problems.pop(0)
        self.arrived.set()
        if self.meanwhile is not None:
            await self.meanwhile()
        self.sent.append(f"{outbound.reply.text}" if self.pieces == 1 else f"{outbound.reply.text} {outbound.part}")
        return f"SM{len(self.sent)}"

    async def look_up(self, outbound: Outbound) -> str | None:
        self.looked_up += 1
        found = self.found.pop(0) if self.found else None
        if isinstance(found, Exception):
            raise found
        return found


@pytest.fixture
def channel() -> Channel:
    return Channel()


@pytest.fixture
def dispatcher(program: Program, channel: Channel) -> Dispatcher:
    return make_dispatcher(program, channel)


def make_dispatcher(program: Program, channel: Channel) -> Dispatcher:
    dispatcher = Dispatcher(program)
    dispatcher.serve("telegram", channel)
    return dispatcher


@pytest.fixture
async def conversation(program: Program) -> Conversation:
    async with program.database.transaction() as session:
        conversation = await program.conversations.open(
            session, channel="telegram", pseudonym="p", language="pl", address=ADDRESS, now=program.clock()
        )
    return conversation


async def say(program: Program, conversation: Conversation, *texts: str, author: str = "bot", regardless: bool = False) -> None:
    async with program.database.transaction() as session:
        mine = await program.conversations.get(session, conversation.id)
        assert mine is not None
        for text in texts:
            reply = Reply(text=text, language="pl", author=author)
            message = program.conversations.add_reply(session, mine, reply, now=program.clock(), handed_over=False)
            await outbox.enqueue(session, mine, message, program.clock(), regardless=regardless)


async def rows(program: Program) -> list[Delivery]:
    async with program.database.transaction() as session:
        return list((await session.execute(select(Delivery).order_by(Delivery.id))).scalars())


async def states(program: Program) -> list[str]:
    return [row.state for row in await rows(program)]


REPORTS = [("sent", "sent"), ("delivered", "delivered"), ("failed", "failed")]
