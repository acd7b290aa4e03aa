"""Two programs over one PostgreSQL: nothing is answered or sent twice, nothing is lost, and pages hear what happens elsewhere."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path

import pytest
from aiohttp.test_utils import TestClient, TestServer
from sqlalchemy import text

from bot.alarms.watch import AlarmWatch
from bot.delivery.provider_erasures import ProviderErasure, ProviderErasures, put
from bot.handoff.case_webhook import CaseWebhook
from bot.handoff.queue import AlreadyTaken
from bot.messages import Inbound, Reply
from bot.program import Program
from bot.runtime.notify_bridge import CHANNEL, NotifyBridge, bridged
from bot.server import application
from bot.storage.answer_switches import switch_off, switch_on
from bot.storage.gaps import count_gaps, read_gaps
from bot.storage.tables import AlarmCall, Conversation, Handoff, Message, ProviderErasureDue
from bot.storage.tables_outward import CaseEvent
from bot.storage.written_answers import publish, published, save
from tests.delivery.dispatching import Channel, make_dispatcher
from tests.support import Clock, PlainAssistant, open_program, rows

pytestmark = pytest.mark.postgres
PATIENCE = 30  # seconds, on a machine that is busy


@pytest.fixture
async def pair(tmp_path: Path, clock: Clock, assistant: PlainAssistant) -> AsyncIterator[tuple[Program, Program]]:
    """Two programs with one key file and one database, as two processes have them."""
    async with AsyncExitStack() as stack:
        programs = []
        for _ in range(2):
            programs.append(await open_program(tmp_path, assistant, clock))
            stack.push_async_callback(programs[-1].close)
        yield programs[0], programs[1]


def said(text: str, number: int, *, who: str = "p") -> Inbound:
    return Inbound(
        channel="telegram", pseudonym=who, external_id=f"m{number}", text=text, received_at=Clock()(), address="500100200"
    )


async def test_a_first_message_that_comes_to_both_at_once_makes_one_conversation_and_one_answer(
    pair: tuple[Program, Program],
) -> None:
    await asyncio.gather(*(program.frontdoor.receive(said("jak mi pomożecie", 1)) for program in pair))
    assert len(await rows(pair[0], Conversation)) == 1
    messages = await rows(pair[0], Message)
    assert [message.author for message in messages].count("person") == 1
    assert len({message.answers for message in messages if message.author == "bot"}) == 1


async def test_many_messages_of_one_person_to_both_at_once_are_all_kept_and_each_answered_once(
    pair: tuple[Program, Program],
) -> None:
    await asyncio.gather(*(pair[number % 2].frontdoor.receive(said(f"pytanie {number}", number)) for number in range(12)))
    messages = sorted(await rows(pair[0], Message), key=lambda message: message.number)
    assert [message.number for message in messages] == list(range(1, len(messages) + 1))
    asked = {message.id for message in messages if message.author == "person"}
    assert len(asked) == 12
    assert {message.answers for message in messages if message.author == "bot"} == asked
    assert {message.state for message in messages if message.author == "person"} == {"answered"}


async def test_of_two_consultants_at_two_programs_exactly_one_takes_the_case(pair: tuple[Program, Program], clock: Clock) -> None:
    await pair[0].frontdoor.receive(said("zabrał mi paszport", 1))
    (case,) = await rows(pair[0], Handoff)

    async def take(program: Program, who: str) -> bool:
        try:
            async with program.database.transaction() as session:
                await program.queue.take(session, case.id, who, clock())
        except AlreadyTaken:
            return False
        return True

    taken = await asyncio.gather(take(pair[0], "ola"), take(pair[1], "jan"))
    assert sorted(taken) == [False, True]


async def test_two_dispatchers_on_two_connections_send_nothing_twice(pair: tuple[Program, Program]) -> None:
    for number in range(10):
        await pair[0].frontdoor.receive(said("jak mi pomożecie", number, who=f"person {number}"))
    waiting = len([message for message in await rows(pair[0], Message) if message.author == "bot"])
    channel = Channel()
    await asyncio.gather(*(make_dispatcher(program, channel).deliver_due() for program in pair))
    await make_dispatcher(pair[0], channel).deliver_due()
    assert len(channel.sent) == waiting


async def test_two_programs_carry_out_an_erasure_once(pair: tuple[Program, Program], clock: Clock) -> None:
    class Teller:
        needs_address = False
        said = 0

        def speaks_next(self, erasure: ProviderErasure) -> bool:
            return True

        async def say(self, erasure: ProviderErasure, now: object) -> ProviderErasure:
            self.said += 1
            return ProviderErasure(**{**vars(erasure), "replies": ()})

        async def delete(self, erasure: ProviderErasure, now: object) -> ProviderErasure:
            raise AssertionError

    async with pair[0].database.transaction() as session:
        for _ in range(5):
            erasure = ProviderErasure(
                channel="sms", address="+48500100200", language="pl", quiet=False, traces=(), at=clock(),
                replies=(Reply(text="Gotowe.", language="pl"),),
            )  # fmt: skip
            put(session, pair[0].vault, erasure)
    teller = Teller()
    workers = [ProviderErasures(each, {"sms": teller}) for each in pair]
    await asyncio.gather(*(worker.carry_out_due() for worker in workers))
    assert teller.said == 5
    assert await rows(pair[0], ProviderErasureDue) == []


async def test_two_programs_claim_each_event_of_a_case_and_each_call_of_an_alarm_once(
    pair: tuple[Program, Program], clock: Clock
) -> None:
    async def calls(program: Program) -> list[int]:
        async with program.database.transaction() as session:
            return [call.call_id for call in await AlarmWatch(program, {})._claim(session, clock())]

    async def events(program: Program) -> list[int]:
        return [event.id for event in await CaseWebhook(program, "", "")._claim()]

    for number in range(5):
        await pair[0].frontdoor.receive(said("zabrał mi paszport", number, who=f"person {number}"))
    async with pair[0].database.transaction() as session:
        alarm = await pair[0].alarms.raise_test(session, clock())
        session.add_all(
            AlarmCall(alarm_id=alarm.id, way=f"email{n}", state="due", attempts=0, due_at=clock()) for n in range(1, 6)
        )
    for claim, table in ((events, CaseEvent), (calls, AlarmCall)):
        claimed = [number for numbers in await asyncio.gather(*map(claim, pair)) for number in numbers]
        assert len(claimed) == len(set(claimed)) == 5
        assert {(row.state, row.attempts) for row in await rows(pair[0], table)} == {("sending", 1)}
        assert [await claim(program) for program in pair] == [[], []]


async def listening(program: Program, stack: AsyncExitStack) -> NotifyBridge:
    await stack.enter_async_context(bridged(program.database, program.live_events))
    bridge = program.live_events.carry.__self__  # type: ignore[union-attr]
    async with asyncio.timeout(PATIENCE):
        await bridge.listening.wait()
    return bridge


async def test_a_reply_of_one_program_reaches_the_page_that_is_open_at_the_other_at_once(
    pair: tuple[Program, Program], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.channels.webchat.channel.HEARTBEAT_SECONDS", 3600.0)
    here, there = pair
    async with AsyncExitStack() as stack:
        for program in pair:
            await listening(program, stack)
        client = await stack.enter_async_context(TestClient(TestServer(application(there))))
        opened = await (await client.post("/chat/conversations")).json()
        headers = {"Authorization": f"Bearer {opened['token']}"}
        async with client.get("/chat/events", params={"after": opened["replies"][-1]["id"]}, headers=headers) as stream:
            (conversation,) = await rows(here, Conversation)
            for number in range(2):  # the second comes when the page has long been waiting
                await here.frontdoor.receive(replace(said("hej", number), channel="web", pseudonym=conversation.pseudonym))
                async with asyncio.timeout(PATIENCE):
                    while (line := await stream.content.readline()) and not line.startswith(b"event: reply"):
                        pass
                assert line.startswith(b"event: reply")


async def test_a_connection_for_notices_that_broke_is_made_again_and_wakes_everybody(
    pair: tuple[Program, Program], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.runtime.notify_bridge.RETRY_SECONDS", (0.01,))
    here, there = pair
    async with AsyncExitStack() as stack:
        for program in pair:
            await listening(program, stack)
        with there.live_events.listen("a conversation") as changed:
            async with here.database.engine.connect() as connection:
                await connection.execute(
                    text(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query = 'LISTEN {CHANNEL}'")
                )
            async with asyncio.timeout(PATIENCE):
                await changed.wait()  # after the break, for nobody knows what was missed
                changed.clear()
                here.live_events.publish("a conversation")
                await changed.wait()


async def test_a_ring_holds_no_word_and_does_not_come_back(pair: tuple[Program, Program]) -> None:
    here, there = pair
    async with AsyncExitStack() as stack:
        for program in pair:
            await listening(program, stack)
        with here.live_events.listen("x") as own, there.live_events.listen("x") as other:
            own.clear()
            here.live_events.publish("x")
            own.clear()
            async with asyncio.timeout(PATIENCE):
                await other.wait()
            assert not own.is_set()


async def test_what_one_program_switches_off_or_publishes_the_other_knows_from_its_next_message_on(
    pair: tuple[Program, Program], clock: Clock
) -> None:
    async def editions() -> list[tuple[bool, int]]:
        found = []
        for program in pair:
            async with program.database.reading() as session:
                edition = await program.frontdoor.editions.current(session)
            found.append(("sleep_tonight" in edition.library, edition.number))
        return found

    async def switch(program: Program, name: str) -> None:
        async with program.database.transaction() as session:
            await switch_off(session, name, by="ewa", because="x", now=clock())

    assert await editions() == [(True, 0), (True, 0)]
    await asyncio.gather(switch(pair[0], "sleep_tonight"), switch(pair[1], "food_today"))  # neither waits for ever, both count
    assert await editions() == [(False, 2), (False, 2)]
    async with pair[1].database.transaction() as session:
        assert await switch_on(session, "sleep_tonight")
        await save(session, "car_there", "{}", seen=0, by="ewa", now=clock())
        await publish(session, "car_there", 1, by="iza", now=clock())
        assert [row.answer for row in await published(session)] == ["car_there"]
    assert await editions() == [(True, 4), (True, 4)]


async def test_gaps_that_two_programs_count_at_once_add_up(pair: tuple[Program, Program], clock: Clock) -> None:
    async def count(program: Program) -> None:
        for nearest in ("b", "a", "a"):
            async with program.database.transaction() as session:
                count_gaps(session, clock(), [nearest, "c"], "pl")

    await asyncio.gather(*(count(program) for program in pair))
    async with pair[0].database.reading() as session:
        found = await read_gaps(session, clock(), weeks=1)
    assert (dict(found.by_nearest), dict(found.by_language)) == ({"a": 4, "b": 2, "c": 6}, {"pl": 12})
