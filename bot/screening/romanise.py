"""How people write their language in Latin letters on a phone: variants for training.

Tables of chat habits, not of any standard: several habits for one letter where people differ. Ukrainian, Russian, Belarusian,
Bulgarian, Georgian, Hindi and Arabic (with the digits of the Arabic chat alphabet).
"""

from __future__ import annotations

import random
import re
import zlib
from typing import Final

_CYRILLIC_COMMON: Final = {
    "а": "a", "б": "b", "в": "v", "г": "g", "д": "d", "е": "e", "ж": "zh", "з": "z", "и": "i", "й": "y", "к": "k", "л": "l",
    "м": "m", "н": "n", "о": "o", "п": "p", "р": "r", "с": "s", "т": "t", "у": "u", "ф": "f", "х": "h", "ц": "c", "ч": "ch",
    "ш": "sh", "щ": "sch", "ь": "", "ъ": "", "ы": "y", "э": "e", "ю": "yu", "я": "ya", "ё": "yo", "і": "i", "ї": "yi", "є": "ye",
    "ґ": "g", "ў": "u", "'": "", "’": "",
}  # fmt: skip
_HABITS: Final[dict[str, tuple[dict[str, str], ...]]] = {
    "uk": (
        {"г": "h", "и": "y", "й": "i", "х": "kh", "ц": "ts", "щ": "shch", "ю": "iu", "я": "ia", "є": "ie", "ї": "i"},
        {"г": "h", "и": "y", "й": "j", "х": "h", "ц": "c", "щ": "sch", "ю": "ju", "я": "ja", "є": "je", "ї": "ji", "ж": "zh"},
        {"г": "h", "и": "y", "й": "y", "х": "h", "ц": "ts", "щ": "shch", "є": "ye", "ї": "yi"},
        {"г": "g", "и": "i", "х": "x", "ш": "w", "ч": "4"},
        {"г": "h", "и": "y", "в": "w", "ж": "ż", "ц": "c", "ч": "cz", "ш": "sz", "щ": "szcz", "х": "ch", "й": "j", "ю": "ju",
         "я": "ja", "є": "je", "ї": "ji"},  # as somebody who lives in Poland writes
    ),
    "ru": (
        {"х": "kh", "ц": "ts", "щ": "shch"},
        {"х": "h", "ц": "ts", "щ": "sch", "й": "i", "ы": "i"},
        {"ж": "j", "х": "h", "й": "j", "ю": "ju", "я": "ja", "щ": "sch"},
        {"х": "x", "ч": "4", "ш": "w", "я": "q", "ы": "i"},
        {"в": "w", "ж": "ż", "ц": "c", "ч": "cz", "ш": "sz", "щ": "szcz", "х": "ch", "й": "j", "ю": "ju", "я": "ja"},
    ),
    "be": (
        {"г": "h", "ў": "u", "х": "kh", "ц": "ts"},
        {"г": "h", "ў": "w", "х": "h", "ц": "c", "ю": "ju", "я": "ja", "ё": "jo", "й": "j"},
        {"г": "h", "ў": "ŭ", "х": "ch", "ц": "c", "ч": "č", "ш": "š", "ж": "ž", "й": "j", "ю": "ju", "я": "ja", "ё": "jo", "е": "je"},
    ),
    "bg": (
        {"ъ": "a", "щ": "sht", "ц": "ts", "х": "h"},
        {"ъ": "y", "щ": "sht", "ц": "c", "х": "h", "ж": "j"},
        {"ъ": "u", "щ": "6t", "ш": "6", "ч": "4", "ж": "j", "в": "w", "я": "q", "ц": "c"},
    ),
}  # fmt: skip
_GEORGIAN: Final = dict(
    zip(
        "აბგდევზთიკლმნოპჟრსტუფქღყშჩცძწჭხჯჰ",
        [
            "a",
            "b",
            "g",
            "d",
            "e",
            "v",
            "z",
            "t",
            "i",
            "k",
            "l",
            "m",
            "n",
            "o",
            "p",
            "j",
            "r",
            "s",
            "t",
            "u",
            "p",
            "q",
            "g",
            "y",
            "sh",
            "ch",
            "c",
            "dz",
            "w",
            "ch",
            "x",
            "j",
            "h",
        ],
        strict=True,
    )
)
_GEORGIAN_HABITS: Final[tuple[dict[str, str], ...]] = (
    {"ქ": "k", "ღ": "gh", "ყ": "k", "ც": "ts", "წ": "ts", "ხ": "kh", "ფ": "f", "ჟ": "zh"},
    {"ქ": "q", "ღ": "g", "ყ": "y", "ც": "c", "წ": "w", "ხ": "x", "ფ": "f", "ჭ": "W", "ჩ": "ch", "შ": "sh"},
    {"შ": "sh", "ღ": "r", "თ": "t", "ც": "c", "ძ": "z", "ქ": "k", "ხ": "kh"},
)
_HINDI_CONSONANTS: Final = dict(
    zip(
        "कखगघङचछजझञटठडढणतथदधनपफबभमयरलवशषसह",
        [
            "k",
            "kh",
            "g",
            "gh",
            "n",
            "ch",
            "chh",
            "j",
            "jh",
            "n",
            "t",
            "th",
            "d",
            "dh",
            "n",
            "t",
            "th",
            "d",
            "dh",
            "n",
            "p",
            "ph",
            "b",
            "bh",
            "m",
            "y",
            "r",
            "l",
            "v",
            "sh",
            "sh",
            "s",
            "h",
        ],
        strict=True,
    )
)
_HINDI_VOWELS: Final = {
    "अ": "a", "आ": "aa", "इ": "i", "ई": "ee", "उ": "u", "ऊ": "oo", "ऋ": "ri", "ए": "e", "ऐ": "ai", "ओ": "o", "औ": "au", "ऑ": "o",
    "ऍ": "e",
}  # fmt: skip
_HINDI_SIGNS: Final = {
    "ा": "aa", "ि": "i", "ी": "ee", "ु": "u", "ू": "oo", "ृ": "ri", "े": "e", "ै": "ai", "ो": "o", "ौ": "au", "ॉ": "o", "ॅ": "e",
}  # fmt: skip
_HINDI_HABITS: Final[tuple[dict[str, str], ...]] = (
    {"aa": "a", "ee": "i", "oo": "u"},
    {"aa": "a", "ee": "ee", "oo": "oo"},
    {"aa": "a", "ee": "i", "oo": "u", "v": "w", "chh": "ch", "ai": "e"},
    {"aa": "aa", "ee": "ee", "oo": "u", "ph": "f"},
)
_HINDI_SCHWA_INSIDE: Final = re.compile(r"(?<=[aeiou])([bcdfghjklmnpqrstvwxyz]h?)@([bcdfghjklmnpqrstvwxyz]h?[aeiou])")
_ARABIC: Final = {
    "ا": "a", "أ": "a", "إ": "e", "آ": "a", "ى": "a", "ة": "a", "ب": "b", "ت": "t", "ث": "th", "ج": "g", "ح": "7", "خ": "kh",
    "د": "d", "ذ": "z", "ر": "r", "ز": "z", "س": "s", "ش": "sh", "ص": "s", "ض": "d", "ط": "t", "ظ": "z", "ع": "3", "غ": "gh",
    "ف": "f", "ق": "2", "ك": "k", "ل": "l", "م": "m", "ن": "n", "ه": "h", "و": "w", "ي": "y", "ئ": "2", "ء": "2", "ؤ": "2",
    "ٌ": "", "ً": "", "ٍ": "", "َ": "a", "ُ": "o", "ِ": "i", "ّ": "", "ْ": "", "ـ": "", "؟": "?", "،": ",",
}  # fmt: skip
_ARABIC_HABITS: Final[tuple[dict[str, str], ...]] = (
    {},
    {"ج": "j", "خ": "5", "ق": "9", "غ": "8", "ص": "9"},
    {"ج": "j", "خ": "kh", "ق": "q", "ح": "h", "ع": "a", "ء": "", "ئ": "e", "ؤ": "o"},
    {"ج": "j", "خ": "5", "ط": "6", "ق": "8", "ذ": "th"},
)
_ARABIC_VOWELS: Final = frozenset("اأإآىةويَُِ")
_NO_WORD_OF_ITS_OWN: Final = re.compile(r"\bال")

