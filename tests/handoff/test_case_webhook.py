"""The webhook of cases: signed, in order, again until it is taken, and without a word."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from pydantic import ValidationError

from bot.__main__ import main
from bot.handoff.case_webhook import CaseWebhook, webhook_state
from bot.messages import Inbound
from bot.program import Program
from tests.support import Clock, PlainAssistant, open_program, settings_in

SECRET = "sixteen characters or more"
WORDS = "szef Zdzisław zabrał mi paszport, +48601234567"


@dataclass
class Receiver:
    """Another system; `statuses` are the answers that it gives before all is well."""

    posts: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)
    taken: list[dict[str, Any]] = field(default_factory=list)

    async def take(self, request: web.Request) -> web.Response:
        body = await request.read()
        self.posts.append((dict(request.headers), body))
        status = self.statuses.pop(0) if self.statuses else 204
        if status == 204:
            self.taken.append(json.loads(body))
        return web.Response(status=status)

    def events(self) -> list[str]:
        return [event["event"] for event in self.taken]


@pytest.fixture
async def receiver() -> AsyncIterator[tuple[Receiver, str]]:
    receiver, app = Receiver(), web.Application()
    app.router.add_post("/cases", receiver.take)
    server = TestServer(app)
    await server.start_server()
    yield receiver, str(server.make_url("/cases"))
    await server.close()


@pytest.fixture
async def told(tmp_path: Path, clock: Clock, receiver: tuple[Receiver, str]) -> AsyncIterator[Program]:
    program = await open_program(tmp_path, PlainAssistant(), clock, cases_webhook_url=receiver[1], cases_webhook_secret=SECRET)
    yield program
    await program.close()


@pytest.fixture
def writes(told: Program) -> Callable[..., Awaitable[str]]:
    count = 0

    async def write(text: str, who: str = "a") -> str:
        nonlocal count
        count += 1
        await told.frontdoor.receive(
            Inbound(
                channel="sms", pseudonym=who, external_id=str(count), text=text, received_at=told.clock(), address="+48601234567"
            )
        )
        async with told.database.transaction() as session:
            conversation = await told.conversations.find(session, "sms", who)
            assert conversation is not None
            case = await told.queue.of_conversation(session, conversation.id)
        return case.id if case is not None else ""

    return write


async def post_all(program: Program) -> None:
    webhook = CaseWebhook.of(program)
    assert webhook is not None
    while await webhook.post_due():
        pass


Writes = Callable[..., Awaitable[str]]


async def test_the_life_of_a_case_is_told_in_order_by_ids_and_codes(
    told: Program, receiver: tuple[Receiver, str], writes: Writes
) -> None:
    case = await writes(WORDS)
    await writes("jestem zamknięta")
    async with told.database.transaction() as session:
        await told.queue.take(session, case, "ola", told.clock())
    async with told.database.transaction() as session:
        await told.queue.release(session, case, "ola", told.clock())
    async with told.database.transaction() as session:
        await told.queue.take(session, case, "jan", told.clock())
        await told.queue.close(session, case, "jan", "support", told.clock())
    await post_all(told)
    assert receiver[0].events() == ["opened", "written", "triage_raised", "taken", "handed_back", "taken", "closed"]
    assert {event["case"] for event in receiver[0].taken} == {case}
    assert [event["triage"] for event in receiver[0].taken][:3] == ["high", "high", "emergency"]
    for event in receiver[0].taken:
        assert set(event) == {"type", "id", "event", "case", "triage", "at"}
    sent = b"".join(body for _, body in receiver[0].posts)
    for secret in ("Zdzis", "paszport", "601234567", "ola", "jan"):
        assert secret.encode() not in sent


async def test_every_post_is_signed_over_its_time_and_body(
    told: Program, receiver: tuple[Receiver, str], writes: Writes, clock: Clock
) -> None:
    await writes(WORDS)
    await post_all(told)
    [(headers, body)] = receiver[0].posts
    timestamp = headers["X-Frontdoor-Timestamp"]
    assert timestamp == str(int(clock().timestamp()))
    expected = hmac.new(SECRET.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()
    assert headers["X-Frontdoor-Signature"] == f"sha256={expected}"


async def test_what_is_not_taken_is_posted_again_later_and_only_then_what_came_after_it(
    told: Program, receiver: tuple[Receiver, str], writes: Writes, clock: Clock
) -> None:
    receiver[0].statuses = [500, 302]
    await writes(WORDS)
    await writes("jestem zamknięta")
    await post_all(told)
    await post_all(told)
    assert (len(receiver[0].posts), receiver[0].events()) == (1, [])
    clock.move(seconds=6)
    await post_all(told)
    clock.move(seconds=9)
    await post_all(told)
    assert len(receiver[0].posts) == 2  # a redirection is no answer, and the second pause is longer
    clock.move(seconds=2)
    await post_all(told)
    assert receiver[0].events() == ["opened", "written", "triage_raised"]


async def test_one_case_does_not_hold_up_another(told: Program, receiver: tuple[Receiver, str], writes: Writes) -> None:
    receiver[0].statuses = [500]
    await writes(WORDS, "a")
    other = await writes(WORDS, "b")
    await post_all(told)
    assert [event["case"] for event in receiver[0].taken] == [other]


async def test_a_post_whose_process_died_is_made_again(
    told: Program, receiver: tuple[Receiver, str], writes: Writes, clock: Clock
) -> None:
    await writes(WORDS)
    webhook = CaseWebhook.of(told)
    assert webhook is not None
    assert len(await webhook._claim()) == 1  # and then nothing: the process is gone
    await post_all(told)
    assert receiver[0].posts == []
    clock.move(seconds=61)
    await post_all(told)
    assert receiver[0].events() == ["opened"]


async def test_an_erasure_is_told_and_takes_back_what_was_not_told_yet(
    told: Program, receiver: tuple[Receiver, str], writes: Writes
) -> None:
    case = await writes(WORDS)
    async with told.database.transaction() as session:
        handoff = await told.queue.get(session, case)
    assert handoff is not None
    await told.frontdoor.erase(handoff.conversation_id)
    await post_all(told)
    assert [(event["event"], event["case"]) for event in receiver[0].taken] == [("erased", case)]


async def test_a_receiver_that_stays_away_shows_in_check(
    told: Program,
    receiver: tuple[Receiver, str],
    writes: Writes,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    from datetime import UTC, datetime

    told.clock.now = datetime.now(UTC)  # type: ignore[attr-defined]
    for name, value in {
        "DATA_DIR": str(told.settings.data_dir),
        "MODEL_DIR": str(told.settings.data_dir / "models"),
        "CASES_WEBHOOK_URL": receiver[1],
        "CASES_WEBHOOK_SECRET": SECRET,
    }.items():
        monkeypatch.setenv(name, value)

    async def line() -> str:
        await asyncio.to_thread(main, ["check"])
        return next(found for found in capsys.readouterr().out.splitlines() if found.split()[1] == "cases")

    assert (await line()).startswith("ready")
    receiver[0].statuses = [503]
    await writes(WORDS)
    await post_all(told)
    failing = await line()
    assert failing.startswith("missing")
    assert "503" in failing


async def test_events_that_nobody_took_for_a_day_are_given_up(
    told: Program, receiver: tuple[Receiver, str], writes: Writes, clock: Clock
) -> None:
    receiver[0].statuses = [500]
    await writes(WORDS)
    await post_all(told)
    await writes("jestem zamknięta")  # waits behind it
    clock.move(hours=25)
    await post_all(told)
    assert len(receiver[0].posts) == 1
    async with told.database.transaction() as session:
        assert (await webhook_state(session, clock())).given_up == 3


async def test_what_happened_long_before_there_was_a_webhook_is_no_failure(
    told: Program, receiver: tuple[Receiver, str], writes: Writes, clock: Clock
) -> None:
    await writes(WORDS, "a")
    clock.move(hours=25)
    other = await writes(WORDS, "b")
    await post_all(told)
    assert [event["case"] for event in receiver[0].taken] == [other]
    async with told.database.transaction() as session:
        state = await webhook_state(session, clock())
    assert (state.given_up, state.waiting) == (0, 0)


@pytest.mark.parametrize(
    "changes",
    [
        {"cases_webhook_url": "https://cases.example.org"},
        {"cases_webhook_url": "https://cases.example.org", "cases_webhook_secret": "short"},
        {"cases_webhook_url": "ftp://cases.example.org", "cases_webhook_secret": SECRET},
    ],
)
def test_without_a_secret_the_program_does_not_start(tmp_path: Path, changes: dict[str, str]) -> None:
    with pytest.raises(ValidationError, match=r"(?i)cases_webhook"):
        settings_in(tmp_path, **changes)
