"""The letters of a text are counted as scikit-learn counts them, to the last bit: weights that it learned hold for them."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from bot.language.ngrams import FEATURES, hashed
from bot.screening.rows import read_rows, training_files


def counted_by_the_library(texts: list[str]) -> Any:
    from sklearn.feature_extraction.text import HashingVectorizer

    counts = HashingVectorizer(
        analyzer="char_wb", ngram_range=(1, 5), n_features=FEATURES, alternate_sign=False, norm="l2", lowercase=False
    )
    return counts.transform(texts)


def assert_alike(texts: list[str]) -> None:
    theirs = counted_by_the_library(texts)
    for place, text in enumerate(texts):
        features, shares = hashed(text)
        row = slice(theirs.indptr[place], theirs.indptr[place + 1])
        assert np.array_equal(features, theirs.indices[row]), text
        assert np.array_equal(shares, theirs.data[row]), text


def test_messages_in_all_languages_are_counted_alike() -> None:
    texts = [row.text for row in read_rows(training_files())]
    assert len(texts) > 20_000
    assert_alike(texts[::25])  # of every language: the files are read one after the other


@given(st.text(max_size=30))
def test_whatever_is_written_is_counted_alike(text: str) -> None:
    assert_alike([text])
