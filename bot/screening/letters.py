"""Words that were typed in Latin letters, put back into those of their language, as far as the training rows know them.

"kazhut brekhaty" is "кажуть брехати". Which word is meant is looked up among the words of the rows in every habit of
`bot/language/romanise.py`; what no row has is put back by rule, where the language has one.
"""

from __future__ import annotations

import random
import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import Final

from bot.language.romanise import romanised
from bot.language.writing import romanised_languages, writings
from bot.screening.rows import Row

HABITS_TRIED: Final = 12  # draws of a habit for each word
_LATIN: Final = 0.8  # of the letters of a text
_WORD: Final = re.compile(r"[\w'’]+")


def in_latin(text: str) -> bool:
    """Say whether nearly all letters of a text are Latin ones without diacritics."""
    letters = [character for character in text if character.isalpha()]
    return bool(letters) and sum(character.isascii() for character in letters) >= _LATIN * len(letters)


def learn_letters(rows: Sequence[Row]) -> dict[str, dict[str, str]]:
    """Return for each language the words of its rows by the ways in which people write them in Latin letters."""
    counts: dict[str, Counter[str]] = {language: Counter() for language in romanised_languages()}
    for row in rows:
        if row.language in counts and not in_latin(row.text):
            counts[row.language].update(word for word in _WORD.findall(row.text.lower()) if not word.isascii())
    return {language: _by_spelling(counted, language) for language, counted in counts.items()}


def in_own_letters(text: str, language: str, known: Mapping[str, str]) -> str:
    """Return a text in the letters of its language; words that are neither known nor ruled on stay as they are."""
    rules = _rules(language)
    return _WORD.sub(lambda word: known.get(_bare(word[0])) or _by_rule(word[0], rules), text)


def _by_spelling(counted: Counter[str], language: str) -> dict[str, str]:
    meant: dict[str, Counter[str]] = defaultdict(Counter)
    table = writings()[language].in_latin
    for word, times in sorted(counted.items()):
        if table is not None and times < table.fewest:
            continue
        for seed in range(HABITS_TRIED):
            spelling = romanised(word, language, random.Random(seed))  # noqa: S311 - the same spellings always, no secret
            if spelling:
                meant[_bare(spelling)][word] = times
    return {spelling: words.most_common(1)[0][0] for spelling, words in sorted(meant.items())}


def _bare(word: str) -> str:
    return word.lower().replace("'", "").replace("’", "")


def _rules(language: str) -> list[tuple[str, str]]:
    writing = writings().get(language)
    return writing.in_latin.rules if writing is not None and writing.in_latin is not None else []


def _by_rule(word: str, rules: Sequence[tuple[str, str]]) -> str:
    if not rules or not word.isascii() or any(character.isdigit() for character in word):
        return word
    written, place, lowered = "", 0, word.lower()
    while place < len(lowered):
        latin, own = next((rule for rule in rules if lowered.startswith(rule[0], place)), (lowered[place], lowered[place]))
        written += own
        place += len(latin)
    return written
