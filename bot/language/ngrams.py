"""The letters of a text as numbers: every run of one to five letters of a word, hashed, and how often it occurs.

As scikit-learn's HashingVectorizer counts them (`char_wb`, no signs, rows of length one), without scikit-learn: that brings 65 MB and a
second of start to a program that otherwise only applies what was learned.
"""

from __future__ import annotations

from typing import Final

import mmh3
import numpy as np
from numpy.typing import NDArray

FEATURES: Final = 2**15
_LONGEST: Final = 5  # letters, of which the space before a word and the one after it are two


def ngrams(text: str) -> list[str]:
    """Return the n-grams of the words of a text, each word with a space before and after it."""
    found: list[str] = []
    for word in text.split():
        edged = f" {word} "
        for length in range(1, min(_LONGEST, len(edged)) + 1):
            found += [edged[start : start + length] for start in range(len(edged) - length + 1)]
    return found


def hashed(text: str) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    """Return which features a text has, in ascending order, and how much of each: a row of length one."""
    places = np.array([abs(mmh3.hash(ngram)) % FEATURES for ngram in ngrams(text)], dtype=np.intp)
    features, counts = np.unique(places, return_counts=True)
    return features, counts / np.sqrt(np.square(counts).sum())
