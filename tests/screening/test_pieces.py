"""Words are cut into the very pieces into which the library cuts them that the encoder was trained with."""

from __future__ import annotations

import functools
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Tokenizer

from bot.screening.pieces import Pieces
from bot.screening.rows import NLU_DATA
from bot.screening.tuned import MODEL

FILE = MODEL / "tokenizer.json"
NORMAL = {ord(key): value for key, value in json.loads((MODEL / "normal_form.json").read_text(encoding="utf-8")).items()}
ODD = ("<s>", "</s>", "<unk>", "<mask>", "▁", "▁▁", "🙂", "漢", "\0", "\u0301", "ა", "paszport", "dokumenty")


@functools.cache  # when a test asks, as every process of the tests imports this module
def ours() -> Pieces:
    return Pieces.load(FILE)


@functools.cache
def theirs() -> Tokenizer:
    return Tokenizer.from_file(str(FILE))


def cut_by_the_library(words: list[str]) -> tuple[list[int], list[int]]:
    found = theirs().encode(words, is_pretokenized=True, add_special_tokens=False)
    return found.ids, found.word_ids


def test_words_of_the_data_are_cut_alike() -> None:
    said = {word for path in NLU_DATA.rglob("*.yml") for word in path.read_text(encoding="utf-8").split()}
    words = sorted({part for word in said for part in word.translate(NORMAL).split()})[::8]  # of all beginnings, in all scripts
    assert len(words) > 10_000
    cut = theirs().encode_batch([[word] for word in words], is_pretokenized=True, add_special_tokens=False)
    others = [word for word, their in zip(words, cut, strict=True) if ours().cut([word])[0] != their.ids]
    assert not others


@given(
    st.lists(st.lists(st.sampled_from(ODD) | st.text(min_size=1, max_size=4), min_size=1, max_size=5).map("".join), max_size=6)
)
def test_whatever_is_written_is_cut_alike_and_belongs_to_its_word(words: list[str]) -> None:
    written = [part for word in words for part in word.split()]  # as the encoder gives them: no spaces inside
    assert ours().cut(written) == cut_by_the_library(written)


def test_a_very_long_word_is_cut_alike() -> None:
    word = "niedopowiedziane" * 200 + "漢字" * 300
    assert ours().cut([word]) == cut_by_the_library([word])


def test_a_file_that_cuts_in_another_way_is_refused(tmp_path: Path) -> None:
    told = json.loads(FILE.read_text(encoding="utf-8"))
    told["model"] = {**told["model"], "vocab": told["model"]["vocab"][:50], "byte_fallback": True}
    (tmp_path / "tokenizer.json").write_text(json.dumps(told))
    with pytest.raises(ValueError, match="cuts texts in a way"):
        Pieces.load(tmp_path / "tokenizer.json")
