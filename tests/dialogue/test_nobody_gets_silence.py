"""Whatever a message does, and however the conversation stands, something is said."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.dialogue.commands import EXACT_ONLY, LABELS, MAIN_INTENTS
from bot.dialogue.rules import sections_of
from bot.dialogue.state import Who
from bot.messages import Indicator, Speaker, Triage
from tests.dialogue.talk import LIBRARY, Talk

VIOLENCE = {"triage": Triage.EMERGENCY, "signs": [Indicator.VIOLENCE]}
DYING = {"triage": Triage.EMERGENCY, "signs": [Indicator.SUICIDE_RISK]}
GRAVE = {"triage": Triage.HIGH, "signs": [Indicator.DOCUMENTS_TAKEN]}
OTHERS = {"who": Who.WITNESS, "speaker": Speaker.WITNESS}
# What was said before: commands of each message, and what was found in it.
BEFORE: dict[str, list[tuple[tuple[str, ...], dict[str, Any]]]] = {
    "nothing": [],
    "told": [(("tell:self",), {})],
    "waiting": [(("tell:self",), GRAVE)],
    "told of others": [(("tell:other",), {**GRAVE, **OTHERS})],
    "refused": [(("tell:self",), GRAVE), (("refuse:human",), {})],
    "danger": [(("danger:self",), VIOLENCE)],
    "danger of others": [(("danger:other",), {**VIOLENCE, **OTHERS})],
    "danger over": [(("danger:self",), VIOLENCE), (("feel:better",), {})],
    "help called": [(("danger:self",), VIOLENCE), (("done:called",), {})],
    "suicide": [(("feel:suicide",), DYING)],
    "suicide of others": [(("feel:suicide",), {**DYING, **OTHERS})],
    "suicide denied": [(("feel:suicide",), DYING), (("feel:better",), {})],
}
# What the report's own actions answer, and what empties the conversation.
ELSEWHERE = {
    "want:report",
    "report:send",
    "report:show",
    "report:drop",
    "report:correct",
    "report:part",
    "report:value",
    "erase:yes",
}
NAMES = [
    *(name for name in (*LABELS, *EXACT_ONLY) if name not in {"ask", *ELSEWHERE}),
    "ask:none",
    "ask:who_reads",
    "ask:know_plan",
]


def talk_after(before: str, **about: Any) -> Talk:
    talk = Talk(**about)
    for commands, found in BEFORE[before]:
        talk.hears("…", *commands, **found)
    return talk


@pytest.mark.parametrize("before", list(BEFORE))
@pytest.mark.parametrize("words", [1, 9])
def test_each_thing_that_a_message_does_is_answered_also_the_third_time(before: str, words: int) -> None:
    silent = []
    for name in NAMES:
        talk = talk_after(before)
        for turn in range(3):
            if not talk.hears(" ".join(["słowo"] * words), name):
                silent.append((name, turn))
    assert silent == []


@pytest.mark.parametrize("before", list(BEFORE))
def test_each_sign_that_is_found_is_answered(before: str) -> None:
    silent = []
    for sign in Indicator:
        for triage in (Triage.MEDIUM, Triage.HIGH, Triage.EMERGENCY):
            for command in ("tell:self", "tell:other", "near", "unclear", "greet"):
                talk = talk_after(before)
                if not talk.hears("to jest kilka słów o tym, co się dzieje", command, triage=triage, signs=[sign]):
                    silent.append((sign.value, triage.value, command))
    assert silent == []


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(list(BEFORE)),
    st.lists(st.lists(st.sampled_from(NAMES), min_size=1, max_size=3, unique=True), min_size=1, max_size=8),
    st.booleans(),
    st.booleans(),
)
def test_no_course_of_a_conversation_ends_in_silence(before: str, turns: list[list[str]], minor: bool, quiet: bool) -> None:
    talk = talk_after(before, minor=minor, quiet=quiet)
    for commands in turns:
        said = talk.hears("…", *commands)
        erased = talk.last is not None and talk.last.turn.does("erase:yes")  # then the front door says that it is done
        assert said or erased, (commands, talk.state)


def test_every_main_intent_has_a_rule() -> None:
    phases = ("calm", "told", "waiting", "danger", "suicide")
    own = {"report_begin", "report_settle"}
    assert [(i, p) for i in MAIN_INTENTS if i not in own for p in phases if not sections_of(i, p)] == []


def test_every_answer_can_be_said_to_somebody() -> None:
    for name, answer in LIBRARY.answers.items():
        assert any(answer.fits(who) for who in Who), name
        assert answer.when, name
