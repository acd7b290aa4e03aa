"""The outbox, with a channel that does as it is told: what people get when consultants and other processes come in between."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from sqlalchemy import select

from bot.delivery.dispatcher import Dispatcher
from bot.delivery.outbound import NotNow, Outbound
from bot.messages import Inbound, Triage
from bot.program import Program
from bot.runtime.live_events import OUTBOX
from bot.storage.concealed import provider_ids
from bot.storage.tables import Conversation, Delivery
from tests.delivery.dispatching import ADDRESS, Channel, make_dispatcher, rows, say, states
from tests.support import Clock


async def take_case(program: Program, conversation: Conversation) -> None:
    async with program.database.transaction() as session:
        mine = await program.conversations.get(session, conversation.id)
        assert mine is not None
        case, _ = await program.queue.open(session, mine, reason="asked", triage=Triage.NONE, now=program.clock())
        await program.queue.take(session, case.id, "ola", program.clock())


async def test_replies_arrive_in_the_order_in_which_they_were_said(
    program: Program, dispatcher: Dispatcher, channel: Channel, conversation: Conversation
) -> None:
    await say(program, conversation, "jeden", "dwa", "trzy")
    await dispatcher.deliver_due()
    assert channel.sent == ["jeden", "dwa", "trzy"]
    assert await states(program) == ["sent"] * 3


async def test_that_a_text_went_out_is_noted_before_anything_else_that_waits_to_be_written(
    program: Program, dispatcher: Dispatcher, channel: Channel, conversation: Conversation
) -> None:
    """A process that is killed in between sends it once more: the wait must not grow with what else is to be written."""
    seen: list[str] = []
    crowd: list[asyncio.Task[None]] = []

    async def write() -> None:
        async with program.database.transaction(), program.database.reading() as session:
            seen.append((await session.scalars(select(Delivery.state))).one())

    async def come_all_at_once() -> None:
        crowd.extend(asyncio.create_task(write()) for _ in range(10))
        await asyncio.sleep(0)

    channel.meanwhile = come_all_at_once
    await say(program, conversation, "jeden")
    await dispatcher.deliver_due()
    await asyncio.gather(*crowd)
    assert seen == ["sending"] + ["sent"] * 9


async def test_a_failure_holds_up_what_comes_after_it_and_nothing_overtakes(
    program: Program, dispatcher: Dispatcher, channel: Channel, conversation: Conversation, clock: Clock
) -> None:
    channel.problems = [NotNow("503")]
    await say(program, conversation, "jeden", "dwa")
    await dispatcher.deliver_due()
    assert channel.sent == []
    clock.move(seconds=5)
    await dispatcher.deliver_due()
    assert channel.sent == ["jeden", "dwa"]


async def test_a_provider_that_is_down_for_ten_minutes_loses_nothing_and_repeats_nothing(
    program: Program, dispatcher: Dispatcher, channel: Channel, conversation: Conversation, clock: Clock
) -> None:
    await say(program, conversation, "jeden", "dwa")
    for _ in range(60):
        channel.problems = [NotNow("no_connection")]
        await dispatcher.deliver_due()
        clock.move(seconds=10)
    channel.problems = []
    clock.move(minutes=5)
    await dispatcher.deliver_due()
    assert channel.sent == ["jeden", "dwa"]
    assert (await rows(program))[0].attempts < 20  # it was asked ever more rarely


async def test_one_persons_failure_does_not_hold_up_another(
    program: Program, dispatcher: Dispatcher, channel: Channel, conversation: Conversation
) -> None:
    async with program.database.transaction() as session:
        other = await program.conversations.open(
            session, channel="telegram", pseudonym="q", language="pl", address="other", now=program.clock()
        )
    channel.problems = [NotNow("503")]
    await say(program, conversation, "dla pierwszej")
    await say(program, other, "dla drugiej")
    await dispatcher.deliver_due()
    assert channel.sent == ["dla drugiej"]


async def test_a_provider_that_wants_everybody_to_wait_is_left_alone_until_then(
    program: Program, dispatcher: Dispatcher, channel: Channel, conversation: Conversation, clock: Clock
) -> None:
    channel.problems = [NotNow("429", wait=timedelta(seconds=40), everybody=True)]
    await say(program, conversation, "jeden")
    await dispatcher.deliver_due()
    clock.move(seconds=39)
    assert await dispatcher.deliver_due() == 0
    clock.move(seconds=2)
    await dispatcher.deliver_due()
    assert channel.sent == ["jeden"]


async def test_a_reply_of_the_program_is_cancelled_when_a_consultant_took_the_conversation_meanwhile(
    program: Program, dispatcher: Dispatcher, channel: Channel, conversation: Conversation
) -> None:
    await say(program, conversation, "bot mówi")
    await take_case(program, conversation)
    await say(program, conversation, "konsultantka mówi", author="consultant")
    await dispatcher.deliver_due()
    assert channel.sent == ["konsultantka mówi"]
    assert [(row.state, row.error_code) for row in await rows(program)] == [("cancelled", "taken"), ("sent", None)]


async def test_a_retry_is_checked_again_for_who_owns_the_conversation(
    program: Program, dispatcher: Dispatcher, channel: Channel, conversation: Conversation, clock: Clock
) -> None:
    channel.problems = [NotNow("503")]
    await say(program, conversation, "bot mówi")
    await dispatcher.deliver_due()
    await take_case(program, conversation)
    clock.move(minutes=1)
    await dispatcher.deliver_due()
    assert channel.sent == []
    assert await states(program) == ["cancelled"]


async def test_a_text_that_must_go_out_goes_out_whoever_owns_the_conversation(
    program: Program, dispatcher: Dispatcher, channel: Channel, conversation: Conversation
) -> None:
    await take_case(program, conversation)
    await say(program, conversation, "OK. START", regardless=True)
    await dispatcher.deliver_due()
    assert channel.sent == ["OK. START"]


async def test_after_stop_the_program_is_silent_and_a_consultant_sees_that_hers_did_not_go(
    program: Program, dispatcher: Dispatcher, channel: Channel, conversation: Conversation
) -> None:
    await say(program, conversation, "bot mówi")
    await say(program, conversation, "konsultantka mówi", author="consultant")
    async with program.database.transaction() as session:
        mine = await program.conversations.get(session, conversation.id)
        assert mine is not None
        mine.reachable = "stopped"
    await dispatcher.deliver_due()
    assert channel.sent == []
    assert [(row.state, row.error_code) for row in await rows(program)] == [("cancelled", "stopped"), ("failed", "stopped")]


async def test_a_long_text_goes_part_by_part_and_a_crash_repeats_none_that_was_taken(
    program: Program, dispatcher: Dispatcher, channel: Channel, conversation: Conversation, clock: Clock
) -> None:
    channel.pieces = 3
    await say(program, conversation, "długi")
    channel.problems = []
    original = channel.send

    async def fail_at_second(outbound: Outbound) -> str:
        if outbound.part == 1 and not channel.problems:
            channel.problems.append(NotNow("503"))
        return await original(outbound)

    channel.send = fail_at_second  # type: ignore[method-assign]
    await dispatcher.deliver_due()
    assert channel.sent == ["długi 0"]
    channel.send = original  # type: ignore[method-assign]
    channel.problems = []
    clock.move(minutes=1)
    await dispatcher.deliver_due()
    assert channel.sent == ["długi 0", "długi 1", "długi 2"]
    (row,) = await rows(program)
    assert (row.state, provider_ids(program.vault, row)) == ("sent", ["SM1", "SM2", "SM3"])


async def test_two_processes_share_the_work_and_send_nothing_twice(
    program: Program, dispatcher: Dispatcher, channel: Channel, conversation: Conversation
) -> None:
    await say(program, conversation, *[f"{number}" for number in range(10)])
    second = make_dispatcher(program, channel)
    await asyncio.gather(dispatcher.deliver_due(), second.deliver_due())
    await dispatcher.deliver_due()
    assert channel.sent == [f"{number}" for number in range(10)]


async def test_the_worker_wakes_when_something_is_put_into_the_outbox(
    program: Program, dispatcher: Dispatcher, channel: Channel, conversation: Conversation
) -> None:
    running = asyncio.create_task(dispatcher.run())
    await say(program, conversation, "jeden")
    program.live_events.publish(OUTBOX)
    async with asyncio.timeout(5):
        await channel.arrived.wait()
    running.cancel()
    await dispatcher.close()
    assert channel.sent == ["jeden"]


async def test_a_message_stored_by_the_front_door_reaches_the_person(
    program: Program, dispatcher: Dispatcher, channel: Channel, clock: Clock
) -> None:
    await program.frontdoor.receive(
        Inbound(channel="telegram", pseudonym="r", external_id="1", text="jak mi pomożecie", received_at=clock(), address=ADDRESS)
    )
    await dispatcher.deliver_due()
    assert channel.sent == ["ask 1: 22 628 01 20"]


async def test_addresses_are_dropped_when_no_reply_may_be_due_and_come_back_with_the_next_message(
    program: Program, dispatcher: Dispatcher, channel: Channel, conversation: Conversation, clock: Clock
) -> None:
    await say(program, conversation, "jeden")

    async def drop() -> int:
        async with program.database.transaction() as session:
            return await program.conversations.drop_addresses(session, silent_since=clock() - timedelta(hours=72))

    clock.move(hours=80)
    assert await drop() == 0  # a reply is still on its way
    await dispatcher.deliver_due()
    assert await drop() == 1
    again = Inbound(channel="telegram", pseudonym="p", external_id="1", text="jestem", received_at=clock(), address=ADDRESS)
    await program.frontdoor.receive(again)
    await dispatcher.deliver_due()
    assert channel.sent[-1].startswith("ask")
    await take_case(program, conversation)
    clock.move(hours=80)
    assert await drop() == 0  # a consultant may answer
