"""A consultant is given to whoever wants one, and to nobody who refuses; through the front door."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from bot.messages import Triage
from bot.storage.tables import Handoff
from tests.dialogue.people import DANGER, DYING, GRAVE, GRAVER, NO_CONSULTANT, WORRIED, WRITTEN_ONLY
from tests.dialogue.talk import Person


async def the_case(person: Person) -> Handoff:
    async with person.program.database.transaction() as session:
        return (await session.execute(select(Handoff))).scalar_one()


async def test_a_refusal_takes_the_request_back_at_once_and_one_button_undoes_it(person: Person) -> None:
    waiting = await person.writes(GRAVE)
    assert waiting.handoff
    refused = await person.writes(NO_CONSULTANT)
    assert not refused.handoff
    assert "handoff_withdrawn" in refused.said
    assert [button.value for reply in refused.replies for button in reply.buttons] == ["@human"]
    undone = await person.writes("@human")
    assert undone.handoff


async def test_after_a_refusal_something_grave_opens_no_request_and_the_case_stays(person: Person) -> None:
    await person.writes(GRAVE, NO_CONSULTANT)
    told = await person.writes(GRAVER)
    assert (told.triage, told.handoff) == (Triage.HIGH, False)
    assert (await the_case(person)).withdrawn_at is not None


@pytest.mark.parametrize("mortal", [DANGER, DYING])
async def test_an_emergency_after_a_refusal_opens_a_request_and_says_why(person: Person, mortal: str) -> None:
    await person.writes(GRAVE, NO_CONSULTANT)
    told = await person.writes(mortal)
    assert (told.triage, told.handoff) == (Triage.EMERGENCY, True)
    assert "handoff_after_all" in told.said
    assert (await the_case(person)).withdrawn_at is None


@pytest.mark.parametrize("mortal", [DANGER, DYING])
async def test_a_refusal_while_a_life_is_in_danger_keeps_the_request_and_says_why(person: Person, mortal: str) -> None:
    await person.writes(mortal)
    refused = await person.writes(NO_CONSULTANT)
    assert refused.handoff
    assert "handoff_kept" in refused.said
    again = await person.writes(NO_CONSULTANT)
    assert again.handoff
    assert "handoff_kept" not in again.said


async def test_yes_but_no_phone_call_is_a_yes_in_writing(person: Person) -> None:
    offered = await person.writes(WORRIED)
    assert "handoff_offer" in offered.said
    taken = await person.writes(WRITTEN_ONLY)
    assert taken.handoff
    assert {"in_writing", "handoff_accepted"} <= set(taken.said)


async def test_a_no_to_the_offer_is_respected_and_it_is_not_offered_again(person: Person) -> None:
    await person.writes(WORRIED)
    declined = await person.writes("nie")
    assert not declined.handoff
    assert "handoff_declined" in declined.said
    later = await person.writes(WORRIED)
    assert not later.handoff
    assert not {"handoff_offer", "offer_short"} & set(later.said)


@pytest.mark.parametrize(("button", "value"), [("@safe_time", "w piątki po szesnastej"), ("@code_word", "malina")])
async def test_a_safe_time_or_a_code_word_alone_opens_a_request(person: Person, button: str, value: str) -> None:
    await person.writes(button)
    noted = await person.writes(value)
    assert noted.handoff
    assert (await the_case(person)).reason == "asked"
    assert any(value in reply.text for reply in noted.replies)


async def test_a_person_can_be_asked_for_in_every_state(person: Person) -> None:
    for before in (WORRIED, GRAVE, DANGER, DYING):
        somebody = Person(person.program, name=before)
        await somebody.writes(before)
        assert (await somebody.writes("@human")).handoff


async def test_who_waits_and_asks_again_hears_it_in_other_words_each_time(person: Person) -> None:
    heard = [(await person.writes("@human")).replies[0].text for _ in range(3)]
    assert len(set(heard)) == 3


async def test_who_was_told_that_somebody_reads_this_is_in_the_queue(person: Person) -> None:
    outcome = await person.writes(GRAVE)
    promised = any("konsultant" in reply.text.lower() or "kogoś z centrum" in reply.text.lower() for reply in outcome.replies)
    assert promised
    assert outcome.handoff
