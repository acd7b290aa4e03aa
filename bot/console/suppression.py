"""What keeps published counts from telling about single people.

Every count is rounded to the nearest five, and 1 to 4 is shown as "<5". Rounding is what protects against subtraction, between the
cells of a table and its total as well as between two periods: each cell beside a hidden one is only known to within two. Where all
cells of a table are hidden, its total could still give them away (eight in two hidden cells are four and four): then the table is
withheld.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

SMALLEST: Final = 5
BASE: Final = 5
_LEFT: Final = 3  # so many different values must remain possible for each hidden cell


@dataclass(frozen=True)
class Figure:
    """A count as it is published: `shown` is what it was rounded to, None where it is hidden."""

    shown: int | None

    @property
    def text(self) -> str:
        """Return what people read."""
        return f"<{SMALLEST}" if self.shown is None else str(self.shown)

    @property
    def bounds(self) -> tuple[int, int]:
        """Return between which counts the true one lies, as far as a reader can tell."""
        if self.shown is None:
            return 1, SMALLEST - 1
        if self.shown == 0:
            return 0, 0
        return max(SMALLEST, self.shown - BASE // 2), self.shown + BASE // 2


@dataclass(frozen=True)
class Protected:
    """A table as it is published. `cells` is empty when it was withheld; `total` is None where cells do not add up to one."""

    cells: Mapping[str, Figure]
    total: Figure | None
    withheld: bool = False


def figure(count: int) -> Figure:
    """Return a count as it is published."""
    if 0 < count < SMALLEST:
        return Figure(None)
    return Figure((count + BASE // 2) // BASE * BASE)


def protect(counts: Mapping[str, int], *, adds_up: bool = True) -> Protected:
    """Return a table as it is published; `adds_up` says that its cells add up to the total that is shown with it."""
    cells = {key: figure(count) for key, count in counts.items()}
    if not adds_up:
        return Protected(cells, None)
    total = figure(sum(counts.values()))
    if total.shown is None or not _safe(cells, total):
        return Protected({}, total, withheld=True)
    return Protected(cells, total)


def _safe(cells: Mapping[str, Figure], total: Figure) -> bool:
    """Say whether several values remain possible for each hidden cell, for a reader who knows all bounds and the total."""
    least, most = total.bounds
    lows = sum(cell.bounds[0] for cell in cells.values())
    highs = sum(cell.bounds[1] for cell in cells.values())
    for cell in cells.values():
        if cell.shown is None:
            low, high = cell.bounds
            low, high = max(low, least - (highs - high)), min(high, most - (lows - low))
            if high - low + 1 < _LEFT:
                return False
    return True
