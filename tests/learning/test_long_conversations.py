"""What holds in every conversation, however long and in whatever order: the real rules, plan and actions, without a model."""

from __future__ import annotations

import asyncio
import itertools
import tempfile
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.conversation.outcome import Outcome
from bot.dialogue.report import FIELDS
from bot.learning.evaluation import KINDS
from bot.messages import Triage
from tests.dialogue.people import CONFUSED, DANGER, NEAR, NO_CONSULTANT, READINGS, UNKNOWN, WITNESSED
from tests.dialogue.talk import Person
from tests.standins.rules_assistant import RulesAssistant
from tests.support import HOTLINE, open_program

LISTED = [
    *"tak nie człowiek cofnij żart normalnie cicho pomiń zgłoszenie usuń 😀 ? hej dziękuję".split(),
    "nie mogę dzwonić",
    "malina",
    "biały bus WX 12345",
    "@send",
    "@correct",
    "@do_not_send",
    "@menu",
    "@hide",
    "@human",
    "@withdraw",
    "@yes",
    "@no",
    "@safe_no",
    "@report",
    "@safe_time",
    "@code_word",
    "@topic_who",
    "@lang_en",
    "@lang_pl",
]
ASKED_IN_FORMS = {*(f"report_{field}" for field in FIELDS), "safe_time_ask", "code_word_ask"}
messages = st.sampled_from([*READINGS, *LISTED])


def talk(texts: list[str], *, channel: str = "web") -> list[Outcome]:
    """Hold a conversation in a program of its own; whoever erased it writes on as somebody new."""

    async def hold() -> list[Outcome]:
        with tempfile.TemporaryDirectory() as folder:
            program = await open_program(Path(folder), RulesAssistant(READINGS))
            try:
                person = Person(program, channel=channel)
                return [await person.writes(text) for text in texts]
            finally:
                await program.close()

    return asyncio.run(hold())


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(messages, min_size=4, max_size=20))
def test_every_message_is_answered_and_no_text_is_said_twice_in_a_row(texts: list[str]) -> None:
    outcomes = talk(texts)
    assert all(outcome.replies for outcome in outcomes)
    said = [reply.text for outcome in outcomes for reply in outcome.replies]
    assert all(before != after for before, after in itertools.pairwise(said))
    assert not any("coś u nas nie działa" in text for text in said)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(messages, min_size=4, max_size=20))
def test_a_reply_leaves_at_most_one_question_open_and_holds_at_most_two_answers(texts: list[str]) -> None:
    for outcome in talk(texts):
        assert len([text for text in outcome.said if text.startswith("answer.")]) <= 2
        asked = [text for text in outcome.said if text in {"delete_ask", "handoff_offer", "question_safe_now", "which_ask"}]
        assert len(asked) + len(ASKED_IN_FORMS & set(outcome.said)) <= 1


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(messages, min_size=1, max_size=16))
def test_the_triage_of_a_conversation_never_falls(texts: list[str]) -> None:
    level = Triage.NONE
    for outcome in talk(texts):
        if outcome.erased:
            level = Triage.NONE
            continue
        assert outcome.triage.rank >= level.rank
        level = outcome.triage


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(messages, min_size=1, max_size=12))
def test_no_form_swallows_a_call_for_help_or_asks_on_after_it(before: list[str]) -> None:
    outcome = talk([*before, "normalnie", "@lang_pl", "@report", "biały bus WX 12345", DANGER])[-1]
    assert outcome.triage is Triage.EMERGENCY
    assert outcome.handoff
    assert not ASKED_IN_FORMS & set(outcome.said)
    assert any(text.startswith(KINDS["emergency"]) for text in outcome.said)


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(messages, min_size=1, max_size=12))
def test_the_button_for_a_person_works_in_every_state(before: list[str]) -> None:
    assert talk([*before, "@human"])[-1].handoff


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(messages.filter(lambda text: text not in {"normalnie", "usuń"}), min_size=1, max_size=12))
def test_in_quiet_mode_no_number_and_no_button_is_shown(texts: list[str]) -> None:
    for outcome in talk(["@quiet", *texts])[1:]:
        assert not outcome.erased
        for reply in outcome.replies:
            assert HOTLINE not in reply.text
            assert "112" not in reply.text
            assert reply.buttons == ()


def test_a_conversation_of_forty_messages_says_few_texts_again() -> None:
    turns = [WITNESSED, CONFUSED, UNKNOWN, NEAR, NO_CONSULTANT, CONFUSED, UNKNOWN, "dziękuję"] * 5
    said = [reply.text for outcome in talk(turns) for reply in outcome.replies]
    assert all(before != after for before, after in itertools.pairwise(said))
