"""Which words of a message gave rise to an indicator."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from bot.messages import Evidence, Indicator
from bot.screening.encoder import Encoder
from bot.screening.heads import INDICATORS, Heads

MAX_CLAUSES = 8
_CLAUSE_END = re.compile(r"(?<=[.!?;…।؟،,\n])\s+|\s+[-–—]\s+")
_MIN_WORDS = 2


def clauses(text: str) -> list[str]:
    """Split a text into clauses of two words or more, at most MAX_CLAUSES."""
    parts: list[str] = []
    for part in _CLAUSE_END.split(text):
        if parts and (len(part.split()) < _MIN_WORDS or len(parts[-1].split()) < _MIN_WORDS):
            parts[-1] = f"{parts[-1]} {part}"
        else:
            parts.append(part)
    while len(parts) > MAX_CLAUSES:
        shortest = min(range(len(parts) - 1), key=lambda index: len(parts[index]) + len(parts[index + 1]))
        parts[shortest : shortest + 2] = [f"{parts[shortest]} {parts[shortest + 1]}"]
    return [part for part in parts if part]


def find_evidence(text: str, indicators: Sequence[Indicator], heads: Heads, encoder: Encoder) -> tuple[Evidence, ...]:
    """Return for each indicator the clause that carries it most; the whole text when it is one clause."""
    if not indicators:
        return ()
    parts = clauses(text)
    if len(parts) == 1:
        return tuple(Evidence(indicator, text) for indicator in indicators)
    scores = np.stack([heads.read(vector).indicators for vector in encoder.encode(parts)])
    return tuple(
        Evidence(indicator, parts[int(scores[:, INDICATORS.index(indicator.value)].argmax())]) for indicator in indicators
    )
