"""The outbox, with a channel that does as it is told: what people get when providers, consultants and crashes come in between."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.delivery import outbox
from bot.delivery.dispatcher import FIRST_LOOK, LEASE, Dispatcher
from bot.delivery.outbound import CannotTell, NotNow, Outbound, Refused, Uncertain
from bot.messages import Inbound, Reply, Triage
from bot.program import Program
from bot.runtime.live_events import OUTBOX
from bot.storage.concealed import provider_ids
from bot.storage.tables import Conversation, Delivery, Handoff
from tests.support import Clock

ADDRESS = "+48500100200"


class Channel:
    """Sends what it is told to, after what it is told to fail with."""

    def __init__(self) -> None:
        self.sent: list[str] = []
        self.problems: list[Exception] = []
        self.found: list[str | Exception | None] = []
        self.looked_up = 0
        self.pieces = 1
        self.arrived = asyncio.Event()

    def parts(self, outbound: Outbound) -> int:
        return self.pieces

    async def send(self, outbound: Outbound) -> str:
        if self.problems:
            raise self.problems.pop(0)
        self.arrived.set()
        self.sent.append(f"{outbound.reply.text}" if self.pieces == 1 else f"{outbound.reply.text} {outbound.part}")
        return f"SM{len(self.sent)}"

    async def look_up(self, outbound: Outbound) -> str | None:
        self.looked_up += 1
        found = self.found.pop(0) if self.found else None
        if isinstance(found, Exception):
            raise found
        return found


@pytest.fixture
def channel() -> Channel:
    return Channel()


@pytest.fixture
def dispatcher(program: Program, channel: Channel) -> Dispatcher:
    return make_dispatcher(program, channel)


def make_dispatcher(program: Program, channel: Channel) -> Dispatcher:
    return Dispatcher(
        database=program.database,
        conversations=program.conversations,
        queue=program.queue,
        live_events=program.live_events,
        clock=program.clock,
        senders={"telegram": channel},
        give_up=timedelta(hours=24),
    )


@pytest.fixture
async def conversation(program: Program) -> Conversation:
    async with program.database.transaction() as session:
        conversation = await program.conversations.open(
            session, channel="telegram", pseudonym="p", language="pl", address=ADDRESS, now=program.clock()
        )
    return conversation


async def say(program: Program, conversation: Conversation, *texts: str, author: str = "bot", regardless: bool = False) -> None:
    async with program.database.transaction() as session:
        mine = await program.conversations.get(session, conversation.id)
        assert mine is not None
        for text in texts:
            reply = Reply(text=text, language="pl", author=author)
            message = await program.conversations.add_reply(session, mine, reply, now=program.clock())
            await outbox.enqueue(session, mine, message, program.clock(), regardless=regardless)


async def rows(program: Program) -> list[Delivery]:
    async with program.database.transaction() as session:
        return list((await session.execute(select(Delivery).order_by(Delivery.id))).scalars())


async def states(program: Program) -> list[str]:
    return [row.state for row in await rows(program)]


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


async def test_after_kill_9_between_sending_and_storing_a_reply_is_looked_up_and_not_sent_twice(
    program: Program, dispatcher: Dispatcher, channel: Channel, conversation: Conversation, clock: Clock
) -> None:
    await say(program, conversation, "jeden", "dwa")
    (outbound,) = await dispatcher.claim(limit=8)  # and here the process dies, after the provider took it
    clock.move(seconds=LEASE.total_seconds() - 1)
    reborn = make_dispatcher(program, channel)
    assert await reborn.deliver_due() == 0  # another process might still be at it
    clock.move(seconds=2)
    channel.found = ["SM-from-before"]
    await reborn.deliver_due()
    assert channel.sent == ["dwa"]
    assert [provider_ids(program.vault, row) for row in await rows(program)] == [["SM-from-before"], ["SM1"]]
    assert outbound.reply.text == "jeden"


async def test_after_kill_9_before_sending_a_reply_is_sent(
    program: Program, dispatcher: Dispatcher, channel: Channel, conversation: Conversation, clock: Clock
) -> None:
    await say(program, conversation, "jeden")
    await dispatcher.claim(limit=8)
    clock.move(minutes=2)
    channel.found = [None]
    await make_dispatcher(program, channel).deliver_due()
    assert channel.sent == ["jeden"]


async def test_a_timeout_is_unknown_until_the_provider_reports_and_then_goes_on(
    program: Program, dispatcher: Dispatcher, channel: Channel, conversation: Conversation
) -> None:
    channel.problems = [Uncertain("timeout")]
    await say(program, conversation, "jeden", "dwa")
    await dispatcher.deliver_due()
    assert await states(program) == ["unknown", "due"]
    first = (await rows(program))[0]
    assert await dispatcher.report(delivery_id=first.id, part=0, provider_id="SM-x", state="sent")
    await dispatcher.deliver_due()
    assert channel.sent == ["dwa"]
    assert await states(program) == ["sent", "sent"]
    assert channel.looked_up == 0


async def test_a_timeout_that_nobody_reports_on_is_looked_up_after_a_while(
    program: Program, dispatcher: Dispatcher, channel: Channel, conversation: Conversation, clock: Clock
) -> None:
    channel.problems = [Uncertain("timeout")]
    await say(program, conversation, "jeden")
    await dispatcher.deliver_due()
    clock.move(seconds=FIRST_LOOK.total_seconds() - 1)
    assert await dispatcher.deliver_due() == 0
    channel.found = [NotNow("no_connection"), None]
    clock.move(seconds=2)
    await dispatcher.deliver_due()
    assert channel.sent == []  # as long as it cannot be told, nothing is sent a second time
    clock.move(minutes=5)
    await dispatcher.deliver_due()
    assert channel.sent == ["jeden"]


async def test_what_will_never_be_known_ends_as_unknown_for_the_consultant_to_see(
    program: Program, dispatcher: Dispatcher, channel: Channel, conversation: Conversation, clock: Clock
) -> None:
    channel.problems = [Uncertain("timeout")]
    await say(program, conversation, "jeden", author="consultant")
    await dispatcher.deliver_due()
    channel.found = [CannotTell()]
    clock.move(hours=1)
    await dispatcher.deliver_due()
    (row,) = await rows(program)
    assert (row.state, row.error_code) == ("unknown", "no_answer")
    assert row.finished_at is not None


async def test_a_refusal_ends_the_delivery_and_tells_what_it_means(
    program: Program, dispatcher: Dispatcher, channel: Channel, conversation: Conversation
) -> None:
    channel.problems = [Refused("403", reachable="blocked")]
    await say(program, conversation, "jeden", "dwa")
    await dispatcher.deliver_due()
    assert [(row.state, row.error_code) for row in await rows(program)] == [("failed", "403"), ("failed", "blocked")]
    async with program.database.transaction() as session:
        mine = await program.conversations.get(session, conversation.id)
        assert mine is not None
        assert mine.reachable == "blocked"


async def test_giving_up_is_visible_and_a_person_in_need_is_put_before_the_hotline(
    program: Program, dispatcher: Dispatcher, channel: Channel, conversation: Conversation, clock: Clock
) -> None:
    async with program.database.transaction() as session:
        mine = await program.conversations.get(session, conversation.id)
        assert mine is not None
        mine.triage = "high"
    await say(program, conversation, "jeden")
    clock.move(hours=25)
    await dispatcher.deliver_due()
    assert [(row.state, row.error_code) for row in await rows(program)] == [("failed", "gave_up")]
    async with program.database.transaction() as session:
        case = (await session.execute(select(Handoff))).scalar_one()
    assert case.reason == "unreachable"


async def test_an_unexpected_error_is_treated_as_uncertain_and_the_worker_goes_on(
    program: Program, dispatcher: Dispatcher, channel: Channel, conversation: Conversation
) -> None:
    channel.problems = [ValueError("surprise")]
    await say(program, conversation, "jeden")
    await dispatcher.deliver_due()
    assert [(row.state, row.error_code) for row in await rows(program)] == [("unknown", "unexpected")]


async def test_a_row_that_cannot_be_opened_does_not_hold_up_the_others(
    program: Program, dispatcher: Dispatcher, channel: Channel, conversation: Conversation
) -> None:
    async with program.database.transaction() as session:
        other = await program.conversations.open(
            session, channel="telegram", pseudonym="q", language="pl", address="other", now=program.clock()
        )
    await say(program, other, "nieczytelne")
    await say(program, conversation, "czytelne")
    async with program.database.transaction() as session:
        broken = await program.conversations.get(session, other.id)
        assert broken is not None
        broken.address = b"not sealed by us" * 3
    await dispatcher.deliver_due()
    assert channel.sent == ["czytelne"]
    assert await states(program) == ["failed", "sent"]


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


REPORTS = [("sent", "sent"), ("delivered", "delivered"), ("failed", "failed")]


@pytest.mark.parametrize("first", ["sent", "delivered", "failed"])
@pytest.mark.parametrize("second", ["sent", "delivered", "failed"])
async def test_reports_come_in_any_order_and_the_strongest_stays(
    program: Program, dispatcher: Dispatcher, channel: Channel, conversation: Conversation, first: str, second: str
) -> None:
    await say(program, conversation, "jeden")
    await dispatcher.deliver_due()
    (row,) = await rows(program)
    for state in (first, second, first, second):
        await dispatcher.report(delivery_id=row.id, part=0, provider_id="SM1", state=state, code="30003")  # type: ignore[arg-type]
    strongest = max((first, second), key=["sent", "failed", "delivered"].index)
    assert await states(program) == [strongest]


async def test_a_report_on_an_attempt_that_was_replaced_changes_nothing(
    program: Program, dispatcher: Dispatcher, channel: Channel, conversation: Conversation
) -> None:
    await say(program, conversation, "jeden")
    await dispatcher.deliver_due()
    (row,) = await rows(program)
    assert not await dispatcher.report(delivery_id=row.id, part=0, provider_id="SM-other", state="failed", code="30003")
    assert not await dispatcher.report(delivery_id=4711, part=0, provider_id="SM1", state="failed")
    assert await states(program) == ["sent"]


async def test_a_report_that_comes_before_the_answer_to_our_request_is_not_lost(
    program: Program, dispatcher: Dispatcher, channel: Channel, conversation: Conversation
) -> None:
    await say(program, conversation, "jeden")
    (outbound,) = await dispatcher.claim(limit=8)
    await dispatcher.report(delivery_id=outbound.delivery_id, part=0, provider_id="SM9", state="delivered")
    await dispatcher.accepted(outbound, "SM9")
    (row,) = await rows(program)
    assert (row.state, provider_ids(program.vault, row)) == ("delivered", ["SM9"])


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
