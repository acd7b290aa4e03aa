"""How people write their language in Latin letters on a phone: variants for training.

By the tables in `nlu_data/<language>/writing.yml`: an alphabet letter by letter; Devanagari and Arabic, which leave vowels out, by rules of
their own (Arabic with the digits of its chat alphabet).
"""

from __future__ import annotations

import random
import re
import zlib
from collections.abc import Callable, Mapping
from typing import Final

from bot.language.writing import InLatin, Letters, writings

_BLOCKS: Final[Mapping[str, tuple[str, str]]] = {  # the letters of a script that show that a text is written in it
    "CYRILLIC": ("а", "я"),
    "DEVANAGARI": ("\u0900", "\u097f"),
    "ARABIC": ("\u0600", "\u06ff"),
}
_SCHWA_INSIDE: Final = re.compile(r"(?<=[aeiou])([bcdfghjklmnpqrstvwxyz]h?)@([bcdfghjklmnpqrstvwxyz]h?[aeiou])")
_NO_WORD_OF_ITS_OWN: Final = re.compile(r"\bال")


def romanised_variants(text: str, language: str) -> list[str]:
    """Return the text in the Latin letters of chats, one variant; nothing for languages and texts without a table.

    For training. Which habit a text gets depends on the text alone, so that training is repeatable.
    """
    variant = romanised(text, language, random.Random(zlib.crc32(text.encode())))  # noqa: S311 - training variants, no secret
    return [] if variant is None else [variant]


def romanised(text: str, language: str, chance: random.Random) -> str | None:
    """Return the text in Latin letters by one habit that `chance` picks; None when it is in Latin letters already."""
    writing = writings().get(language)
    if writing is None or writing.in_latin is None:
        return None
    text = text.lower()
    if not _written_in(text, writing.script, writing.in_latin.letters):
        return None
    by_letters = _SCRIPTS.get(writing.script, _alphabet)
    return by_letters(text, writing.in_latin, chance.choice(writing.in_latin.habits), chance)


def _written_in(text: str, script: str, letters: Letters) -> bool:
    if script not in _BLOCKS:
        return any(character in letters for character in text)
    first, last = _BLOCKS[script]
    return any(first <= character <= last for character in text)


def _alphabet(text: str, table: InLatin, habit: Letters, _chance: random.Random) -> str:
    letters = table.letters | habit
    return "".join(letters.get(character, character) for character in text)


def _devanagari(text: str, table: InLatin, habit: Letters, _chance: random.Random) -> str:
    parts: list[str] = []
    open_consonant = False  # a consonant whose own short a ("@") may still be replaced by a vowel sign
    for character in text.replace("क़", "क").replace("ज़", "ज").replace("ड़", "र").replace("ढ़", "र").replace("फ़", "फ"):
        if character in table.letters:
            parts.append("@" if open_consonant else "")
            parts.append(table.letters[character])
            open_consonant = True
            continue
        if character in table.signs:
            parts.append(table.signs[character])
        elif character in "ंँ":
            parts.append("@n" if open_consonant else "n")
        elif character not in "़्":
            # At the end of a word the short a is silent.
            parts.append(table.vowels.get(character, "." if character == "।" else character))
        elif character == "़":
            continue
        open_consonant = False
    latin = _SCHWA_INSIDE.sub(r"\1\2", "".join(parts)).replace("@", "a")
    for usual, written in habit.items():
        latin = latin.replace(usual, written)
    return latin


def _arabic(text: str, table: InLatin, habit: Letters, chance: random.Random) -> str:
    known = table.letters | habit
    article = chance.choice(table.articles)
    latin = []
    for word in _NO_WORD_OF_ITS_OWN.sub("\u0001", text).split(" "):
        letters = []
        before_was_consonant = False
        for place, character in enumerate(word):
            if character == "\u0001":
                letters.append(article)
                before_was_consonant = False
                continue
            vowel = character in table.vowels and not (place == 0 and character in "وي")
            written = known.get(character, character)
            if vowel and character == "و":
                written = chance.choice(("o", "u", "ou"))
            elif vowel and character == "ي":
                written = chance.choice(("i", "ee", "y"))
            elif character in known and before_was_consonant and place > 0 and chance.random() < 0.6:
                written = chance.choice(("a", "a", "e", "i")) + written
            letters.append(written)
            before_was_consonant = character in known and not vowel
        latin.append("".join(letters))
    return " ".join(latin)


_SCRIPTS: Final[Mapping[str, Callable[[str, InLatin, Letters, random.Random], str]]] = {
    "DEVANAGARI": _devanagari,
    "ARABIC": _arabic,
}
