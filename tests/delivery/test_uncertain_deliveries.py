"""What nobody knows to have arrived: crashes, timeouts, refusals, and when it is given up."""

from __future__ import annotations

from sqlalchemy import select

from bot.delivery.dispatcher import Dispatcher
from bot.delivery.due_replies import FIRST_LOOK, LEASE
from bot.delivery.outbound import CannotTell, NotNow, Refused, Uncertain
from bot.program import Program
from bot.storage.concealed import provider_ids
from bot.storage.tables import Conversation, Handoff
from tests.delivery.dispatching import Channel, make_dispatcher, rows, say, states
from tests.support import Clock


async def test_after_kill_9_between_sending_and_storing_a_reply_is_looked_up_and_not_sent_twice(
    program: Program, dispatcher: Dispatcher, channel: Channel, conversation: Conversation, clock: Clock
) -> None:
    await say(program, conversation, "jeden", "dwa")
    (outbound,) = await dispatcher.due.claim(limit=8)  # and here the process dies, after the provider took it
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
    await dispatcher.due.claim(limit=8)
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
    assert await dispatcher.reports.take(delivery_id=first.id, part=0, provider_id="SM-x", state="sent")
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
