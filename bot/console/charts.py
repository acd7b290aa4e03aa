"""Charts as rectangles, for SVG that is drawn by the server: no script, no style attribute."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from bot.console.suppression import Figure

WIDTH: Final = 320  # of the drawing; the page scales it
ROW: Final = 36
BAR: Final = 12
COLUMNS_HEIGHT: Final = 120
HIDDEN_LENGTH: Final = 6  # a hidden count has a mark of one size, whatever it is


@dataclass(frozen=True)
class Bar:
    """One bar: where it is, and what stands beside it."""

    label: str
    text: str
    x: float
    y: float
    width: float
    height: float
    hidden: bool


@dataclass(frozen=True)
class Chart:
    """A drawing of `WIDTH` by `height`; `highest` is the largest figure."""

    bars: tuple[Bar, ...]
    height: int
    highest: int


def bars(rows: Sequence[tuple[str, Figure]]) -> Chart:
    """Return bars that lie below each other, each with its label above."""
    highest = _highest(rows)
    drawn = tuple(
        Bar(label, value.text, 0, number * ROW + 18, _length(value, highest, WIDTH), BAR, value.shown is None)
        for number, (label, value) in enumerate(rows)
    )
    return Chart(drawn, max(ROW, len(rows) * ROW), highest)


def columns(rows: Sequence[tuple[str, Figure]]) -> Chart:
    """Return columns that stand side by side."""
    highest, step = _highest(rows), WIDTH / max(1, len(rows))
    drawn = []
    for number, (label, value) in enumerate(rows):
        length = _length(value, highest, COLUMNS_HEIGHT)
        left = round(number * step + step * 0.1, 2)
        drawn.append(Bar(label, value.text, left, COLUMNS_HEIGHT - length, round(step * 0.8, 2), length, value.shown is None))
    return Chart(tuple(drawn), COLUMNS_HEIGHT, highest)


def _highest(rows: Sequence[tuple[str, Figure]]) -> int:
    return max((value.shown or 0 for _, value in rows), default=0)


def _length(value: Figure, highest: int, longest: int) -> float:
    if value.shown is None:
        return HIDDEN_LENGTH
    return round(longest * value.shown / highest, 2) if highest else 0
