"""A message clause by clause. Clauses end at the marks between them and, as people on phones seldom set any, before conjunctions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from bot.language.sentences import marked_clauses
from bot.language.writing import writings
from bot.screening.encoder import Encoder, Encoding
from bot.screening.heads import Heads, Matrix

MOST_CLAUSES: Final = 8
FEWEST_WORDS: Final = 3  # of a clause; fewer say too little alone
LONGEST_UNSPLIT: Final = 5  # words that are not searched for a conjunction


@dataclass(frozen=True)
class Reading:
    """One message, encoded as a whole and clause by clause; a message of one clause has one encoding for both."""

    language: str
    whole: Encoding
    clauses: tuple[str, ...]
    encodings: tuple[Encoding, ...]

    def loudest(self, heads: Heads) -> Matrix:
        """Return for each indicator the likelihood in the clause that says it loudest."""
        return np.asarray(np.max([heads.read(item.vector).indicators for item in self.encodings], axis=0), dtype=np.float32)


def read_clauses(text: str, language: str, whole: Encoding, encoder: Encoder) -> Reading:
    """Encode a readable text's clauses; `whole` is the encoding of the text."""
    parts = clauses(text, language)
    if len(parts) < 2:
        return Reading(language, whole, (text,), (whole,))
    return Reading(language, whole, tuple(parts), tuple(encoder.read(parts)))


def read_all(texts: Sequence[str], languages: Sequence[str], encoder: Encoder) -> list[Reading]:
    """Encode several readable texts together with their clauses."""
    wholes = encoder.read(texts)
    return [read_clauses(text, language, whole, encoder) for text, language, whole in zip(texts, languages, wholes, strict=True)]


def clauses(text: str, language: str = "") -> list[str]:
    """Split a text into clauses, at most MOST_CLAUSES; without a known language at marks only."""
    joints = _joints(language)
    parts: list[str] = []
    for sentence in marked_clauses(text):
        for part in _before_conjunctions(sentence, joints):
            if parts and min(len(part.split()), len(parts[-1].split())) < FEWEST_WORDS:
                parts[-1] = f"{parts[-1]} {part}"
            else:
                parts.append(part)
    while len(parts) > MOST_CLAUSES:
        shortest = min(range(len(parts) - 1), key=lambda index: len(parts[index]) + len(parts[index + 1]))
        parts[shortest : shortest + 2] = [f"{parts[shortest]} {parts[shortest + 1]}"]
    return [part for part in parts if part]


def without_conjunction(clause: str, language: str) -> str:
    """Return a clause without the conjunction that it begins with."""
    first, _, rest = clause.partition(" ")
    return rest if rest and first.casefold() in _joints(language) else clause


def _joints(language: str) -> frozenset[str]:
    writing = writings().get(language)
    return frozenset() if writing is None else writing.conjunctions


def _before_conjunctions(sentence: str, joints: frozenset[str]) -> list[str]:
    said = sentence.split()
    if len(said) <= LONGEST_UNSPLIT or not joints:
        return [sentence]
    parts: list[list[str]] = [[]]
    for place, word in enumerate(said):
        enough = len(parts[-1]) >= FEWEST_WORDS and len(said) - place >= FEWEST_WORDS
        if enough and word.casefold() in joints:
            parts.append([])
        parts[-1].append(word)
    return [" ".join(part) for part in parts]