LANGUAGES_IN_LATIN: Final = ("uk", "ru", "be", "bg", "ka", "hi", "ar")


def romanised_variants(text: str, language: str) -> list[str]:
    """Return the text in the Latin letters of chats, one variant; nothing for languages and texts without a table.

    For training. Which habit a text gets depends on the text alone, so that training is repeatable.
    """
    variant = romanised(text, language, random.Random(zlib.crc32(text.encode())))  # noqa: S311 - training variants, no secret
    return [] if variant is None else [variant]


def romanised(text: str, language: str, chance: random.Random) -> str | None:
    """Return the text in Latin letters by one habit that `chance` picks; None when it is in Latin letters already."""
    text = text.lower()
    if language in _HABITS and any("а" <= character <= "я" for character in text):
        return _replace(text, _CYRILLIC_COMMON | chance.choice(_HABITS[language]))
    if language == "ka" and any(character in _GEORGIAN for character in text):
        return _replace(text, _GEORGIAN | chance.choice(_GEORGIAN_HABITS))
    if language == "hi" and any("\u0900" <= character <= "\u097f" for character in text):
        return _hindi(text, chance.choice(_HINDI_HABITS))
    if language == "ar" and any("\u0600" <= character <= "\u06ff" for character in text):
        return _arabic(text, _ARABIC | chance.choice(_ARABIC_HABITS), chance)
    return None


