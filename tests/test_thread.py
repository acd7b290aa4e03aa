"""What the messages before say of the one at hand, through the front door."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from bot.messages import Evidence, Indicator, Screening, Speaker, Triage
from bot.program import Program
from tests.support import PlainAssistant, PlainTurn, open_program
from tests.test_arrangements import says

WAGES, OFFER = "szef nie płaci mi za nadgodziny", "oferta pracy w Niemczech"
SEEN: dict[str, tuple[str, float]] = {
    WAGES: ("ask_unpaid_wages", 0.9),
    f"{WAGES}. a w niedziele ktoś odbierze?": ("ask_unpaid_wages", 0.9),
    "a w niedziele ktoś odbierze?": ("ask_hotline_hours", 0.99),
    f"{WAGES}. a kto to czyta?": ("ask_unpaid_wages", 0.9),
    "a kto to czyta?": ("ask_anonymity", 0.99),
    f"{WAGES}. i co wtedy z tym": ("ask_statistics", 0.9),
    "i co wtedy z tym": ("ask_signs", 0.4),
    "dziękuję": ("thanks", 0.99),
    "od maja": ("ask_unpaid_wages", 0.6),
    "pracuję w lesie": ("disclose_victim", 0.8),
}


class Remembering(PlainAssistant):
    """Looks messages up, and keeps what the dialogue was told."""

    slots: Mapping[str, Any] = {}

    async def understand(self, text: str, *, language_hint: str | None = None) -> Screening:
        if "wykrwawi" in text or "żyć" in text:
            sign = Indicator.SUICIDE_RISK if "żyć" in text else Indicator.VIOLENCE
            return Screening("pl", Triage.EMERGENCY, (Evidence(sign, text),), Speaker.VICTIM, "emergency", 0.9)
        if "paszport" in text:
            return Screening(
                "pl", Triage.HIGH, (Evidence(Indicator.DOCUMENTS_TAKEN, text),), Speaker.VICTIM, "disclose_victim", 0.9
            )
        if "sąsiad" in text:
            return Screening("pl", Triage.NONE, (), Speaker.WITNESS, "report_witness", 0.9)
        topic, confidence = SEEN.get(text, ("out_of_scope", 0.9))
        return Screening("pl", Triage.NONE, topic=topic, topic_confidence=confidence)

    async def turn(self, text: str, act: str, *, slots: Mapping[str, Any], state: str | None) -> PlainTurn:
        self.slots = {**slots, "act": act}
        return await super().turn(text, act, slots=slots, state=state)


@pytest.fixture
async def assistant() -> Remembering:
    return Remembering()


@pytest.fixture
async def program(tmp_path: Path, assistant: Remembering) -> AsyncIterator[Program]:
    program = await open_program(tmp_path, assistant)
    yield program
    await program.close()


@pytest.mark.parametrize(
    ("asked", "act", "follows"),
    [
        ("a w niedziele ktoś odbierze?", "ask_unpaid_wages", True),
        ("a kto to czyta?", "ask_anonymity", False),  # a question about this conversation is one everywhere
        ("i co wtedy z tym", "ask_signs", False),  # both together sound like something else
    ],
)
async def test_a_short_message_goes_on_with_the_question_before_it_where_it_can(
    program: Program, assistant: Remembering, asked: str, act: str, follows: bool
) -> None:
    await says(program, WAGES, asked)
    assert (assistant.slots["act"], assistant.slots["follows"]) == (act, follows)


async def test_nothing_goes_on_with_a_question_once_something_else_was_said(program: Program, assistant: Remembering) -> None:
    await says(program, WAGES, "dziękuję", "szef trzyma mój paszport", "a w niedziele ktoś odbierze?")
    assert assistant.slots["follows"] is False


@pytest.mark.parametrize(("told", "danger"), [("zaraz się wykrwawię", "danger"), ("nie chcę żyć", "suicide")])
async def test_a_danger_stays_open_for_a_few_messages_and_not_for_ever(
    program: Program, assistant: Remembering, told: str, danger: str
) -> None:
    await says(program, told, "bateria cztery procent")
    assert assistant.slots["danger"] == danger
    await says(program, "jeden", "dwa", "trzy", "cztery")
    assert assistant.slots["danger"] is None


async def test_a_person_under_age_who_tells_later_is_a_child_that_is_exploited(program: Program, assistant: Remembering) -> None:
    await says(program, "mam 15 lat")
    assert assistant.slots["indicators"] == []
    await says(program, "wujek zabrał mi paszport")
    assert Indicator.CHILD_EXPLOITATION.value in assistant.slots["indicators"]


async def test_a_time_that_is_named_after_it_was_asked_for_is_kept(program: Program, assistant: Remembering) -> None:
    await says(program, "najlepiej pisać do mnie w środę po południu")
    assert assistant.slots["act"] == "safe_time_said"


async def test_a_detail_of_what_was_told_is_no_question(program: Program, assistant: Remembering) -> None:
    await says(program, "pracuję w lesie", "od maja")
    assert assistant.slots["act"] == "disclose_victim"
    await says(program, "od maja płaci za mało?")
    assert assistant.slots["act"] != "disclose_victim"


async def test_the_same_words_are_a_question_where_nothing_was_told(program: Program, assistant: Remembering) -> None:
    await says(program, WAGES, "od maja")
    assert assistant.slots["act"] == "ask_unpaid_wages"


async def test_what_a_witness_told_in_several_messages_is_told_before_a_report(program: Program, assistant: Remembering) -> None:
    await says(program, "dziękuję", "sąsiad wozi nocą ludzi", "szary bus", "a kto to czyta?", "koło młyna")
    assert assistant.slots["told_before"] == "sąsiad wozi nocą ludzi\nszary bus"
    await says(program, "jeszcze coś")
    assert assistant.slots["told_before"] == "sąsiad wozi nocą ludzi\nszary bus\nkoło młyna"
