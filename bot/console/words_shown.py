"""People's words as the console shows them: the evidence marked, and no sign that could turn the page's own text around."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

from bot.messages import Indicator
from bot.storage.conversations import OpenedMessage

# Overrides and isolates can make text read backwards or turn what follows; the page isolates each message.
_TURNING: Final = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_OVERRIDING: Final = re.compile("[\u202a-\u202e]")
_SPACE: Final = re.compile(r"\s+")


@dataclass(frozen=True)
class MarkedWords:
    """A piece of a message, and the indicators that it gave rise to."""

    words: str
    indicators: tuple[Indicator, ...] = ()


def shown(text: str) -> str:
    """Return a person's words without the invisible signs that change the direction of text."""
    return _TURNING.sub("", text)


def our_words(text: str) -> str:
    """Return a text of the program: it keeps its isolates, which hold numbers together in Arabic."""
    return _OVERRIDING.sub("", text)


def parts(said: OpenedMessage) -> list[MarkedWords]:
    """Return a message in pieces, the evidence apart; evidence that is not found in the text marks nothing."""
    text = shown(said.text)
    if said.screening is None or said.author != "person":
        return [MarkedWords(text if said.author == "person" else our_words(said.text))]
    spans = [
        (*span, evidence.indicator)
        for evidence in said.screening.indicators
        if (span := _find(text, shown(evidence.words))) is not None
    ]
    edges = sorted({0, len(text), *(edge for start, end, _ in spans for edge in (start, end))})
    pieces = [
        MarkedWords(text[start:end], tuple(indicator for first, last, indicator in spans if first <= start and end <= last))
        for start, end in pairwise(edges)
    ]
    return _joined(pieces) or [MarkedWords("")]


def _find(text: str, words: str) -> tuple[int, int] | None:
    words = _SPACE.sub(" ", words).strip()
    if not words:
        return None
    # The screener reads the text on one line and shortens long repeats; spaces may differ, letters' case may not matter.
    pattern = r"\s+".join(re.escape(word) for word in words.split(" "))
    found = re.search(pattern, text, re.IGNORECASE)
    return found.span() if found else None


def _joined(pieces: list[MarkedWords]) -> list[MarkedWords]:
    joined: list[MarkedWords] = []
    for piece in pieces:
        if joined and joined[-1].indicators == piece.indicators:
            joined[-1] = MarkedWords(joined[-1].words + piece.words, piece.indicators)
        else:
            joined.append(piece)
    return joined


FILTERS: Final[dict[str, Callable[..., Any]]] = {"shown": shown, "parts": parts}
