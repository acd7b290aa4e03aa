"""Words that were typed in Latin letters, put back into those of their language, as far as the training rows know them.

"kazhut brekhaty" is "кажуть брехати". Which word is meant is looked up among the words of the rows in every habit of
`bot/screening/romanise.py`; what no row has is put back by rule, where the language has one.
"""

from __future__ import annotations

import random
import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import Final

from bot.screening.romanise import LANGUAGES_IN_LATIN, romanised
from bot.screening.rows import Row

HABITS_TRIED: Final = 12  # draws of a habit for each word
FEWEST_IN_ARABIC: Final = 2  # times that a word occurs: Arabic has very many spellings, and few are worth their room
_LATIN: Final = 0.8  # of the letters of a text
_WORD: Final = re.compile(r"[\w'’]+")
_RUSSIAN: Final = (
    "shch щ szcz щ sch щ zh ж kh х ts ц ch ч cz ч sh ш sz ш yu ю iu ю ju ю ya я ia я ja я ye е yo ё"
    " a а b б v в w в h х g г d д e е z з y ы i и k к l л m м n н o о p п r р s с t т u у f ф x х c ц j й"
)  # fmt: skip
_RULES: Final[Mapping[str, str]] = {
    "uk": (
        "shch щ szcz щ sch щ zh ж kh х ts ц ch ч cz ч sh ш sz ш yu ю iu ю ju ю ya я ia я ja я ye є ie є je є yi ї ji ї"
        " a а b б v в w в h г g г d д e е z з y и i і k к l л m м n н o о p п r р s с t т u у f ф x х c ц j й"
    ),
    "ru": _RUSSIAN,
    "be": _RUSSIAN.replace("i и", "i і").replace("h х", "h г"),
    "bg": (
        "sht щ zh ж ts ц ch ч sh ш yu ю ya я a а b б v в w в h х g г d д e е z з y ъ i и k к l л m м n н o о p п r р s с t т"
        " u у f ф x х c ц j й q я"
    ),
    "ka": (
        "sh შ ch ჩ ts ც dz ძ gh ღ kh ხ zh ჟ a ა b ბ g გ d დ e ე v ვ z ზ t თ i ი k კ l ლ m მ n ნ o ო p პ r რ s ს u უ f ფ q ქ y ყ"
        " c ც w წ x ხ j ჯ h ჰ"
    ),
}


def in_latin(text: str) -> bool:
    """Say whether nearly all letters of a text are Latin ones without diacritics."""
    letters = [character for character in text if character.isalpha()]
    return bool(letters) and sum(character.isascii() for character in letters) >= _LATIN * len(letters)


def learn_letters(rows: Sequence[Row]) -> dict[str, dict[str, str]]:
    """Return for each language the words of its rows by the ways in which people write them in Latin letters."""
    counts: dict[str, Counter[str]] = {language: Counter() for language in LANGUAGES_IN_LATIN}
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
    for word, times in sorted(counted.items()):
        if language == "ar" and times < FEWEST_IN_ARABIC:
            continue
        for seed in range(HABITS_TRIED):
            spelling = romanised(word, language, random.Random(seed))  # noqa: S311 - the same spellings always, no secret
            if spelling:
                meant[_bare(spelling)][word] = times
    return {spelling: words.most_common(1)[0][0] for spelling, words in sorted(meant.items())}


def _bare(word: str) -> str:
    return word.lower().replace("'", "").replace("’", "")


def _rules(language: str) -> list[tuple[str, str]]:
    parts = _RULES.get(language, "").split()
    return list(zip(parts[::2], parts[1::2], strict=True))


def _by_rule(word: str, rules: Sequence[tuple[str, str]]) -> str:
    if not rules or not word.isascii() or any(character.isdigit() for character in word):
        return word
    written, place, lowered = "", 0, word.lower()
    while place < len(lowered):
        latin, own = next((rule for rule in rules if lowered.startswith(rule[0], place)), (lowered[place], lowered[place]))
        written += own
        place += len(latin)
    return written
