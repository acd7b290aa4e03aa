"""A browser without scripts at the web chat, the consultant who answers it, and what is stored meanwhile."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html import unescape
from typing import Any

from aiohttp import ClientResponse
from aiohttp.test_utils import TestClient
from sqlalchemy import select

from bot.delivery.outbox import fates
from bot.program import Program
from bot.storage.tables import Conversation, Handoff, Message

Client = TestClient[Any, Any]


@dataclass
class Browser:
    """Shows a page, and sends the form that is on it."""

    client: Client
    language: str = "pl"
    html: str = ""
    status: int = 0
    fields: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)

    async def shows(self, response: ClientResponse) -> None:
        self.html, self.status, self.headers = await response.text(), response.status, dict(response.headers)
        self.fields = {
            name: unescape(value) for name, value in re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', self.html)
        }
        self.fields["text"] = unescape(re.search(r"<textarea[^>]*>\n(.*?)</textarea>", self.html, re.DOTALL)[1])  # type: ignore[index]

    async def opens(self, path: str = "/plain") -> None:
        await self.shows(await self.client.get(path, headers={"Accept-Language": self.language}))

    async def presses(self, headers: dict[str, str] | None = None, **pressed: str) -> None:
        self.sent = {**self.fields, **pressed}
        await self.loads_again(headers)

    async def loads_again(self, headers: dict[str, str] | None = None) -> None:
        await self.shows(await self.client.post("/plain", data=self.sent, headers=headers, allow_redirects=False))

    async def writes(self, text: str) -> None:
        await self.presses(text=text, do="send")

    async def leaves(self) -> ClientResponse:
        return await self.client.post("/plain", data={**self.fields, "do": "leave"}, allow_redirects=False)

    def messages(self, author: str = "") -> list[str]:
        found = re.findall(rf'<li class="message ({author or "[a-z]+"})(?: greeting)?".*?>(.*?)</li>', self.html, re.DOTALL)
        return [unescape(re.sub(r"<span class=\"(?:sr|who)\".*?</span>|<[^>]+>", "", text)).strip() for _, text in found]


async def stored(program: Program, table: type = Message) -> int:
    async with program.database.transaction() as session:
        return len((await session.scalars(select(table))).all())


async def said(program: Program, text: str) -> str:
    """Let a consultant take the case and write; return the message's id."""
    async with program.database.transaction() as session:
        case = (await session.scalars(select(Handoff))).one()
        if case.taken_by is None:
            await program.queue.take(session, case.id, "ola", program.clock())
    reply = await program.frontdoor.consultants.say(case.conversation_id, staff_id="ola", text=text)
    assert reply is not None
    async with program.database.transaction() as session:
        return str(await session.scalar(select(Message.id).where(Message.number == int(reply.id))))


async def fate(program: Program, message: str) -> str:
    async with program.database.transaction() as session:
        conversation = (await session.scalars(select(Conversation))).one()
        return (await fates(session, conversation.id))[message].state
