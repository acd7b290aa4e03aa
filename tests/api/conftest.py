"""Another system with a token, over a real program."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from aiohttp import ClientResponse, web
from aiohttp.test_utils import TestClient, TestServer
from sqlalchemy import select

from bot.api.tokens import Tokens
from bot.messages import Inbound
from bot.program import Program
from bot.server import application
from bot.storage.audit import AuditLog
from bot.storage.tables import AuditEntry
from tests.support import Clock

Client = TestClient[web.Request, web.Application]


class OtherSystem:
    """A client with a token."""

    def __init__(self, client: Client, token: str) -> None:
        self.client = client
        self.token = token

    async def ask(self, method: str, path: str, **options: Any) -> ClientResponse:
        return await self.client.request(method, f"/api{path}", headers={"Authorization": f"Bearer {self.token}"}, **options)

    async def json(self, path: str) -> Any:
        response = await self.ask("GET", path)
        assert response.status == 200, await response.text()
        return await response.json()


@pytest.fixture
async def client(aiohttp_client: Callable[..., Awaitable[Client]], program: Program) -> Client:
    return await aiohttp_client(TestServer(application(program)))


@pytest.fixture
def other_system(program: Program, client: Client) -> Callable[..., Awaitable[OtherSystem]]:
    async def make(name: str = "Chatwoot", *, writes: bool = False, texts: bool = False) -> OtherSystem:
        async with program.database.transaction() as session:
            tokens = Tokens(program.vault, AuditLog(program.vault))
            token = await tokens.add(session, name=name, writes=writes, texts=texts, by="test", now=program.clock())
        return OtherSystem(client, token)

    return make


@pytest.fixture
def writes(program: Program, clock: Clock) -> Callable[..., Awaitable[str]]:
    """Let a person write by SMS; return the id of their open case."""
    count = 0

    async def write(text: str, *, who: str = "a", address: str = "+48601234567") -> str:
        nonlocal count
        count += 1
        await program.frontdoor.receive(
            Inbound(channel="sms", pseudonym=who, external_id=str(count), text=text, received_at=clock(), address=address)
        )
        async with program.database.transaction() as session:
            conversation = await program.conversations.find(session, "sms", who)
            assert conversation is not None
            case = await program.queue.of_conversation(session, conversation.id)
        return case.id if case is not None else ""

    return write


@pytest.fixture
def audited(program: Program) -> Callable[[], Awaitable[list[tuple[str, str]]]]:
    """Return who did what after accounts and tokens were made: actions and subjects."""

    async def read() -> list[tuple[str, str]]:
        async with program.database.transaction() as session:
            found = (await session.scalars(select(AuditEntry).order_by(AuditEntry.number))).all()
            await AuditLog(program.vault).verify(session)
        return [(entry.action, entry.subject) for entry in found if not entry.action.startswith("api_token")]

    return read
