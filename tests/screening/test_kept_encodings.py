"""Texts to learn from are read once, and kept for the next learning."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from bot.screening.encoder import Encoding
from bot.screening.kept_encodings import encoded
from bot.screening.tuned import DIGESTS, TunedEncoder


class CountingEncoder(TunedEncoder):
    """Says how often each text was read; an encoding holds the text's length."""

    def __init__(self, folder: Path, exported: str) -> None:
        self.folder = folder
        self.seen: list[str] = []
        (folder / DIGESTS).write_text(exported)

    def read(self, texts: Sequence[str]) -> list[Encoding]:
        self.seen += texts
        return [
            Encoding(np.full(3, len(text), np.float32), pieces=np.ones((2, 3), np.float32), middle=np.ones(4, np.float32))
            for text in texts
        ]


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return tmp_path / "build" / "encodings.sqlite"


def test_a_text_that_was_read_before_is_not_read_again(tmp_path: Path, store: Path) -> None:
    encoder = CountingEncoder(tmp_path, "one export")
    first = encoded(["help me", "who are you"], encoder, store)
    again = encoded(["who are you", "help me", "a new one"], encoder, store)
    assert sorted(encoder.seen) == ["a new one", "help me", "who are you"]
    assert np.array_equal(first["help me"].vector, again["help me"].vector)
    assert np.array_equal(first["help me"].middle, again["help me"].middle)
    assert {item.pieces for item in (*first.values(), *again.values())} == {None}


def test_texts_that_are_read_alike_are_one(tmp_path: Path, store: Path) -> None:
    assert len(encoded(["help  me", "help me"], CountingEncoder(tmp_path, "one export"), store)) == 1


def test_another_encoder_reads_everything_itself(tmp_path: Path, store: Path) -> None:
    encoded(["help me"], CountingEncoder(tmp_path, "one export"), store)
    other = CountingEncoder(tmp_path, "another export")
    encoded(["help me"], other, store)
    assert other.seen == ["help me"]


def test_where_nothing_can_be_kept_the_texts_are_read_all_the_same(
    tmp_path: Path, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.screening.kept_encodings.os.access", lambda *_: False)
    encoder = CountingEncoder(tmp_path, "one export")
    assert list(encoded(["help me"], encoder, store)) == ["help me"]
    assert not store.exists()
