"""The table of what people tell: it names only what there is, and decides in which order it is received."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.dialogue.answers import Library
from bot.dialogue.backing import facts
from bot.dialogue.tellings import before, in_order, kinds_of, shared_tellings
from bot.dialogue.understand import plainly
from bot.language.lexicon import shared_lexicon
from bot.messages import Evidence, Indicator, Screening, Speaker, Triage

LIBRARY = Library.load()


def test_the_table_names_facts_and_answers_that_there_are() -> None:
    kinds = shared_tellings().values()
    assert [fact for kind in kinds for fact in kind.facts if fact not in facts()] == []
    assert [name for kind in kinds for name in (*kind.answers, *kind.next) if name not in LIBRARY] == []


def test_a_sign_that_the_screening_does_not_know_is_told(tmp_path: Path) -> None:
    table = tmp_path / "kinds.yml"
    table.write_text("hours: {signs: [tired], facts: []}\n")
    with pytest.raises(ValueError, match="tired"):
        shared_tellings(table)


def test_what_endangers_somebody_is_received_first_and_the_rest_as_surely_as_it_was_heard() -> None:
    assert [kind.id for kind in in_order(["wages", "beaten", "hours", "locked"])] == ["locked", "beaten", "wages", "hours"]
    assert in_order(["what no table has"]) == []


def test_what_was_told_before_is_known_by_what_was_said() -> None:
    assert [kind.id for kind in before(["greet_first", "heard_wages_beside", "told_first", "heard_locked"])] == [
        "locked",
        "wages",
    ]


def test_a_sign_of_the_screening_is_a_kind() -> None:
    assert kinds_of([Indicator.WAGES_WITHHELD, Indicator.VIOLENCE]) == ["beaten", "wages"]
    assert kinds_of([Indicator.SUICIDE_RISK]) == []


def test_without_a_model_the_signs_alone_say_what_is_told() -> None:
    screening = Screening("en", Triage.HIGH, (Evidence(Indicator.DOCUMENTS_TAKEN, "…"),), Speaker.VICTIM, "disclose_victim")
    assert plainly("he has my passport since May", screening, shared_lexicon()).told == ("papers",)
