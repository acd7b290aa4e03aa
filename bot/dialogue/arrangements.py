"""What a message names of an arrangement: the time at which it is safe to write, and the word by which both sides know each other."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from bot.language.lexicon import Lexicon
from bot.language.sentences import QUESTION_MARKS, sentences
from bot.screening.clauses import clauses

LONGEST_TIME: Final = 8  # words in which a time is told; a longer sentence tells something else as well
LONGEST_WORD: Final = 3  # words of a code word; more are a sign with its rule: "without the word it is not me"
MOST_NOTED: Final = 200  # characters of a time, or of a code word with the rule that goes with it
LATEST_HOUR: Final = 24
_NUMBER: Final = re.compile(r"\d{1,9}")
_MARKS: Final = " .,;:!?…"  # around what is noted: it stands in a sentence of ours
_NAMED_WORD: Final = re.compile(
    r"[\"“„”«‘](?P<quoted>[^\"“„”«»‘’]{2,30})[\"”»’]"
    r"|(?:[:=]|\s[–—-])\s*(?P<after>[^\s.,;!?…]{2,30})\s*(?:[.,;!?…]|$)"
)


def as_noted(value: str) -> str:
    """Return what is noted of a time or a word, as it is stored and read back."""
    return value.strip(_MARKS)[:MOST_NOTED]


def time_named(text: str, language: str, lexicon: Lexicon) -> str:
    """Return the sentences that name a time and ask nothing else, of a long one its clauses; nothing where none names one."""

    def naming(parts: Sequence[str]) -> list[str]:
        return [part for part in parts if _has_an_hour(part) or lexicon.names_time(part, language)]

    named = naming(sentences(text))
    told = [part for part in named if not part.endswith(QUESTION_MARKS)] or named
    return " ".join(" ".join(naming(clauses(part, language)) or [part]) if _long(part) else part for part in told)


def _has_an_hour(text: str) -> bool:
    """Say whether a number stands in a text that may be an hour, and no sum of money."""
    return any(int(number) <= LATEST_HOUR for number in _NUMBER.findall(text))


def _long(sentence: str) -> bool:
    return len(sentence.split()) > LONGEST_TIME


def word_named(text: str) -> str:
    """Return what stands in quotation marks, or is the one word between a colon or a dash and the next mark; "" where nothing is."""
    found = _NAMED_WORD.search(text)
    return (found["quoted"] or found["after"]).strip() if found is not None else ""
