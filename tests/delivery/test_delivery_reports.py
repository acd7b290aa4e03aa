"""What a provider reports of a delivery, in any order."""

from __future__ import annotations

import pytest

from bot.delivery.dispatcher import Dispatcher
from bot.program import Program
from bot.storage.concealed import provider_ids
from bot.storage.tables import Conversation
from tests.delivery.dispatching import Channel, rows, say, states


@pytest.mark.parametrize("first", ["sent", "delivered", "failed"])
@pytest.mark.parametrize("second", ["sent", "delivered", "failed"])
async def test_reports_come_in_any_order_and_the_strongest_stays(
    program: Program, dispatcher: Dispatcher, channel: Channel, conversation: Conversation, first: str, second: str
) -> None:
    await say(program, conversation, "jeden")
    await dispatcher.deliver_due()
    (row,) = await rows(program)
    for state in (first, second, first, second):
        await dispatcher.reports.take(delivery_id=row.id, part=0, provider_id="SM1", state=state, code="30003")  # type: ignore[arg-type]
    strongest = max((first, second), key=["sent", "failed", "delivered"].index)
    assert await states(program) == [strongest]


async def test_a_report_on_an_attempt_that_was_replaced_changes_nothing(
    program: Program, dispatcher: Dispatcher, channel: Channel, conversation: Conversation
) -> None:
    await say(program, conversation, "jeden")
    await dispatcher.deliver_due()
    (row,) = await rows(program)
    assert not await dispatcher.reports.take(delivery_id=row.id, part=0, provider_id="SM-other", state="failed", code="30003")
    assert not await dispatcher.reports.take(delivery_id=4711, part=0, provider_id="SM1", state="failed")
    assert await states(program) == ["sent"]


async def test_a_report_that_comes_before_the_answer_to_our_request_is_not_lost(
    program: Program, dispatcher: Dispatcher, channel: Channel, conversation: Conversation
) -> None:
    await say(program, conversation, "jeden")
    (outbound,) = await dispatcher.due.claim(limit=8)
    await dispatcher.reports.take(delivery_id=outbound.delivery_id, part=0, provider_id="SM9", state="delivered")
    await dispatcher.accepted(outbound, "SM9")
    (row,) = await rows(program)
    assert (row.state, provider_ids(program.vault, row)) == ("delivered", ["SM9"])
