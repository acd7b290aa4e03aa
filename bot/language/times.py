"""Hours as people type them, in any language: "at 10:30", "from 13 to 14"."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Final

_HOUR: Final = re.compile(r"\b\d{1,2}(?:[:.]\d\d\b| ?(?:am|pm|h)\b)", re.IGNORECASE)
_DASHES: Final = ("-", "–")


class Hours:
    """Hears hours; which words stand around two of them is listed for each language."""

    def __init__(self, to: Collection[str], between: Collection[str], how_often: Collection[str]) -> None:
        """Take the words of "10 to 12", of "between 10 and 12", and those after a range that is none of hours, as in "5-6 times"."""
        spans = [rf"\b\d{{1,2}} ?(?:{_any_of([*_DASHES, *to])}) ?\d{{1,2}}\b"]
        if between:
            spans.append(rf"\b(?:{_any_of(between)})\s+\d{{1,2}}\s+\w{{1,3}}\s+\d{{1,2}}\b")
        no_count = rf"(?! ?(?:{_any_of(how_often)}))" if how_often else ""
        self._span = re.compile(f"(?:{'|'.join(spans)}){no_count}", re.IGNORECASE)

    def named_in(self, text: str) -> bool:
        """Say whether a text names an hour, or two."""
        return _HOUR.search(text) is not None or self._span.search(text) is not None


def _any_of(words: Collection[str]) -> str:
    return "|".join(map(re.escape, words))
