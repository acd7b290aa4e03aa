from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.messages import LANGUAGES
from bot.screening.clauses import MOST_CLAUSES, clauses, read_clauses
from bot.screening.encoder import Encoding


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("en", "Help! They locked the door. I am afraid", ["Help! They locked the door.", "I am afraid"]),
        ("pl", "szef zabrał mi paszport i nie pozwala mi wyjść", ["szef zabrał mi paszport", "i nie pozwala mi wyjść"]),
        ("ru", "он забрал документы и я не могу уйти", ["он забрал документы", "и я не могу уйти"]),
        (
            "tr",
            "patron pasaportumu aldı ve dışarı çıkmama izin vermiyor",
            ["patron pasaportumu aldı", "ve dışarı çıkmama izin vermiyor"],
        ),
        ("pl", "mieszkam tu z żoną i synem", ["mieszkam tu z żoną i synem"]),
        ("", "he took my passport and I cannot go out", ["he took my passport and I cannot go out"]),
    ],
)
def test_a_message_is_split_at_marks_and_before_conjunctions(language: str, text: str, expected: list[str]) -> None:
    assert clauses(text, language) == expected


@given(st.text(max_size=400), st.sampled_from(["", *LANGUAGES]))
def test_no_word_is_lost_or_invented(text: str, language: str) -> None:
    parts = clauses(text, language)
    assert len(parts) <= MOST_CLAUSES
    assert " ".join(parts).split() == text.split()


class CountingEncoder:
    name, width = "stand-in", 1

    def __init__(self) -> None:
        self.texts: list[str] = []

    def read(self, texts: list[str]) -> list[Encoding]:
        self.texts += texts
        return [Encoding(np.zeros(1, np.float32)) for _ in texts]


def test_a_message_of_one_clause_is_encoded_no_second_time() -> None:
    encoder = CountingEncoder()
    whole = Encoding(np.zeros(1, np.float32))
    assert read_clauses("he took my passport", "en", whole, encoder).encodings == (whole,)
    assert encoder.texts == []
