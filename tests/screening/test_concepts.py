from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bot.language.classes import INDICATORS, TRIAGES
from bot.screening.concepts import Concepts, ConceptsInvalid, concept_files, read_phrases
from bot.screening.heads import Likelihoods


def likelihoods(*triage: float) -> Likelihoods:
    return Likelihoods(
        np.full(47, 1 / 47, np.float32), np.array(triage, np.float32), np.full(24, 0.3, np.float32), np.full(3, 1 / 3, np.float32)
    )


def test_capitals_diacritics_and_signs_do_not_hide_a_phrase() -> None:
    concepts = Concepts({"negation": ("nikt mi nie zabr*",)}, {})
    assert concepts.found("NIKT mi, nie zabrał paszportu") == ["negation"]
    assert concepts.found("nikt mi nie pomaga") == []


def test_dots_in_a_phrase_stand_for_a_few_words() -> None:
    concepts = Concepts({"negation": ("nobody … forces me",)}, {})
    assert concepts.found("nobody in this house forces me to stay") == ["negation"]
    assert concepts.found("nobody came and then in the evening of that very day he forces me") == []


def test_a_negation_makes_a_handoff_less_likely() -> None:
    concepts = Concepts({"negation": ("nobody took",)}, {"negation": 1.0})
    before = likelihoods(0.3, 0.1, 0.5, 0.1)
    after = concepts.applied("nobody took my passport", before)
    assert after.handoff < before.handoff
    assert after.triage.sum() == pytest.approx(1)


def test_the_wish_to_die_makes_an_emergency_more_likely() -> None:
    concepts = Concepts({"signs.suicide_risk": ("chcę umrzeć",)}, {"signs.suicide_risk": 3.0})
    after = concepts.applied("chce umrzec", likelihoods(0.5, 0.1, 0.2, 0.2))
    assert after.triage.argmax() == TRIAGES.index("emergency")
    assert after.indicators[INDICATORS.index("suicide_risk")] > 0.8


def test_a_sort_without_weight_changes_nothing() -> None:
    concepts = Concepts({"quotation": ("in a film",)}, {})
    before = likelihoods(0.3, 0.1, 0.5, 0.1)
    assert concepts.applied("in a film they took his passport", before) is before


def test_a_sort_that_does_not_exist_is_named(tmp_path: Path) -> None:
    path = tmp_path / "xx.yml"
    path.write_text("negations: [no]")
    with pytest.raises(ConceptsInvalid, match=r"xx\.yml.*negations"):
        read_phrases([path])


def test_an_indicator_that_does_not_exist_is_named(tmp_path: Path) -> None:
    path = tmp_path / "xx.yml"
    path.write_text("signs: {passport_taken: [no]}")
    with pytest.raises(ConceptsInvalid, match="passport_taken"):
        read_phrases([path])


def test_the_phrases_of_the_project_can_be_read_and_each_finds_itself() -> None:
    phrases = read_phrases(concept_files())
    concepts = Concepts(phrases, {})
    for sort, written in phrases.items():
        for phrase in written:
            assert sort in concepts.found(phrase.replace("*", "").replace("…", "x")), phrase
