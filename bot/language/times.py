"""Hours as people type them, in any language: "at 10:30", "from 13 to 14"."""

from __future__ import annotations

import re
from typing import Final

_HOUR: Final = re.compile(r"\b\d{1,2}(?:[:.]\d\d\b| ?(?:am|pm|h)\b)", re.IGNORECASE)
# "10 to 12", "between 10 and 12"; not "5-6 times".
_RANGE: Final = (
    r"\b\d{1,2} ?(?:-|–|a|à|às|to|do|до|la|đến|den|hanggang|से) ?\d{1,2}\b"
    r"|\b(?:between|między|miedzy|pomiędzy|між|между|паміж|entre|între|intre|giữa|pagitan|بين)\s+\d{1,2}\s+\w{1,3}\s+\d{1,2}\b"
)
_OFTEN: Final = r"(?! ?(?:times|x|razy|раз|рази|разів|разоў|пъти|veces|fois|vezes|ori|kez|kere|defa|lần|beses|बार|مرات|ჯერ))"
_HOURS: Final = re.compile(f"(?:{_RANGE}){_OFTEN}", re.IGNORECASE)


def names_hour(text: str) -> bool:
    """Say whether a text names an hour, or two."""
    return _HOUR.search(text) is not None or names_hours(text)


def names_hours(text: str) -> bool:
    """Say whether a text names two hours: "from 13 to 14"."""
    return _HOURS.search(text) is not None
