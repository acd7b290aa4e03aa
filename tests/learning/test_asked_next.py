"""What people ask next, counted in labelled conversations."""

from __future__ import annotations

import yaml

from bot.dialogue.answers import NEXT_NEEDS
from bot.dialogue.commands import Commands
from bot.dialogue.state import Who
from bot.language.data import NLU_DATA
from bot.learning.asked_next import FEWEST, as_yaml, counted, foreseen
from bot.learning.labelled import LabelledConversation, LabelledTurn
from tests.dialogue.talk import LIBRARY


def conversation(*turns: tuple[str, ...], who: Who = Who.VICTIM) -> LabelledConversation:
    said = tuple(LabelledTurn("…", Commands.of(*does), who, frozenset(), frozenset(), {}) for does in turns)
    return LabelledConversation("c", "pl", "1", said)


def test_what_is_asked_often_after_a_question_or_a_telling_is_counted_and_what_is_rare_is_not() -> None:
    often = [conversation(("tell:self",), ("ask:passport_back",), ("ask:hotline_cost",))] * FEWEST
    found = counted([*often, conversation(("ask:passport_back",), ("ask:who_reads",))])
    assert found == {"after": {"passport_back": ["hotline_cost"]}, "told": {"victim": ["passport_back", "hotline_cost"]}}
    assert yaml.safe_load(as_yaml(found)) == found
    assert foreseen(often, found["after"], most=2) == (FEWEST, FEWEST)


def test_the_counts_that_are_kept_name_answers_of_the_library_and_kinds_of_writers() -> None:
    kept = yaml.safe_load((NLU_DATA / NEXT_NEEDS).read_text(encoding="utf-8"))
    named = {*kept["after"], *(need for part in kept.values() for needs in part.values() for need in needs)}
    assert named <= set(LIBRARY.answers)
    assert set(kept["told"]) <= set(Who)
    assert len(kept["after"]) > len(LIBRARY.answers) / 2
