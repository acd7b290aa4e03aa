"""A message whose words were typed in another spelling is read in that of its language."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from bot.screening.clauses import read_clauses
from bot.screening.encoder import Encoding
from bot.screening.respelt import Spelt, spelt
from bot.screening.spelling import Spelling

VIETNAMESE = {"chu": "chủ", "sap": "sắp", "ve": "về", "roi": "rồi", "ngu": "ngủ", "dau": "đâu", "va": "và", "o": "ở"}
POLISH = {"zabral": "zabrał", "dowod": "dowód"}
SPELLING = Spelling(diacritics={"vi": VIETNAMESE, "pl": POLISH})


class Encoder:
    """Remembers what it was asked to read."""

    def __init__(self) -> None:
        self.read_before: list[str] = []

    def read(self, texts: Sequence[str]) -> list[Encoding]:
        self.read_before += texts
        return [Encoding(np.full(2, len(text), dtype=np.float32)) for text in texts]


def read(text: str, language: str) -> tuple[Spelt, Encoder]:
    encoder = Encoder()
    [whole] = encoder.read([text])
    reading = read_clauses(text, language, whole, encoder)  # type: ignore[arg-type]
    return spelt(text, reading, SPELLING, encoder), encoder  # type: ignore[arg-type]


def test_a_message_of_which_most_words_lack_their_marks_is_read_with_them() -> None:
    found, encoder = read("chu sap ve roi", "vi")
    assert found.text == "chủ sắp về rồi"
    assert encoder.read_before[-1] == "chủ sắp về rồi"


def test_of_each_clause_the_words_are_known_as_they_were_typed() -> None:
    found, _ = read("chu sap ve roi. em ngu o dau", "vi")
    assert found.reading.clauses == ("chủ sắp về rồi.", "em ngủ ở đâu")
    assert found.typed == ("chu sap ve roi.", "em ngu o dau")


def test_a_message_that_lacks_few_marks_is_read_as_it_is_written() -> None:
    found, encoder = read("szef zabral mi dowod i nie chce oddać do końca sezonu", "pl")
    assert found.text == "szef zabral mi dowod i nie chce oddać do końca sezonu"
    assert found.typed == found.reading.clauses
    assert not [text for text in encoder.read_before if "ł" in text]
