"""The question that stands inside a longer message: "my boss took our passports, when can I call you?"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from bot.lexicon import Lexicon
from bot.screening.normalise import words

MOST_CLAUSES: Final = 3  # questions of one message that are looked at, from the last: each costs a screening
SHORTEST: Final = 2  # words of a clause that can be a question by itself
_END: Final = re.compile(r"(?<=[.!?;…؟？।,،\n])\s+|\n+|\s+[-–—]\s+")


def questions_in(text: str, language: str, lexicon: Lexicon) -> list[str]:
    """Return the clauses of a message that ask something, the last first; none when the whole message is one clause.

    Many write without commas: then what follows the last question word counts as a clause.
    """
    clauses = _clauses(text)
    asking = [clause for clause in reversed(clauses) if len(words(clause)) >= SHORTEST and lexicon.asks(clause, language)]
    if len(clauses) == 1:
        asking = list(_tails(text, language, lexicon))
    return asking[:MOST_CLAUSES]


def told_beside(text: str, language: str, lexicon: Lexicon) -> str:
    """Return what a message of several clauses tells besides asking; empty when it asks nothing, or does nothing else."""
    clauses = _clauses(text)
    told = [clause for clause in clauses if not lexicon.asks(clause, language)]
    beside = " ".join(told) if len(told) < len(clauses) else ""
    return beside if len(words(beside)) > SHORTEST else ""


def _clauses(text: str) -> list[str]:
    return [clause.strip() for clause in _END.split(text) if clause and clause.strip()]


def _tails(text: str, language: str, lexicon: Lexicon) -> Iterator[str]:
    spoken = text.split()
    for place in range(len(spoken) - SHORTEST - 1, 2, -1):
        if lexicon.begins_question(spoken[place], language):
            yield " ".join(spoken[place:])
            return
