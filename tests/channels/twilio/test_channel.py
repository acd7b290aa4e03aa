"""What comes in from Twilio, genuine or not, and what people read on their phones."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlencode

import pytest
from structlog.testing import capture_logs

from bot.channels.twilio.channel import MAX_BODY
from bot.channels.twilio.messages import language_of
from bot.delivery.segments import alphabet, plain, segments
from bot.dialogue.turn import Speaking
from bot.storage.tables import Conversation, Delivery, Handoff, Message, Receipt
from tests.channels.conftest import PERSON, Build, Town, payload
from tests.standins.twilio_api import ACCOUNT, AUTH_TOKEN, NUMBER, PUBLIC_URL
from tests.support import HOTLINE, PlainAssistant

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


async def nothing_is_stored(town: Town) -> bool:
    return not any([await town.rows(table) for table in (Conversation, Message, Delivery, Receipt, Handoff)])


def signed(town: Town, form: dict[str, str], path: str = "/sms/webhook", url: str = PUBLIC_URL) -> str:
    return town.twilio.validator.compute_signature(f"{url}{path}", form)


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


async def test_a_call_without_a_signature_is_refused_without_a_trace(town: Town) -> None:
    for path in ("/sms/webhook", "/sms/status?delivery=1&part=0"):
        response = await town.twilio.deliver(town.client, path, payload("twilio/sms"), sign=False)
        assert response.status == 403
    assert await nothing_is_stored(town)


FORGERIES: dict[str, tuple[dict[str, str], str]] = {
    "another text": ({"Body": "inna treść"}, "/sms/webhook"),
    "another sender": ({"From": "+48600700800"}, "/sms/webhook"),
    "one field more": ({"Extra": "1"}, "/sms/webhook"),
    "another path": ({}, "/sms/status"),
    "a query": ({}, "/sms/webhook?x=1"),
}


async def test_a_signature_of_something_else_is_refused_without_a_trace(town: Town) -> None:
    genuine = payload("twilio/sms")
    for name, (changes, path) in FORGERIES.items():
        response = await town.client.post(path, data=genuine | changes, headers={"X-Twilio-Signature": signed(town, genuine)})
        assert response.status == 403, name
    assert await nothing_is_stored(town)


async def test_a_signature_that_is_none_is_refused(town: Town) -> None:
    for signature in ("", "x", "AAAA", "śąź"):
        headers = {"X-Twilio-Signature": signature}
        assert (await town.client.post("/sms/webhook", data=payload("twilio/sms"), headers=headers)).status == 403
    assert await nothing_is_stored(town)


async def test_a_call_signed_by_another_account_is_refused(town: Town) -> None:
    response = await town.sms(payload("twilio/sms", AccountSid="AC" + "b" * 32))
    assert response.status == 403
    assert await nothing_is_stored(town)


async def test_the_address_that_is_signed_is_the_public_one_whatever_the_proxy_says(town: Town) -> None:
    form = payload("twilio/sms")
    spoofed = {"X-Forwarded-Proto": "http", "X-Forwarded-Host": "evil.example.org", "X-Twilio-Signature": signed(town, form)}
    assert (await town.client.post("/sms/webhook", data=form, headers=spoofed)).status == 200
    local = str(town.client.make_url("")).rstrip("/")
    other = payload("twilio/sms_ukrainian")
    refused = await town.client.post("/sms/webhook", data=other, headers={"X-Twilio-Signature": signed(town, other, url=local)})
    assert refused.status == 403


async def test_a_signature_for_the_address_with_its_port_is_genuine_too(town: Town) -> None:
    form = payload("twilio/sms")
    signature = signed(town, form, url="https://help.example.org:443")
    assert (await town.client.post("/sms/webhook", data=form, headers={"X-Twilio-Signature": signature})).status == 200


async def test_while_the_auth_token_changes_both_are_taken(build_town: Build) -> None:
    town: Town = await build_town(twilio_auth_token="new-token", twilio_auth_token_next=AUTH_TOKEN)
    assert (await town.sms(payload("twilio/sms"))).status == 200


BODIES: dict[str, tuple[bytes, dict[str, str], int]] = {
    "empty": (b"", FORM, 403),
    "truncated": (urlencode(payload("twilio/sms")).encode()[:300], FORM, 403),
    "not utf-8": (b"\xff\xfe", FORM, 400),
    "too many fields": ("&".join(f"f{number}=1" for number in range(500)).encode(), FORM, 400),
    "json": (b"{}", {"Content-Type": "application/json"}, 415),
    "multipart": (b"--x--", {"Content-Type": "multipart/form-data; boundary=x"}, 415),
    "oversized": (b"Body=" + b"a" * MAX_BODY, FORM, 413),
}


async def test_a_malformed_call_is_refused_without_a_trace(town: Town) -> None:
    headers = {"X-Twilio-Signature": signed(town, payload("twilio/sms"))}
    for path in ("/sms/webhook", "/sms/status?delivery=1"):
        for name, (data, kind, status) in BODIES.items():
            response = await town.client.post(path, data=data, headers=kind | headers)
            assert response.status == status, (name, path)
            assert "error" in await response.json()
    assert await nothing_is_stored(town)


async def test_a_genuine_call_that_is_no_message_is_refused(town: Town) -> None:
    form = {"AccountSid": ACCOUNT, "Body": "tekst"}
    assert (await town.sms(form)).status == 400
    assert await nothing_is_stored(town)


async def test_the_same_message_again_is_answered_once(town: Town) -> None:
    for _ in range(3):
        assert (await town.sms(payload("twilio/sms"))).status == 200
    assert len(town.twilio.bodies()) == 2


async def test_a_replay_after_the_conversation_was_erased_leaves_no_trace(town: Town) -> None:
    await town.text("jak mi pomożecie", 1)
    await town.text("usuń rozmowę", 2)
    seen = town.twilio.bodies()
    await town.text("jak mi pomożecie", 1)
    await town.text("usuń rozmowę", 2)
    assert await town.rows(Conversation) == []
    assert town.twilio.bodies() == seen


def _plain(town: Town, key: str) -> str:

    return plain(town.program.wording.text(key, "pl", form="sms"), "pl")


async def test_parts_that_come_out_of_order_are_all_read_and_add_up(town: Town, assistant: PlainAssistant) -> None:
    await town.sms(payload("twilio/sms_part_two"))
    await town.sms(payload("twilio/sms_part_one"))
    assert len(assistant.heard) == 2
    assert (await town.conversation()).triage == "high"


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
    await town.program.frontdoor.consultant_says(conversation.id, staff_id="ola", text="Jestem, słucham.")
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


async def test_stop_is_confirmed_once_with_the_way_back_and_nothing_follows(town: Town) -> None:
    await town.text("jak mi pomożecie", 1)
    await town.sms(payload("twilio/sms_stop"))
    assert town.twilio.bodies()[-1] == _plain(town, "sms_stopped")
    assert "START" in town.twilio.bodies()[-1]
    assert (await town.conversation()).reachable == "stopped"
    count = len(town.twilio.bodies())
    await town.text("kto to", 2)
    assert len(town.twilio.bodies()) == count
    await town.sms(payload("twilio/sms_start"))
    assert (await town.conversation()).reachable == "yes"
    assert len(town.twilio.bodies()) == count + 1


@pytest.mark.parametrize("text", ["on mnie zamknął", "człowiek"])
async def test_a_call_for_help_after_stop_is_answered(town: Town, text: str) -> None:
    await town.sms(payload("twilio/sms_stop"))
    await town.text(text, 2)
    assert len(town.twilio.bodies()) == 2
    assert (await town.conversation()).reachable == "yes"


async def test_stop_is_honoured_while_a_consultant_owns_the_conversation_and_she_sees_it(town: Town) -> None:
    await town.text("chcę rozmawiać z człowiekiem", 1)
    await town.take()
    await town.sms(payload("twilio/sms_stop"))
    assert town.twilio.bodies()[-1] == _plain(town, "sms_stopped")
    conversation = await town.conversation()
    await town.program.frontdoor.consultant_says(conversation.id, staff_id="ola", text="Halo?")
    await town.settle()
    assert (await town.states())[-1] == ("failed", "stopped")
    assert "Halo?" not in town.twilio.bodies()


async def test_a_stop_that_twilio_has_confirmed_is_not_confirmed_again(town: Town) -> None:
    await town.sms(payload("twilio/sms_stop_confirmed"))
    assert town.twilio.bodies() == []
    assert (await town.conversation()).reachable == "stopped"


async def test_stop_takes_back_what_was_not_sent_yet(town: Town) -> None:
    town.twilio.misbehaviours.plan("create", "status", status=503)
    await town.text("jak mi pomożecie", 1)
    await town.sms(payload("twilio/sms_stop"))
    town.clock.move(hours=1)
    await town.settle()
    assert town.twilio.bodies() == [_plain(town, "sms_stopped")]


@pytest.mark.parametrize("word", ["POMOC", "INFO", "HELP"])
async def test_help_is_answered_with_the_number_also_while_a_consultant_owns_the_conversation(town: Town, word: str) -> None:
    await town.text("chcę rozmawiać z człowiekiem", 1)
    await town.take()
    await town.text(word, 2)
    assert town.twilio.bodies()[-1].startswith(HOTLINE)


@pytest.mark.parametrize("word", ["POMOC", "HELP", "AYUDA"])
async def test_a_cry_by_sms_is_more_than_a_question_of_what_this_is(town: Town, word: str) -> None:
    await town.text(word, 1)
    assert town.twilio.bodies() == [f"danger 1: {HOTLINE}"]


async def test_menu_is_the_dialogues_and_not_help(town: Town) -> None:
    await town.text("MENU", 1)
    assert town.twilio.bodies()[0].startswith("steer")


@pytest.mark.parametrize("word", ["STOP", "stop.", "CANCEL", "przestań", "стоп", "arrêt", "توقف"])
async def test_stop_is_understood_in_every_language_and_spelling(town: Town, word: str) -> None:
    await town.text(word, 1)
    assert (await town.conversation()).reachable == "stopped"


async def test_while_a_consultant_owns_the_conversation_the_program_is_silent(town: Town) -> None:
    await town.text("chcę rozmawiać z człowiekiem", 1)
    await town.take()
    count = len(town.twilio.bodies())
    await town.text("dziękuję", 2)
    await town.sms(payload("twilio/mms"))
    assert len(town.twilio.bodies()) == count


async def test_the_language_of_a_first_contact_follows_the_country_of_the_number_until_words_tell(town: Town) -> None:
    await town.sms(payload("twilio/sms_empty", From="+380501002003"))
    assert (await town.conversation()).language == "uk"


def test_a_number_suggests_a_language_or_none() -> None:
    assert [language_of(number) for number in ("+48500100200", "+380501002003", "+4915112345678", "70123", "InPost")] == [
        "pl", "uk", "en", None, None,
    ]  # fmt: skip


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
