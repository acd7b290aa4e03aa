"""Hours as people type them, in any language: "at 10:30", "from 13 to 14"."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Final

_DASHES: Final = ("-", "–")


class Hours:
    """Hears hours; which words stand around them is listed for each language."""

    def __init__(self, to: Collection[str], between: Collection[str], after: Collection[str], how_often: Collection[str]) -> None:
        """Take the words of "10 to 12", "between 10 and 12" and "10 am", and those after a range that is none of hours: "5-6 times"."""
        spans = [rf"\b\d{{1,2}} ?(?:{_any_of([*_DASHES, *to])}) ?\d{{1,2}}\b"]
        if between:
            spans.append(rf"\b(?:{_any_of(between)})\s+\d{{1,2}}\s+\w{{1,3}}\s+\d{{1,2}}\b")
        marked = [r"[:.]\d\d\b", *([rf" ?(?:{_any_of(after)})\b"] if after else [])]
        no_count = rf"(?! ?(?:{_any_of(how_often)}))" if how_often else ""
        self._hour = re.compile(rf"\b\d{{1,2}}(?:{'|'.join(marked)})", re.IGNORECASE)
        self._span = re.compile(f"(?:{'|'.join(spans)}){no_count}", re.IGNORECASE)

    def named_in(self, text: str) -> bool:
        """Say whether a text names an hour, or two."""
        return self._hour.search(text) is not None or self._span.search(text) is not None


def _any_of(words: Collection[str]) -> str:
    return "|".join(map(re.escape, words))
