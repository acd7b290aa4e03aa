"""Nothing is cut silently: long texts are read and kept whole, and what does not fit is refused and told."""

from __future__ import annotations

from dataclasses import replace

import pytest
from aiohttp.test_utils import TestClient, TestServer

from bot.conversation.consultants import MAX_ANSWER, TextTooLong
from bot.conversation.frontdoor import MAX_TEXT
from bot.dialogue.commands import Commands
from bot.dialogue.state import Who
from bot.dialogue.turn import Understood
from bot.dialogue.understand import told_in_parts
from bot.language.normalise import MAX_CHARACTERS, readable
from bot.messages import Evidence, Indicator, Screening, Speaker, Triage
from bot.program import Program
from bot.screening.parts import LONGEST, parts, together
from bot.server import application
from tests.conversation.test_frontdoor import inbound, take, the_case

CALM = "Dzień dobry, szukam informacji o pracy i mieszkaniu w Polsce. "
HIDDEN = "Szef zabrał mi paszport i zamyka mnie na noc."


@pytest.mark.parametrize("length", [4001, 4096, MAX_TEXT])
async def test_a_text_is_stored_as_it_was_written(program: Program, length: int) -> None:
    text = (CALM * 400)[: length - 6] + "KONIEC"
    ids = await program.frontdoor.accept(inbound(text))
    async with program.database.transaction() as session:
        (said,) = await program.conversations.messages(session, ids[0])
    assert said.text == text


async def test_the_web_chat_takes_what_it_promises_and_says_clearly_what_is_too_long(program: Program) -> None:
    async with TestClient(TestServer(application(program))) as client:
        token = (await (await client.post("/chat/conversations")).json())["token"]
        headers = {"Authorization": f"Bearer {token}"}
        for number, letter in enumerate(("a", "ф", "🆘")):  # one, two and four bytes
            body = {"message_id": str(number), "text": letter * MAX_TEXT}
            assert (await client.post("/chat/messages", json=body, headers=headers)).status == 200
        body = {"message_id": "too long", "text": "a" * (MAX_TEXT + 1)}
        response = await client.post("/chat/messages", json=body, headers=headers)
        error = (await response.json())["error"]
        assert (response.status, error["code"]) == (413, "too_long")
        assert str(MAX_TEXT) in error["message"]


def test_a_short_text_has_no_parts_and_a_long_one_is_read_whole() -> None:
    assert parts(CALM * 15) == []
    text = CALM * 100 + HIDDEN + " " + CALM * 100
    assert HIDDEN not in readable(text)  # this is why
    found = parts(text)
    assert all(len(part) <= LONGEST for part in found)
    assert any(HIDDEN in part for part in found)
    assert {word for part in found for word in part.split()} == set(text.split())


@pytest.mark.parametrize("text", ["a" * 5000, "ა" * 1200, "słowo " * 900, "🆘" * 3000, "bez kropek i końca " * 300])
def test_a_text_without_sentences_is_read_to_its_end_as_well(text: str) -> None:
    found = parts(text)
    assert all(0 < len(part) <= LONGEST for part in found)
    read = sum(len(part.replace(" ", "")) for part in found)
    assert not found or read >= min(len(text.replace(" ", "")), MAX_CHARACTERS)


def test_a_sentence_that_goes_on_is_read_with_the_one_before() -> None:
    text = CALM * 7 + "On go ma w sejfie. " + "Mój paszport. " + CALM * 20
    assert any("On go ma w sejfie. Mój paszport." in part for part in parts(text))


def screening(triage: Triage, *signs: Indicator, **more: object) -> Screening:
    found = Screening("pl", triage, tuple(Evidence(sign, sign.value) for sign in signs))
    return replace(found, **more)  # type: ignore[arg-type]


def test_the_highest_part_counts_and_the_signs_of_all() -> None:
    whole = screening(Triage.NONE, topic="ask_support", topic_confidence=0.9)
    danger = screening(Triage.EMERGENCY, Indicator.VIOLENCE, topic="emergency", speaker=Speaker.VICTIM)
    found = together(whole, [screening(Triage.MEDIUM, Indicator.DECEPTION), danger, screening(Triage.NONE)])
    assert (found.triage, found.topic, found.speaker) == (Triage.EMERGENCY, "emergency", Speaker.VICTIM)
    assert found.signs == {Indicator.DECEPTION, Indicator.VIOLENCE}
    assert found.language == "pl"


def test_what_a_text_is_about_its_beginning_and_end_tell_where_no_part_is_urgent() -> None:
    whole = screening(Triage.NONE, topic="ask_support", topic_confidence=0.9)
    found = together(whole, [screening(Triage.MEDIUM, Indicator.DECEPTION, topic="ask_job_offer")])
    assert (found.triage, found.topic, found.signs) == (Triage.MEDIUM, "ask_support", {Indicator.DECEPTION})


def test_what_a_long_text_does_the_whole_tells_and_a_danger_in_one_of_its_parts_is_a_danger() -> None:
    whole = Understood(screening(Triage.NONE), Commands.of("want:human", "ask:who_reads"), Who.VICTIM)
    calm = Understood(screening(Triage.NONE), Commands.of("thanks"))
    danger = Understood(screening(Triage.EMERGENCY, Indicator.VIOLENCE), Commands.of("danger:self"))
    dying = Understood(screening(Triage.EMERGENCY, Indicator.SUICIDE_RISK), Commands.of("feel:suicide"))
    found = told_in_parts(whole, [calm, danger, calm])
    assert (found.screening.triage, found.who) == (Triage.EMERGENCY, Who.VICTIM)
    assert found.commands.names == {"want:human", "ask", "danger:self"}
    assert "feel:suicide" in told_in_parts(whole, [calm, dying]).commands
    assert told_in_parts(whole, [calm, calm]).commands == whole.commands


def test_an_alarm_that_no_part_bears_out_is_a_hint() -> None:
    whole = Understood(screening(Triage.NONE), Commands.of("thanks"))
    hinted = Understood(screening(Triage.EMERGENCY, Indicator.VIOLENCE), Commands.of("tell:self", "hint:danger"))
    assert told_in_parts(whole, [hinted]).commands.names == {"thanks", "hint:danger"}
    assert told_in_parts(hinted, [hinted]).commands.names == {"tell:self", "hint:danger"}
    borne_out = replace(hinted, commands=Commands.of("danger:self"))
    assert told_in_parts(hinted, [hinted, borne_out]).commands.names == {"tell:self", "danger:self"}


async def test_a_consultants_answer_that_is_too_long_is_refused_and_nothing_of_it_is_sent(program: Program) -> None:
    await program.frontdoor.receive(inbound(HIDDEN))
    await take(program)
    case = await the_case(program)
    said = await program.frontdoor.consultants.say(case.conversation_id, staff_id="c1", text="a" * MAX_ANSWER)
    assert said is not None
    assert said.text == "a" * MAX_ANSWER
    with pytest.raises(TextTooLong, match="may have 4000 characters; this one has 4001"):
        await program.frontdoor.consultants.say(case.conversation_id, staff_id="c1", text="a" * (MAX_ANSWER + 1))
