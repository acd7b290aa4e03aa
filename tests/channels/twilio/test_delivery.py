"""The library's own client against a Messages API that misbehaves, and reports that come when they come."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import aiohttp
import pytest

from bot.channels.twilio import delivery as twilio_delivery
from bot.channels.twilio.channel import Sms
from bot.channels.twilio.delivery import MAX_LENGTH
from bot.conversation import reply_limits as allowance
from bot.delivery.due_replies import FIRST_LOOK
from bot.storage.concealed import provider_ids
from bot.storage.tables import Delivery, Handoff, Spending
from tests.channels.conftest import PERSON, Build, Town, payload
from tests.standins.misbehaviour import Kind
from tests.support import HOTLINE

EMERGENCY = "on mnie zamknął"


async def states(town: Town) -> list[str]:
    return [state for state, _ in await town.states()]


@pytest.fixture
async def hasty_town(build_town: Build, monkeypatch: pytest.MonkeyPatch) -> Town:
    monkeypatch.setattr(twilio_delivery, "TOTAL_SECONDS", 0.3)
    town: Town = await build_town()
    return town


@pytest.mark.parametrize(("status", "code"), [(500, 20500), (503, 20503), (429, 20429)])
async def test_a_failing_server_is_asked_again_and_the_reply_comes_once(town: Town, status: int, code: int) -> None:
    town.twilio.misbehaviours.plan("create", "status", status=status, code=code, times=3)
    await town.text(EMERGENCY, 1)
    assert await states(town) == ["due"]
    for _ in range(4):
        town.clock.move(minutes=5)
        await town.settle()
    assert town.twilio.bodies() == [f"danger 1: {HOTLINE}"]


async def test_a_provider_that_is_down_for_ten_minutes_delays_messages_and_loses_none(town: Town) -> None:
    for number in range(5):
        town.twilio.misbehaviours.plan("create", "reset", times=1)
        await town.text(f"wiadomość {number}", number)
    for _ in range(20):
        town.twilio.misbehaviours.plan("create", "status", status=503, times=1)
        town.clock.move(seconds=30)
        await town.settle()
    town.twilio.misbehaviours.planned.clear()
    for _ in range(10):
        town.clock.move(minutes=5)
        await town.settle()
    answers = [body for body in town.twilio.bodies() if body.startswith("ask")]
    assert answers == [f"ask {number}: {HOTLINE}" for number in range(1, 6)]


LOST: list[tuple[Kind, int]] = [("hang", 0), ("reset", 0), ("hang_after", 1), ("reset_after", 1), ("garbage", 1)]


@pytest.mark.parametrize(("kind", "taken"), LOST)
async def test_a_lost_answer_is_unknown_then_looked_up_and_the_person_gets_the_text_exactly_once(
    hasty_town: Town, kind: Kind, taken: int
) -> None:
    town = hasty_town
    town.twilio.misbehaviours.plan("create", kind)
    await town.text(EMERGENCY, 1)
    assert await states(town) == ["unknown"]
    assert len(town.twilio.bodies()) == taken
    town.clock.move(seconds=FIRST_LOOK.total_seconds() + 1)
    await town.settle()
    assert town.twilio.bodies() == [f"danger 1: {HOTLINE}"]
    assert await states(town) == ["sent"]


async def test_a_report_settles_a_lost_answer_before_anybody_looks(hasty_town: Town) -> None:
    town = hasty_town
    town.twilio.misbehaviours.plan("create", "reset_after")
    await town.text(EMERGENCY, 1)
    (message,) = town.twilio.messages
    await town.report(message, "delivered")
    assert await states(town) == ["delivered"]
    (row,) = await town.rows(Delivery)
    assert provider_ids(town.program.vault, row) == [message["sid"]]


async def test_as_long_as_twilio_cannot_be_asked_nothing_is_sent_a_second_time(hasty_town: Town) -> None:
    town = hasty_town
    town.twilio.misbehaviours.plan("create", "reset_after")
    town.twilio.misbehaviours.plan("list", "status", status=500, times=3)
    await town.text(EMERGENCY, 1)
    for _ in range(3):
        town.clock.move(minutes=20)
        await town.settle()
    assert await states(town) == ["unknown"]
    town.clock.move(minutes=20)
    await town.settle()
    assert len(town.twilio.bodies()) == 1
    assert await states(town) == ["sent"]


REFUSED = [(21610, "stopped"), (21211, "gone"), (21614, "gone"), (21408, "yes"), (63016, "yes")]


@pytest.mark.parametrize(("code", "reachable"), REFUSED)
async def test_a_refusal_ends_in_the_right_state(town: Town, code: int, reachable: str) -> None:
    town.twilio.refuse(PERSON, code)
    await town.text("jak mi pomożecie", 1)
    first = (await town.states())[0]
    assert first == ("failed", str(code))
    assert (await town.conversation()).reachable == reachable


FAILURES = [
    (30003, "yes"),
    (30004, "blocked"),
    (30005, "gone"),
    (30006, "gone"),
    (30007, "yes"),
    (30008, "yes"),
    (21610, "stopped"),
]


@pytest.mark.parametrize(("code", "reachable"), FAILURES)
async def test_a_failure_after_the_fact_reaches_the_consultant(town: Town, code: int, reachable: str) -> None:
    await town.text("chcę rozmawiać z człowiekiem", 1)
    await town.take()
    conversation = await town.conversation()
    await town.program.frontdoor.consultants.say(conversation.id, staff_id="ola", text="Jestem.")
    await town.settle()
    message = town.twilio.messages[-1]
    await town.report(message, "sent")
    await town.report(message, "undelivered", code)
    assert (await town.states())[-1] == ("failed", str(code))
    assert (await town.conversation()).reachable == reachable


async def test_somebody_in_danger_whom_the_answer_did_not_reach_is_put_before_the_hotline(town: Town) -> None:
    await town.text("szef zabrał paszport", 1)
    (case,) = await town.rows(Handoff)
    async with town.program.database.transaction() as session:
        closed = await town.program.queue.get(session, case.id)
        assert closed is not None
        closed.closed_at = town.clock()
    await town.report(town.twilio.messages[0], "failed", 30006)
    assert [case.reason for case in await town.rows(Handoff) if case.closed_at is None] == ["unreachable"]


ORDERS = [["queued", "sent", "delivered"], ["delivered", "sent", "queued"], ["sent", "delivered", "delivered", "sent"]]


@pytest.mark.parametrize("order", ORDERS)
async def test_reports_in_any_order_end_as_delivered(town: Town, order: list[str]) -> None:
    await town.text(EMERGENCY, 1)
    for status in order:
        assert (await town.report(town.twilio.messages[0], status)).status == 204
    assert await states(town) == ["delivered"]


async def test_a_report_about_what_was_erased_or_never_was_changes_nothing(town: Town) -> None:
    await town.text(EMERGENCY, 1)
    (message,) = town.twilio.messages
    for change in ({"callback": message["callback"].replace("delivery=", "delivery=99")}, {"sid": "SM" + "f" * 32}):
        assert (await town.report(message | change, "failed", 30003)).status == 204
    assert await states(town) == ["sent"]


async def test_a_report_that_says_not_what_it_is_about_is_refused(town: Town) -> None:
    form = {"AccountSid": payload("twilio/sms")["AccountSid"], "MessageSid": "SM" + "0" * 32, "MessageStatus": "sent"}
    for query in ("", "?delivery=x", "?delivery=-1", "?delivery=1&part=x", "?delivery=" + "9" * 40):
        assert (await town.twilio.deliver(town.client, f"/sms/status{query}", form)).status == 400


async def test_a_long_text_goes_in_order_in_several_messages_each_within_the_limit(town: Town) -> None:
    await town.text("chcę rozmawiać z człowiekiem", 1)
    await town.take()
    conversation = await town.conversation()
    await town.program.frontdoor.consultants.say(
        conversation.id, staff_id="ola", text="Proszę czekać. Numer to 22 628 01 20. " * 90
    )
    await town.settle()
    pieces = [body for body in town.twilio.bodies() if body.startswith("Prosze czekac")]
    assert len(pieces) == 3
    assert all(len(piece) <= MAX_LENGTH for piece in pieces)
    assert "".join(pieces).count(HOTLINE) == 90
    assert len(provider_ids(town.program.vault, (await town.rows(Delivery))[-1])) == 3


async def test_refused_credentials_keep_the_replies_until_they_are_put_right(build_town: Build) -> None:
    town: Town = await build_town(twilio_auth_token="wrong", twilio_auth_token_next="test-auth-token")
    await town.text(EMERGENCY, 1)
    assert await town.states() == [("due", "20003")]


async def test_a_server_that_cannot_be_reached_delays_replies(build_town: Build) -> None:
    town: Town = await build_town(twilio_api_base="http://127.0.0.1:1")
    await town.text(EMERGENCY, 1)
    assert await town.states() == [("due", "no_connection")]


async def test_replies_can_go_back_as_twiml_with_a_status_callback(build_town: Build) -> None:
    town: Town = await build_town(twilio_replies="twiml")
    response = await town.sms(payload("twilio/sms"))
    text = await response.text()
    assert text.count("<Message ") == 2
    assert f"ask 1: {HOTLINE}" in text
    assert "/sms/status?delivery=" in text
    assert town.twilio.messages == []
    assert await states(town) == ["unknown", "unknown"]


async def test_a_twiml_answer_that_never_arrived_is_found_missing_and_sent_through_the_api(build_town: Build) -> None:
    town: Town = await build_town(twilio_replies="twiml")
    await town.text(EMERGENCY, 1)
    town.clock.move(seconds=FIRST_LOOK.total_seconds() + 1)
    await town.settle()
    assert town.twilio.bodies() == [f"danger 1: {HOTLINE}"]


async def test_the_same_webhook_again_gives_no_second_answer_as_twiml(build_town: Build) -> None:
    town: Town = await build_town(twilio_replies="twiml")
    await town.sms(payload("twilio/sms"))
    assert "<Message" not in await (await town.sms(payload("twilio/sms"))).text()


async def test_messages_that_no_webhook_brought_are_fetched_and_answered_once(town: Town) -> None:
    known = payload("twilio/sms")
    town.twilio.received(PERSON, "sprzed instalacji", sid="SM" + "e" * 32)
    assert (
        await town.messengers.service(Sms).catch_up() == 0
    )  # nothing came in here yet: a new installation answers no old messages
    await town.sms(known)
    town.twilio.received(PERSON, known["Body"], sid=known["MessageSid"])
    town.twilio.received("+48600700800", "czy ktoś tam jest", sid="SM" + "d" * 32)
    town.clock.move(minutes=10)
    assert await town.messengers.service(Sms).catch_up() == 2
    assert await town.messengers.service(Sms).catch_up() == 0
    await town.settle()
    assert len(town.twilio.bodies("+48600700800")) == 2
    assert not any("PageSize" in address and PERSON.lstrip("+") in address for address in town.twilio.requests)


async def test_when_twilio_cannot_be_asked_what_was_missed_nothing_breaks(town: Town) -> None:
    await town.text("hej", 1)
    town.twilio.misbehaviours.plan("list", "status", status=500, times=2)
    assert await town.messengers.service(Sms).catch_up() == 0


async def test_what_one_person_costs_in_a_day_is_bounded_and_said_once(build_town: Build) -> None:
    town: Town = await build_town(person_daily_replies=4)
    for number in range(8):
        await town.text(f"wiadomość {number}", number)
        town.clock.move(minutes=2)
        await town.settle()
    limited = town.program.wording.text("spend_limited", "pl")
    assert len(town.twilio.bodies()) == 5
    assert HOTLINE in town.twilio.bodies()[-1]
    assert HOTLINE in limited
    town.clock.move(days=1)
    await town.text("następnego dnia", 20)
    assert len(town.twilio.bodies()) == 6


async def test_an_emergency_is_never_cut_off(build_town: Build) -> None:
    town: Town = await build_town(person_daily_replies=1, total_daily_replies=1)
    for number in range(3):
        await town.text(f"wiadomość {number}", number)
    count = len(town.twilio.bodies())
    await town.text(EMERGENCY, 9)
    assert town.twilio.bodies()[count:] == [body for body in town.twilio.bodies()[count:] if body.startswith("danger")]
    assert len(town.twilio.bodies()) == count + 1


async def test_a_consultant_is_never_cut_off(build_town: Build) -> None:
    town: Town = await build_town(person_daily_replies=1, total_daily_replies=1)
    await town.text("chcę rozmawiać z człowiekiem", 1)
    await town.take()
    conversation = await town.conversation()
    await town.program.frontdoor.consultants.say(conversation.id, staff_id="ola", text="Jestem.")
    await town.settle()
    assert "Jestem." in town.twilio.bodies()


async def test_what_everybody_costs_in_a_day_is_bounded_and_the_operator_is_told(
    build_town: Build, log_lines: Callable[[], list[dict[str, Any]]]
) -> None:
    town: Town = await build_town(total_daily_replies=4)
    for number in range(6):
        await town.text("hej", number, From=f"+4850010020{number}")
    assert [line["limit"] for line in log_lines() if line["event"] == "total_daily_replies_used_up"] == [4]
    assert all(row.who == "" or len(row.who) == 32 for row in await town.rows(Spending))


async def test_a_machine_that_answers_us_does_not_keep_us_talking(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(allowance, "PERSON_MINUTE_REPLIES", 3)
    for number in range(8):
        await town.write(f"auto reply {number}", number)
    assert len(town.telegram.called("sendMessage")) == 4  # three answers, and once that it is too much
    town.clock.move(minutes=1)
    await town.write("potem", 20)
    assert len(town.telegram.called("sendMessage")) == 5


def test_errors_of_the_network_are_told_apart_by_whether_the_message_may_be_there() -> None:
    def told(error: Exception) -> str:
        return type(twilio_delivery.as_problem(error)).__name__

    assert told(aiohttp.ServerDisconnectedError()) == "Uncertain"
    assert told(TimeoutError()) == "Uncertain"
    assert told(aiohttp.ConnectionTimeoutError()) == "NotNow"
