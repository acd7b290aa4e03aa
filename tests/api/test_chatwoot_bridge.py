"""The example of the documentation: Chatwoot's agents get cases, and their answers reach the person."""

from __future__ import annotations

import importlib.util
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession
from aiohttp.test_utils import TestServer

from bot.api.tokens import Tokens
from bot.handoff.case_webhook import CaseWebhook
from bot.program import Program
from bot.server import application
from bot.settings import PROJECT_ROOT
from bot.storage.audit import AuditLog
from tests.standins.chatwoot_api import INBOX, Chatwoot, message_created
from tests.support import Clock

FILE = PROJECT_ROOT / "docs" / "examples" / "chatwoot_bridge.py"
SECRET = "sixteen characters or more"
WORDS = "szef zabrał mi paszport, dzwońcie 601 234 567"


def bridge(settings: dict[str, str]) -> Any:
    spec = importlib.util.spec_from_file_location("chatwoot_bridge", FILE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.Bridge(settings).application()


@dataclass
class Connected:
    program: Program
    chatwoot: Chatwoot
    address: str
    webhook: CaseWebhook

    async def agent_writes(self, conversation: int, text: str, **options: Any) -> int:
        async with (
            ClientSession() as client,
            client.post(f"{self.address}/chatwoot/{SECRET}", json=message_created(conversation, text, **options)) as response,
        ):
            return response.status

    async def events_arrive(self) -> None:
        while await self.webhook.post_due():
            pass


@pytest.fixture
def clock() -> Clock:
    return Clock(datetime.now(UTC))  # the bridge looks at its own clock


@pytest.fixture
async def connected(program: Program, tmp_path: Path) -> AsyncIterator[Connected]:
    async with program.database.transaction() as session:
        tokens = Tokens(program.vault, AuditLog(program.vault))
        token = await tokens.add(session, name="Chatwoot", writes=True, texts=True, by="test", now=program.clock())
    chatwoot = Chatwoot()
    frontdoor, inbox = TestServer(application(program)), TestServer(chatwoot.application())
    await frontdoor.start_server()
    await inbox.start_server()
    settings = {
        "FRONTDOOR_URL": str(frontdoor.make_url("/")),
        "FRONTDOOR_TOKEN": token,
        "FRONTDOOR_SECRET": SECRET,
        "CHATWOOT_URL": str(inbox.make_url("/")),
        "CHATWOOT_INBOX": INBOX,
        "BRIDGE_SECRET": SECRET,
        "BRIDGE_FILE": str(tmp_path / "bridge.sqlite3"),
    }
    between = TestServer(bridge(settings))
    await between.start_server()
    address = str(between.make_url("")).rstrip("/")
    yield Connected(program, chatwoot, address, CaseWebhook(program, f"{address}/frontdoor", SECRET))
    for server in (between, inbox, frontdoor):
        await server.close()


Writes = Callable[..., Awaitable[str]]


async def said_to_the_person(program: Program, case_id: str) -> list[str]:
    async with program.database.transaction() as session:
        case = await program.queue.get(session, case_id)
        assert case is not None
        messages = await program.conversations.messages(session, case.conversation_id)
    return [message.text for message in messages if message.author == "consultant"]


async def test_a_case_becomes_a_conversation_and_the_agents_answer_reaches_the_person(
    connected: Connected, writes: Writes
) -> None:
    case = await writes(WORDS)
    await connected.events_arrive()
    chatwoot = connected.chatwoot
    [contact] = chatwoot.contacts.values()
    assert contact == {"identifier": case, "name": f"Case {case[:8]}"}
    [number] = chatwoot.conversations
    heard = chatwoot.heard(number)
    assert heard[0].startswith("[program] New case, triage high, language pl. Signs: documents_taken.")
    assert heard[1] == "szef zabrał mi paszport, dzwońcie […]"
    assert await connected.agent_writes(number, "Jestem tu.", number=7) == 204
    assert await connected.agent_writes(number, "Jestem tu.", number=7) == 204  # Chatwoot posts again
    assert await said_to_the_person(connected.program, case) == ["Jestem tu."]
    before = len(chatwoot.heard(number))
    await writes("dziękuję")
    await connected.events_arrive()
    later = chatwoot.heard(number)[before:]
    assert later[-1] == "dziękuję"
    assert "Jestem tu." not in later  # no echo
    assert "601" not in "".join(text for _, text in chatwoot.said)


async def test_private_notes_and_what_the_contact_said_are_not_sent(connected: Connected, writes: Writes) -> None:
    case = await writes(WORDS)
    await connected.events_arrive()
    [number] = connected.chatwoot.conversations
    await connected.agent_writes(number, "Uwaga, to notatka", number=1, private=True)
    await connected.agent_writes(number, "echo", number=2, kind="incoming")
    assert await said_to_the_person(connected.program, case) == []


async def test_when_chatwoot_fails_nothing_is_lost_and_nothing_is_doubled(
    connected: Connected, writes: Writes, clock: Clock
) -> None:
    connected.chatwoot.broken = 1
    await writes(WORDS)
    await connected.events_arrive()
    assert connected.chatwoot.conversations == {}
    clock.move(seconds=6)
    await connected.events_arrive()
    [number] = connected.chatwoot.conversations
    assert sum("paszport" in text for text in connected.chatwoot.heard(number)) == 1


async def test_an_agent_sees_that_an_answer_did_not_go_because_a_consultant_has_the_case(
    connected: Connected, writes: Writes
) -> None:
    case = await writes(WORDS)
    await connected.events_arrive()
    program = connected.program
    async with program.database.transaction() as session:
        await program.queue.take(session, case, "ola", program.clock())
    [number] = connected.chatwoot.conversations
    assert await connected.agent_writes(number, "Halo", number=3) == 502
    assert await said_to_the_person(program, case) == []


async def test_an_erased_case_is_told_and_forgotten(connected: Connected, writes: Writes) -> None:
    case = await writes(WORDS)
    await connected.events_arrive()
    [number] = connected.chatwoot.conversations
    async with connected.program.database.transaction() as session:
        handoff = await connected.program.queue.get(session, case)
    assert handoff is not None
    await connected.program.frontdoor.erase(handoff.conversation_id)
    await connected.events_arrive()
    assert "was erased" in connected.chatwoot.heard(number)[-1]
    assert await connected.agent_writes(number, "Halo?", number=4) == 422


async def test_a_file_of_an_agent_is_refused_for_nobody_would_get_it(connected: Connected, writes: Writes) -> None:
    case = await writes(WORDS)
    await connected.events_arrive()
    [number] = connected.chatwoot.conversations
    assert await connected.agent_writes(number, "", number=5) == 422
    assert await connected.agent_writes(number, "Zobacz", number=6, attachments=[{"file_type": "image"}]) == 422
    assert await said_to_the_person(connected.program, case) == []


async def test_strangers_are_refused(connected: Connected, writes: Writes) -> None:
    case = await writes(WORDS)
    async with ClientSession() as client:
        forged = {"X-Frontdoor-Timestamp": str(int(datetime.now(UTC).timestamp())), "X-Frontdoor-Signature": "sha256=00"}
        body = {"type": "case", "id": 1, "event": "opened", "case": case, "triage": "high"}
        assert (await client.post(f"{connected.address}/frontdoor", json=body, headers=forged)).status == 401
        assert (await client.post(f"{connected.address}/frontdoor", json=body)).status == 401
        assert (await client.post(f"{connected.address}/chatwoot/guess", json=message_created(10, "x", number=1))).status == 404
    assert connected.chatwoot.contacts == {}
