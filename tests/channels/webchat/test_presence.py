"""A consultant's answer in the web chat: it counts as arrived when the page has it, and not when the page is closed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import ClientResponse
from aiohttp.test_utils import TestClient, TestServer
from sqlalchemy import select

from bot.channels.webchat import channel as webchat
from bot.channels.webchat import presence
from bot.delivery.outbox import fates
from bot.program import Program
from bot.runtime.live_events import QUEUE
from bot.server import application
from bot.storage.tables import Conversation, Handoff, Message

Client = TestClient[Any, Any]
PATIENCE = 5.0  # of a test: what it waits for comes within some milliseconds


@pytest.fixture
async def client(program: Program, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Client]:
    monkeypatch.setattr(presence, "COMES_BACK", 0.0)
    monkeypatch.setattr(presence, "COMES_BACK_AFTER_START", 0.0)
    monkeypatch.setattr(webchat, "HEARTBEAT_SECONDS", 0.02)
    async with TestClient(TestServer(application(program))) as client:
        yield client


class Page:
    """The page of a conversation, with its token and its stream."""

    def __init__(self, client: Client, program: Program) -> None:
        self.client = client
        self.program = program
        self.headers: dict[str, str] = {}
        self.stream: ClientResponse | None = None

    async def write(self, text: str, number: str = "1") -> None:
        if not self.headers:
            opened = await (await self.client.post("/chat/conversations")).json()
            self.headers = {"Authorization": f"Bearer {opened['token']}"}
        sent = await self.client.post("/chat/messages", json={"message_id": number, "text": text}, headers=self.headers)
        assert sent.status == 200

    async def listen(self, after: int = 0) -> None:
        self.stream = await self.client.get("/chat/events", params={"after": str(after)}, headers=self.headers)

    async def reads(self, words: str) -> None:
        assert self.stream is not None
        async with asyncio.timeout(PATIENCE):
            while words.encode() not in await self.stream.content.readline():
                pass

    def close(self) -> None:
        assert self.stream is not None
        self.stream.close()

    async def answered(self, text: str) -> str:
        """Let a consultant answer; return the message's id."""
        async with self.program.database.transaction() as session:
            case = (await session.scalars(select(Handoff))).one()
            if case.taken_by is None:
                await self.program.queue.take(session, case.id, "ola", self.program.clock())
        said = await self.program.frontdoor.consultants.say(case.conversation_id, staff_id="ola", text=text)
        assert said is not None
        async with self.program.database.transaction() as session:
            return str(await session.scalar(select(Message.id).where(Message.number == int(said.id))))

    async def reachable(self) -> str:
        async with self.program.database.transaction() as session:
            return (await session.scalars(select(Conversation))).one().reachable

    async def fate(self, message: str) -> tuple[str, str | None]:
        async with self.program.database.transaction() as session:
            conversation = (await session.scalars(select(Conversation))).one()
            fate = (await fates(session, conversation.id))[message]
        return fate.state, fate.code

    async def until(self, what: Any, value: object) -> None:
        """Wait until something is so: whatever changes rings."""
        with self.program.live_events.listen(QUEUE) as changed:
            async with asyncio.timeout(PATIENCE):
                while await what() != value:
                    await changed.wait()
                    changed.clear()


@pytest.fixture
async def page(client: Client, program: Program) -> Page:
    page = Page(client, program)
    await page.write("szef ma mój paszport")
    return page


async def test_an_answer_has_arrived_when_the_open_page_has_it(page: Page) -> None:
    await page.listen()
    answer = await page.answered("Jestem, słucham.")
    await page.reads("Jestem")
    await page.until(lambda: page.fate(answer), ("delivered", None))
    assert await page.reachable() == "yes"


async def test_an_answer_that_nobody_fetched_before_the_page_was_closed_did_not_arrive(page: Page, program: Program) -> None:
    await page.listen()
    page.close()
    await page.until(page.reachable, "left")
    answer = await page.answered("Jestem, słucham.")
    assert await page.fate(answer) == ("failed", "left")


async def test_an_answer_on_its_way_when_the_page_is_closed_did_not_arrive(page: Page) -> None:
    answer = await page.answered("Jestem, słucham.")
    assert await page.fate(answer) == ("due", None)
    async with page.program.database.transaction() as session:
        conversation = (await session.scalars(select(Conversation))).one()
    watcher = presence.Presence(page.program.database, page.program.conversations, page.program.live_events, page.program.clock)
    with watcher.of(conversation.id):
        pass
    await watcher.tasks.finished()
    assert await page.fate(answer) == ("failed", "left")
    assert await page.reachable() == "left"


async def test_a_page_that_comes_back_gets_what_it_missed_and_the_consultant_sees_it(page: Page) -> None:
    await page.listen()
    page.close()
    await page.until(page.reachable, "left")
    answer = await page.answered("Jestem, słucham.")
    await page.listen()
    await page.reads("Jestem")
    await page.until(lambda: page.fate(answer), ("delivered", None))
    assert await page.reachable() == "yes"


async def test_whoever_writes_is_there(page: Page) -> None:
    await page.listen()
    page.close()
    await page.until(page.reachable, "left")
    await page.write("jestem", "2")
    assert await page.reachable() == "yes"


async def test_a_second_page_of_the_same_conversation_keeps_it_open(page: Page, client: Client, program: Program) -> None:
    await page.listen()
    other = Page(client, program)
    other.headers = page.headers
    await other.listen()
    page.close()
    answer = await page.answered("Jestem, słucham.")
    await other.reads("Jestem")
    await page.until(lambda: page.fate(answer), ("delivered", None))
    assert await page.reachable() == "yes"


async def test_who_left_while_the_program_was_down_is_not_taken_for_present(program: Program, client: Client, page: Page) -> None:
    async with TestClient(TestServer(application(program))):
        await page.until(page.reachable, "left")


async def test_a_client_that_asks_for_messages_tells_what_it_has(page: Page, client: Client) -> None:
    answer = await page.answered("Jestem, słucham.")
    replies = (await (await client.get("/chat/messages", headers=page.headers)).json())["replies"]
    assert await page.fate(answer) == ("due", None)
    await client.get("/chat/messages", params={"after": replies[-1]["id"]}, headers=page.headers)
    assert await page.fate(answer) == ("delivered", None)


async def test_a_page_without_a_stream_counts_as_open_as_long_as_it_looks(
    page: Page, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(presence, "LOOKS_AGAIN", 1.0)
    await page.listen()
    page.close()
    await page.until(page.reachable, "left")
    await client.get("/chat/messages", headers=page.headers)
    assert await page.reachable() == "yes"
    await page.until(page.reachable, "left")


async def test_a_page_without_scripts_that_is_loaded_often_is_watched_once(page: Page) -> None:
    async with page.program.database.transaction() as session:
        conversation = (await session.scalars(select(Conversation))).one()
    watcher = presence.Presence(page.program.database, page.program.conversations, page.program.live_events, page.program.clock)
    for number in range(3):
        await watcher.visited(conversation.id, number)
    assert watcher.tasks.count == 1
    await watcher.tasks.close(patience=0)
