"""What is surely told and endangers somebody is added to what the screening found, and takes nothing from it."""

from __future__ import annotations

import pytest

from bench.told import counted, handed_over, sentences
from bot.dialogue.archive import load_reader
from bot.dialogue.tellings import HARMLESS, raised_by
from bot.messages import Evidence, Indicator, Screening, Triage
from bot.settings import load_settings

# Of the stranger's messages in every other language, one less than is reached: processors differ by that.
LEAST = {"beaten": 19, "threat_harm": 19, "locked": 15, "moved": 7}


def test_a_blow_that_is_surely_told_calls_a_person() -> None:
    raised = raised_by(Screening("en", Triage.NONE), ["beaten"], "he hits me, what is a bus")
    assert (raised.triage, raised.signs) == (Triage.HIGH, {Indicator.VIOLENCE})


def test_an_emergency_stays_one_with_all_its_signs() -> None:
    found = Screening("en", Triage.EMERGENCY, (Evidence(Indicator.THREATS, "kill"),))
    raised = raised_by(found, ["locked", "threat_harm"], "…")
    assert (raised.triage, raised.signs) == (Triage.EMERGENCY, {Indicator.THREATS, Indicator.MOVEMENT_RESTRICTED})


@pytest.mark.parametrize("told", [[], ["wages"], ["locked", HARMLESS]])
def test_what_endangers_nobody_raises_nothing(told: list[str]) -> None:
    calm = Screening("en", Triage.NONE)
    assert raised_by(calm, told, "…") == calm


@pytest.mark.model
@pytest.mark.parametrize("kind", LEAST)
def test_plain_words_of_a_stranger_are_handed_over_alone_and_beside_a_question(kind: str) -> None:
    reader = load_reader(load_settings().model_dir)
    heard = [counted(reader, language, {kind: kinds[kind]})[kind] for language, kinds in list(sentences().items())[::2]]
    assert sum(sum(handed_over(one, alone=alone)) for one in heard for alone in (True, False)) >= LEAST[kind]
