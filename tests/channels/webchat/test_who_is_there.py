"""Who is there, who is writing, and what was read: on both sides, at once, and kept nowhere."""

import asyncio
import json
from typing import Any

import pytest
from aiohttp import ClientResponse
from aiohttp.test_utils import TestClient
from sqlalchemy import select, update

from bot.program import Program
from bot.runtime.live_events import QUEUE
from bot.storage.tables import Handoff

Client = TestClient[Any, Any]
PATIENCE = 5.0


@pytest.fixture
async def headers(client: Client) -> dict[str, str]:
    token = (await (await client.post("/chat/conversations")).json())["token"]
    return {"Authorization": f"Bearer {token}"}


async def says(client: Client, headers: dict[str, str], text: str, number: str = "1") -> dict[str, Any]:
    answer: dict[str, Any] = await (
        await client.post("/chat/messages", json={"message_id": number, "text": text}, headers=headers)
    ).json()
    return answer


async def the_case(program: Program, *, taken_by: str | None = None) -> Handoff:
    async with program.database.transaction() as session:
        case = (await session.scalars(select(Handoff))).one()
        if taken_by is not None and case.taken_by is None:
            await program.queue.take(session, case.id, taken_by, program.clock())
    program.live_events.publish(case.conversation_id)
    return case


async def state(stream: ClientResponse) -> dict[str, Any]:
    """Return the next state that a page is told."""
    async with asyncio.timeout(PATIENCE):
        while (await stream.content.readline()).decode().strip() != "event: state":
            pass
        told: dict[str, Any] = json.loads((await stream.content.readline()).decode().removeprefix("data: "))
        return told


async def test_a_page_is_told_who_answers_who_is_writing_and_what_was_read(
    client: Client, headers: dict[str, str], program: Program
) -> None:
    number = int((await says(client, headers, "zabrał mi paszport"))["id"])
    async with client.get("/chat/events", headers=headers) as stream:
        assert await state(stream) == {"with": "program", "writing": False, "read": 0}
        case = await the_case(program, taken_by="ola")
        assert await state(stream) == {"with": "consultant", "writing": False, "read": 0}
        program.typing.give("consultant", case.conversation_id)
        assert (await state(stream))["writing"] is True
        program.typing.over("consultant", case.conversation_id)
        async with program.database.transaction() as session:
            await session.execute(update(Handoff).values(last_seen_number=number))
        program.live_events.publish(case.conversation_id)
        assert await state(stream) == {"with": "consultant", "writing": False, "read": number}
    asked = await (await client.get("/chat/messages?after=0", headers=headers)).json()
    assert asked["state"] == {"with": "consultant", "writing": False, "read": number}  # for a page without a stream


async def test_only_a_consultant_who_has_the_conversation_learns_that_somebody_writes(
    client: Client, headers: dict[str, str], program: Program
) -> None:
    await says(client, headers, "zabrał mi paszport")
    case = await the_case(program)
    assert (await client.post("/chat/writing", headers=headers)).status == 204
    assert not program.typing.writing("person", case.conversation_id)
    await the_case(program, taken_by="ola")
    with program.live_events.listen(QUEUE) as changed:
        assert (await client.post("/chat/writing", headers=headers)).status == 204
        assert changed.is_set()
    assert program.typing.writing("person", case.conversation_id)
    await says(client, headers, "jestem", "2")
    assert not program.typing.writing("person", case.conversation_id)  # it is there
    assert (await client.post("/chat/writing")).status == 401
