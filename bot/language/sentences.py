"""Where sentences and clauses end, in every writing of the languages served: one table for all that cuts texts."""

from __future__ import annotations

import re
from typing import Final

QUESTION_MARKS: Final = ("?", "؟", "？")
SENTENCE_ENDS: Final = f".!…।։{''.join(QUESTION_MARKS)}"
CLAUSE_ENDS: Final = f"{SENTENCE_ENDS};؛,،"
DASHES: Final = "-–—"

_SENTENCE: Final = re.compile(rf"(?<=[{SENTENCE_ENDS};؛])\s+|\n+")
_CLAUSE: Final = re.compile(rf"(?<=[{CLAUSE_ENDS}])\s+|\s+[{DASHES}]\s+|\n+")


def sentences(text: str) -> list[str]:
    """Return the sentences of a text with their marks; a semicolon or a new line ends one as well."""
    return [part for part in map(str.strip, _SENTENCE.split(text)) if part]


def marked_clauses(text: str) -> list[str]:
    """Return the parts of a text between its marks, commas and dashes among them."""
    return [part for part in map(str.strip, _CLAUSE.split(text)) if part]
