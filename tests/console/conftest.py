"""The console over a real program, and consultants who are logged in to it."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import Any

import pyotp
import pytest
from aiohttp import ClientResponse, web
from aiohttp.test_utils import TestClient, TestServer

from bot.console.app import make_console
from bot.console.services import PREFIX
from bot.console.staff import Accounts, Role
from bot.messages import Inbound
from bot.program import Program
from bot.storage.audit import AuditLog
from bot.storage.tables import Handoff
from tests.support import Clock

Client = TestClient[web.Request, web.Application]
PASSWORD = "zielony rower pod mostem"


class Consultant:
    """A browser at the console: follows no redirects by itself, takes form tokens from the pages it has seen."""

    def __init__(self, client: Client, program: Program, name: str) -> None:
        self.client = client
        self.program = program
        self.name = name
        self.secret = ""
        self.csrf = ""

    async def get(self, path: str, **options: Any) -> ClientResponse:
        response = await self.client.get(f"{PREFIX}{path}", allow_redirects=False, **options)
        found = re.search(r'name="csrf" value="([^"]+)"', await response.text()) if response.content_type == "text/html" else None
        self.csrf = found.group(1) if found else self.csrf
        return response

    async def text(self, path: str, *, status: int = 200) -> str:
        response = await self.get(path)
        assert response.status == status, await response.text()
        return await response.text()

    async def post(self, path: str, *, headers: dict[str, str] | None = None, **fields: str) -> ClientResponse:
        return await self.client.post(
            f"{PREFIX}{path}", data={"csrf": self.csrf, **fields}, headers=headers, allow_redirects=False
        )

    def code(self) -> str:
        return pyotp.TOTP(self.secret).at(self.program.clock())

    async def log_in(self, password: str = PASSWORD) -> None:
        """Log in again, with a code that was not given yet."""
        await self.get("/login")
        assert (await self.post("/login", name=self.name, password=password)).status == 303
        await self.get("/second-factor")
        assert (await self.post("/second-factor", code=self.code())).status == 303
        await self.text("/")

    async def log_in_first(self, password: str) -> None:
        """Log in with a one-time password, choose one's own, set up the second factor."""
        await self.get("/login")
        assert (await self.post("/login", name=self.name, password=password)).status == 303
        await self.get("/password")
        assert (await self.post("/password", old=password, new=PASSWORD, again=PASSWORD)).status == 303
        page = await self.text("/second-factor")
        self.secret = re.search(r'class="secret">([^<]+)<', page).group(1).replace(" ", "")  # type: ignore[union-attr]
        sealed = re.search(r'name="secret" value="([^"]+)"', page).group(1)  # type: ignore[union-attr]
        assert (await self.post("/second-factor", secret=sealed, code=self.code())).status == 303
        await self.text("/")


@pytest.fixture
async def console(program: Program) -> web.Application:
    app = web.Application()
    app.add_subapp(PREFIX, make_console(program))
    return app


@pytest.fixture
async def browser(aiohttp_client: Callable[..., Awaitable[Client]], console: web.Application) -> Callable[[], Awaitable[Client]]:
    """Open browsers that know nothing of each other, on one server."""
    server = TestServer(console)
    await server.start_server()
    clients: list[Client] = []

    async def open_one() -> Client:
        clients.append(await aiohttp_client(server))
        return clients[-1]

    return open_one


@pytest.fixture
async def consultant(program: Program, browser: Callable[[], Awaitable[Client]]) -> Callable[..., Awaitable[Consultant]]:
    """Make an account and log it in in a browser of its own."""

    async def make(name: str = "Ola", role: Role = Role.CONSULTANT) -> Consultant:
        async with program.database.transaction() as session:
            accounts = Accounts(program.vault, AuditLog(program.vault))
            password = await accounts.add(session, name=name, role=role, by="test", now=program.clock())
        someone = Consultant(await browser(), program, name)
        await someone.log_in_first(password)
        return someone

    return make


@pytest.fixture
def writes(program: Program, clock: Clock) -> Callable[..., Awaitable[str]]:
    """Let a person write; return the id of their open case, "" when there is none."""
    count = 0

    async def write(text: str, *, who: str = "a", channel: str = "web", language: str = "pl") -> str:
        nonlocal count
        count += 1
        await program.frontdoor.receive(
            Inbound(
                channel=channel, pseudonym=who, external_id=str(count), text=text, received_at=clock(), language_hint=language
            )
        )
        async with program.database.transaction() as session:
            conversation = await program.conversations.find(session, channel, who)
            assert conversation is not None
            case: Handoff | None = await program.queue.of_conversation(session, conversation.id)
        return case.id if case is not None else ""

    return write
