from __future__ import annotations

import numpy as np

from bot.language.classes import INDICATORS
from bot.messages import Indicator
from bot.screening.clauses import read_clauses
from bot.screening.encoder import Encoding
from bot.screening.evidence import find_evidence
from bot.screening.heads import Heads

WIDTH = 4


class EncoderThatCountsWords:
    """Gives every word the first direction when it names a passport, the second when it names a door."""

    name = "stand-in"
    width = WIDTH

    def read(self, texts: list[str]) -> list[Encoding]:
        return [self._read(text.split()) for text in texts]

    def _read(self, words: list[str]) -> Encoding:
        pieces = np.array([[float("passport" in word), float("door" in word), 0, 0] for word in words], dtype=np.float32)
        return Encoding(pieces.mean(axis=0), pieces, tuple(range(len(words))))


def heads() -> Heads:
    weights = np.zeros((len(INDICATORS), WIDTH), dtype=np.float32)
    weights[INDICATORS.index("documents_taken"), 0] = 5
    weights[INDICATORS.index("movement_restricted"), 1] = 5
    other = {name: np.zeros((size, WIDTH), dtype=np.float32) for name, size in (("topic", 47), ("triage", 4), ("speaker", 3))}
    all_weights = {"indicators": weights, **other}
    return Heads(
        "stand-in",
        np.zeros(WIDTH, np.float32),
        np.ones(WIDTH, np.float32),
        all_weights,
        {name: np.zeros(len(weight), np.float32) for name, weight in all_weights.items()},
    )


def words_for(text: str, *indicators: Indicator) -> list[str]:
    encoder = EncoderThatCountsWords()
    reading = read_clauses(text, "en", encoder.read([text])[0], encoder)
    return [item.words for item in find_evidence(reading, indicators, heads())]


def test_each_indicator_gets_the_clause_that_carries_it() -> None:
    text = "he took my passport last year, the door is locked"
    found = words_for(text, Indicator.DOCUMENTS_TAKEN, Indicator.MOVEMENT_RESTRICTED)
    assert found == ["he took my passport last year", "the door is locked"]


def test_a_long_clause_is_cut_to_a_short_phrase_around_the_telling_word() -> None:
    text = "since I came here in the spring of last year the lady of the house keeps my passport in a drawer with her things"
    (found,) = words_for(text, Indicator.DOCUMENTS_TAKEN)
    assert "passport" in found
    assert len(found.split()) <= 8
    assert found in text


def test_without_indicators_nothing_is_read() -> None:
    assert words_for("the door is locked") == []


def test_evidence_does_not_begin_with_a_conjunction() -> None:
    text = "yesterday he took my passport and he locked the door"
    assert words_for(text, Indicator.MOVEMENT_RESTRICTED) == ["he locked the door"]
