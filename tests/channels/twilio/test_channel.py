"""What comes in from Twilio, and what people read on their phones."""

from __future__ import annotations

import re
from typing import Any

import pytest
from structlog.testing import capture_logs

from bot.delivery.segments import alphabet, segments
from bot.dialogue.turn import Speaking
from tests.channels.conftest import PERSON, Town, payload
from tests.standins.twilio_api import PUBLIC_URL
from tests.support import HOTLINE, PlainAssistant


async def test_a_message_is_answered_from_the_outbox_with_a_status_callback(town: Town) -> None:
    response = await town.sms(payload("twilio/sms"))
    assert response.status == 200
    assert (await response.text()).endswith("<Response />")
    answer, greeting = town.twilio.messages
    assert answer["body"] == f"ask 1: {HOTLINE}"
    assert answer["to"] == PERSON
    assert answer["callback"].startswith(f"{PUBLIC_URL}/sms/status?delivery=")
    assert greeting["body"].startswith(HOTLINE)


async def test_whatsapp_comes_in_and_goes_out_the_same_way(town: Town) -> None:
    await town.sms(payload("twilio/whatsapp"))
    assert {message["to"] for message in town.twilio.messages} == {f"whatsapp:{PERSON}"}
    assert {message["from"] for message in town.twilio.messages} == {"whatsapp:+48732000000"}
    assert (await town.conversation()).channel == "whatsapp"


async def test_the_first_answer_says_who_answers_and_the_second_does_not(town: Town) -> None:
    await town.text("jak mi pomożecie", 1)
    await town.text("a gdzie spać", 2)
    assert len(town.twilio.bodies()) == 3


async def test_an_emergency_in_the_first_message_is_answered_without_ceremony(town: Town) -> None:
    await town.text("on mnie zamknął", 1)
    assert town.twilio.bodies() == [f"danger 1: {HOTLINE}"]


async def test_parts_that_come_out_of_order_are_all_read_and_add_up(town: Town, assistant: PlainAssistant) -> None:
    await town.sms(payload("twilio/sms_part_two"))
    await town.sms(payload("twilio/sms_part_one"))
    assert len(assistant.heard) == 2
    assert (await town.conversation()).triage == "high"


async def test_an_empty_message_gets_the_greeting(town: Town) -> None:
    await town.sms(payload("twilio/sms_empty"))
    (body,) = town.twilio.bodies()
    assert body.startswith(HOTLINE)


NOTICES = {
    "mms": "media_received",
    "whatsapp_voice": "voice_received",
    "whatsapp_location": "location_received",
    "whatsapp_contact": "contact_received",
    "whatsapp_forwarded": None,
}


@pytest.mark.parametrize("name", NOTICES)
async def test_what_is_not_text_gets_a_kind_answer(town: Town, name: str) -> None:
    await town.sms(payload(f"twilio/{name}"))
    key = NOTICES[name]
    if key is None:  # its words tell of a passport: answered as a disclosure, after the notice
        assert town.twilio.bodies()[1].startswith("tell")
    else:
        assert HOTLINE in town.twilio.bodies()[0] or key in {"media_received", "contact_received", "location_received"}
        assert len(town.twilio.bodies()) == 1


async def test_a_button_of_whatsapp_acts_like_ours(town: Town) -> None:
    await town.sms(payload("twilio/whatsapp_button"))
    assert town.twilio.bodies()[0].startswith("want_person")


@pytest.mark.parametrize("choice", ["2", "2.", "dwa"])
async def test_a_number_chooses_what_was_offered_last(town: Town, choice: str) -> None:
    await town.text("hej", 1)
    greeting = town.twilio.bodies()[-1]
    assert re.search(r"^2 ", greeting, re.MULTILINE)
    await town.text(choice, 2)
    assert town.twilio.bodies()[-1].startswith("report_begin")


async def test_in_quiet_mode_nothing_is_offered_and_a_number_is_only_a_number(town: Town, assistant: PlainAssistant) -> None:
    await town.text("cicho", 1)
    await town.text("2", 2)
    assert assistant.heard[-1] == "2"


async def test_while_a_consultant_owns_the_conversation_the_program_is_silent(town: Town) -> None:
    await town.text("chcę rozmawiać z człowiekiem", 1)
    await town.take()
    count = len(town.twilio.bodies())
    await town.text("dziękuję", 2)
    await town.sms(payload("twilio/mms"))
    assert len(town.twilio.bodies()) == count


async def test_sms_of_the_program_fit_into_gsm_7_where_the_language_lives_with_it(town: Town) -> None:
    await town.text("hej", 1)
    greeting = town.twilio.bodies()[-1]
    assert alphabet(greeting) == "gsm7"
    assert segments(greeting) <= 4


async def test_no_number_reaches_logs_database_or_addresses(town: Town) -> None:
    with capture_logs() as logs:
        await town.sms(payload("twilio/sms"))
        await town.sms(payload("twilio/whatsapp"))
        town.twilio.refuse(PERSON, 21614)
        await town.text("jeszcze jedno", 5)
        town.twilio.misbehaviours.plan("create", "status", status=500)
        await town.text("i jeszcze", 6)
    assert PERSON.lstrip("+") not in str(logs)
    for path in town.program.settings.data_dir.glob("frontdoor.sqlite3*"):
        assert PERSON.lstrip("+").encode() not in path.read_bytes()
    assert not any(PERSON.lstrip("+") in address for address in town.twilio.requests)


async def test_the_assistant_never_gets_a_number(town: Town, assistant: PlainAssistant) -> None:
    seen: list[Any] = []
    original = assistant.turn

    async def turn(speaking: Speaking, **more: Any) -> Any:
        seen.append((speaking.turn, more))
        return await original(speaking, **more)

    assistant.turn = turn  # type: ignore[method-assign]
    await town.sms(payload("twilio/sms"))
    assert seen
    assert PERSON.lstrip("+") not in str(seen)
