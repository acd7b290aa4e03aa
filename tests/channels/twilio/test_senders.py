"""Who writes, from where: senders without a number, senders that take no answer, the countries of numbers."""

from __future__ import annotations

import pytest

from bot.channels.twilio.messages import language_of
from bot.storage.tables import Conversation
from tests.channels.conftest import PERSON, Town, payload
from tests.standins.twilio_api import NUMBER
from tests.support import HOTLINE


@pytest.mark.parametrize("name", ["sms_shortcode", "sms_named_sender"])
async def test_a_sender_that_takes_no_answer_is_read_and_gets_none(town: Town, name: str) -> None:
    await town.sms(payload(f"twilio/{name}"))
    assert town.twilio.messages == []
    assert {state for state, _ in await town.states()} == {"failed"}
    assert {code for _, code in await town.states()} == {"no_address"}
    assert (await town.conversation()).reachable == "no_address"


WITHOUT_A_NUMBER = [
    ("whatsapp:PL.13491208655302741918", f"whatsapp:{NUMBER}", "whatsapp"),
    ("whatsapp:UA.ENT.11815799212886844830", f"whatsapp:{NUMBER}", "whatsapp"),
    (f"rcs:{PERSON}", "rcs:frontdoor_agent", "sms"),
    ("messenger:7654321098765432", "messenger:108400000000001", "sms"),
]


@pytest.mark.parametrize(("sender", "ours", "channel"), WITHOUT_A_NUMBER)
async def test_whoever_writes_without_a_telephone_number_is_answered_where_they_wrote_from_and_to(
    town: Town, sender: str, ours: str, channel: str
) -> None:
    await town.sms(payload("twilio/whatsapp", From=sender, To=ours, Body="on mnie zamknął"))
    assert town.twilio.bodies() == [f"danger 1: {HOTLINE}"]
    assert [(message["from"], message["to"]) for message in town.twilio.messages] == [(ours, sender)]
    conversation = await town.conversation()
    assert (conversation.channel, conversation.reachable, conversation.triage) == (channel, "yes", "emergency")
    assert [state for state, _ in await town.states()] == ["sent"]
    assert town.twilio.violations == []


@pytest.mark.parametrize(("sender", "ours", "channel"), WITHOUT_A_NUMBER)
async def test_whoever_writes_without_a_telephone_number_reads_a_consultant_and_is_told_of_the_erasure(
    town: Town, sender: str, ours: str, channel: str
) -> None:
    await town.sms(payload("twilio/whatsapp", From=sender, To=ours, Body="on mnie zamknął"))
    await town.take()
    conversation = await town.conversation()
    await town.program.frontdoor.consultants.say(conversation.id, staff_id="ola", text="Jestem, słucham.")
    await town.settle()
    assert town.twilio.messages[-1]["to"] == sender
    await town.program.frontdoor.erase(conversation.id)
    assert await town.rows(Conversation) == []


async def test_a_lost_answer_to_somebody_without_a_telephone_number_is_looked_up_and_not_sent_twice(
    town: Town,
) -> None:
    sender, ours, _ = WITHOUT_A_NUMBER[3]
    town.twilio.misbehaviours.plan("create", "reset_after")
    await town.sms(payload("twilio/whatsapp", From=sender, To=ours, Body="on mnie zamknął"))
    assert [state for state, _ in await town.states()] == ["unknown"]
    town.clock.move(minutes=2)
    await town.settle()
    assert town.twilio.bodies() == [f"danger 1: {HOTLINE}"]
    assert [state for state, _ in await town.states()] == ["sent"]


def test_the_country_of_somebody_without_a_telephone_number_suggests_a_language() -> None:
    assert language_of("UA.13491208655302741918") == "uk"
    assert language_of("rcs:+380501234567") == "uk"
    assert language_of("messenger:7654321098765432") is None


async def test_the_language_of_a_first_contact_follows_the_country_of_the_number_until_words_tell(town: Town) -> None:
    await town.sms(payload("twilio/sms_empty", From="+380501002003"))
    assert (await town.conversation()).language == "uk"


def test_a_number_suggests_a_language_or_none() -> None:
    assert [language_of(number) for number in ("+48500100200", "+380501002003", "+4915112345678", "70123", "InPost")] == [
        "pl", "uk", "en", None, None,
    ]  # fmt: skip
