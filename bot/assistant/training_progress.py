"""How far training is: one bar for all of it, on a terminal only."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import tqdm

# What is done, in order, and roughly which share of the time it takes.
PARTS: Final = {
    "reading the messages": 3,
    "languages": 4,
    "urgency": 18,
    "vectors": 10,
    "phrases": 3,
    "turns": 6,
    "n-grams": 4,
    "commands": 55,
    "dialogue": 3,
}
_FORMAT: Final = "{desc:<22} {percentage:3.0f} % |{bar:40}| {elapsed}"
_shown: list[Any] = []


@contextmanager
def progress_bar() -> Iterator[None]:
    """Show a bar as long as the block lasts; where there is no terminal, nothing."""
    with tqdm.tqdm(total=sum(PARTS.values()), bar_format=_FORMAT, leave=False, file=sys.stderr, disable=None) as bar:
        _shown.append(bar)
        try:
            reached("reading the messages")
            yield
        finally:
            _shown.pop()


def reached(part: str, done: int = 0, total: int = 1) -> None:
    """Say that training is at a part, one of PARTS, and how much of it is done; it never goes back."""
    if not _shown:
        return
    names = list(PARTS)
    before = sum(PARTS[name] for name in names[: names.index(part)])
    bar = _shown[-1]
    bar.set_description_str(part, refresh=False)
    bar.n = max(bar.n, before + PARTS[part] * done / max(total, 1))
    bar.refresh()
