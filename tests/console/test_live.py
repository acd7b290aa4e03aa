"""Pages that keep themselves up to date."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import ClientResponse

from bot.console import queue_pages
from bot.console.queue_pages import gather_seconds
from bot.console.staff import Accounts
from bot.program import Program
from bot.storage.audit import AuditLog
from bot.storage.tables import Handoff
from tests.console.conftest import Consultant


@asynccontextmanager
async def events(someone: Consultant) -> AsyncIterator[ClientResponse]:
    async with someone.client.get("/console/events") as stream:
        assert stream.headers["Content-Type"].startswith("text/event-stream")
        yield stream


async def next_event(stream: ClientResponse) -> str:
    while True:
        line = (await asyncio.wait_for(stream.content.readline(), 60)).decode()
        if line.startswith("event: "):
            return line.removeprefix("event: ").strip()


async def test_a_new_case_a_taking_and_an_answer_reach_every_open_page_at_once(consultant: Any, writes: Any) -> None:
    ola, jan = await consultant("Ola"), await consultant("Jan")
    async with events(jan) as stream:
        assert await next_event(stream) == "changed"  # at each connection: what was missed shows at once
        case = await writes("zabrał mi paszport")
        assert await next_event(stream) == "changed"
        assert case in await jan.text("/queue")
        await ola.post(f"/cases/{case}/take")
        assert await next_event(stream) == "changed"
        assert "Ola" in await jan.text("/queue")
        await ola.post(f"/cases/{case}/answer", text="Dzień dobry", form_id="1")
        assert await next_event(stream) == "changed"
        assert "Dzień dobry" in await jan.text(f"/cases/{case}/live")


async def test_pages_look_less_often_at_a_list_that_takes_long(
    consultant: Any, writes: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[float] = []
    monkeypatch.setattr(queue_pages, "gather_seconds", lambda took: told.append(took) or 0)
    ola = await consultant()
    async with events(ola) as stream:
        await next_event(stream)
        await ola.text("/queue")
        await writes("zabrał mi paszport")
        await next_event(stream)
    assert told[0] > 0  # what a look took
    assert [gather_seconds(took) for took in (0.001, 0.05, 60)] == [0.2, 1.0, 2.0]


async def test_events_carry_no_words_and_no_ids(consultant: Any, writes: Any) -> None:
    ola = await consultant()
    async with events(ola) as stream:
        await next_event(stream)
        case = await writes("zabrał mi paszport")
        await next_event(stream)
        data = (await asyncio.wait_for(stream.content.readline(), 60)).decode()
        assert data.startswith('data: {"session_seconds": ')
        assert case not in data


async def test_a_page_is_told_when_its_login_has_ended(consultant: Any, program: Program) -> None:
    ola = await consultant()
    async with events(ola) as stream:
        await next_event(stream)
        accounts = Accounts(program.vault, AuditLog(program.vault))
        async with program.database.transaction() as session:
            await accounts.disable(session, await accounts.named(session, "Ola"), by="test", now=program.clock())
        program.live_events.publish("queue")
        assert await next_event(stream) == "ended"


async def test_a_page_that_was_away_finds_everything_when_it_comes_back(consultant: Any, writes: Any) -> None:
    ola = await consultant()
    async with events(ola) as stream:
        await next_event(stream)
    cases = [await writes("zabrał mi paszport", who=who) for who in "abc"]
    async with events(ola) as stream:
        assert await next_event(stream) == "changed"
    page = await ola.text("/queue")
    assert all(case in page for case in cases)


async def test_a_page_shows_that_the_person_writes_and_tells_them_that_its_consultant_does(
    consultant: Any, writes: Any, program: Program
) -> None:
    ola, jan = await consultant("Ola"), await consultant("Jan")
    case = await writes("zabrał mi paszport")
    async with program.database.transaction() as session:
        conversation_id = (await session.get_one(Handoff, case)).conversation_id
    await ola.text(f"/cases/{case}")
    await ola.post(f"/cases/{case}/take")
    assert "Osoba pisze" not in await ola.text(f"/cases/{case}/live")
    program.typing.give("person", conversation_id)
    assert "Osoba pisze" in await ola.text(f"/cases/{case}/live")
    await jan.text(f"/cases/{case}")
    assert (await jan.post(f"/cases/{case}/writing")).status == 204
    assert not program.typing.writing("consultant", conversation_id)  # the case is Ola's
    assert (await ola.post(f"/cases/{case}/writing")).status == 204
    assert program.typing.writing("consultant", conversation_id)
    await ola.post(f"/cases/{case}/answer", text="Dzień dobry", form_id="1")
    assert not program.typing.writing("consultant", conversation_id)