def _replace(text: str, table: dict[str, str]) -> str:
    return "".join(table.get(character, character) for character in text)


def _hindi(text: str, habit: dict[str, str]) -> str:
    parts: list[str] = []
    open_consonant = False  # a consonant whose own short a ("@") may still be replaced by a vowel sign
    for character in text.replace("क़", "क").replace("ज़", "ज").replace("ड़", "र").replace("ढ़", "र").replace("फ़", "फ"):
        if character in _HINDI_CONSONANTS:
            parts.append("@" if open_consonant else "")
            parts.append(_HINDI_CONSONANTS[character])
            open_consonant = True
            continue
        if character in _HINDI_SIGNS:
            parts.append(_HINDI_SIGNS[character])
        elif character in "ंँ":
            parts.append("@n" if open_consonant else "n")
        elif character not in "़्":
            # At the end of a word the short a is silent.
            parts.append(_HINDI_VOWELS.get(character, "." if character == "।" else character))
        elif character == "़":
            continue
        open_consonant = False
    latin = _HINDI_SCHWA_INSIDE.sub(r"\1\2", "".join(parts)).replace("@", "a")
    for usual, written in habit.items():
        latin = latin.replace(usual, written)
    return latin


def _arabic(text: str, table: dict[str, str], chance: random.Random) -> str:
    article = chance.choice(("el", "al", "il"))
    latin = []
    for word in _NO_WORD_OF_ITS_OWN.sub("\u0001", text).split(" "):
        letters = []
        before_was_consonant = False
        for place, character in enumerate(word):
            if character == "\u0001":
                letters.append(article)
                before_was_consonant = False
                continue
            vowel = character in _ARABIC_VOWELS and not (place == 0 and character in "وي")
            written = table.get(character, character)
            if vowel and character == "و":
                written = chance.choice(("o", "u", "ou"))
            elif vowel and character == "ي":
                written = chance.choice(("i", "ee", "y"))
            elif character in table and before_was_consonant and place > 0 and chance.random() < 0.6:
                written = chance.choice(("a", "a", "e", "i")) + written
            letters.append(written)
            before_was_consonant = character in table and not vowel
        latin.append("".join(letters))
    return " ".join(latin)
