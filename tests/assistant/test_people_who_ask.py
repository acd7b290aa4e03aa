"""Whoever asks for a person is given one, in words that stand on no list (`python -m bench.person` shows the same as a table)."""

from __future__ import annotations

from itertools import chain
from typing import Final

import pytest

from bench.person import Counted, sentences
from bot.dialogue.archive import load_reader
from bot.settings import load_settings

pytestmark = pytest.mark.model

# The first writer's in all sixteen languages, the others' in every other one, as all take a minute (the bench reads them all).
ALL: Final = "a_person.yml"
SENTENCES: Final = {
    name: {language: groups for place, (language, groups) in enumerate(languages.items()) if name == ALL or place % 2 == 0}
    for name, languages in sentences().items()
}
OF_TWELVE: Final = 11
# Of the 96, 48 and 48 none should; the third one wrote the hard ones ("do real people work there? I do not want one now").
MOST_INNOCENT: Final = {ALL: 1, "another_person.yml": 1, "third_person.yml": 2}
# Of 64, 32 and 32, at once; others are asked about. One more is reached by the second and the third: processors differ by that.
LEAST_REFUSED: Final = {ALL: 47, "another_person.yml": 24, "third_person.yml": 25}
Counts = dict[str, dict[str, Counted]]


@pytest.fixture(scope="module")
def counts() -> Counts:
    reader = load_reader(load_settings().model_dir)
    return {
        name: {language: Counted.of(reader, language, groups) for language, groups in languages.items()}
        for name, languages in SENTENCES.items()
    }


@pytest.mark.parametrize(
    ("name", "language"),
    [(name, language) for name, languages in SENTENCES.items() for language in languages],
)
def test_eleven_of_twelve_ways_of_asking_for_a_person_call_one(counts: Counts, name: str, language: str) -> None:
    assert sum(counts[name][language].called) >= OF_TWELVE


@pytest.mark.parametrize("name", SENTENCES)
def test_hardly_any_innocent_sentence_calls_a_person(counts: Counts, name: str) -> None:
    assert sum(chain.from_iterable(one.innocent for one in counts[name].values())) <= MOST_INNOCENT[name]


@pytest.mark.parametrize("name", SENTENCES)
def test_refusals_in_words_of_ones_own_are_honoured_at_once(counts: Counts, name: str) -> None:
    assert sum(chain.from_iterable(one.refused for one in counts[name].values())) >= LEAST_REFUSED[name]
