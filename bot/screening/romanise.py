"""How people write their language in Latin letters on a phone: variants for training, and the way back.

Tables of chat habits, not of any standard: several habits for one letter where people differ.
"""

from __future__ import annotations

import random
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
        {"г": "g", "и": "i", "х": "x", "ш": "w", "ч": "4"},
    ),
    "ru": (
        {"х": "kh", "ц": "ts", "щ": "shch"},
        {"ж": "j", "х": "h", "й": "j", "ю": "ju", "я": "ja", "щ": "sch"},
        {"х": "x", "ч": "4", "ш": "w", "я": "q", "ы": "i"},
    ),
    "be": (
        {"г": "h", "ў": "u", "х": "kh", "ц": "ts"},
        {"г": "h", "ў": "ŭ", "х": "ch", "ц": "c", "ч": "č", "ш": "š", "ж": "ž", "й": "j", "ю": "ju", "я": "ja", "ё": "jo", "е": "je"},
    ),
    "bg": (
        {"ъ": "a", "щ": "sht", "ц": "ts", "х": "h"},
        {"ъ": "u", "щ": "6t", "ш": "6", "ч": "4", "ж": "j", "в": "w", "я": "q", "ц": "c"},
    ),
}
_GEORGIAN: Final = dict(
    zip(
        "აბგდევზთიკლმნოპჟრსტუფქღყშჩცძწჭხჯჰ",
        "a b g d e v z t i k l m n o p j r s t u p q g y sh ch c dz w ch x j h".split(),
        strict=True,
    )
)
_GEORGIAN_HABITS: Final = (
    {"ქ": "k", "ღ": "gh", "ყ": "k", "ც": "ts", "წ": "ts", "ხ": "kh", "ფ": "f", "ჟ": "zh"},
    {"შ": "sh", "ღ": "r", "თ": "t", "ც": "c", "ძ": "z"},
)


def romanised_variants(text: str, language: str) -> list[str]:
    """Return the text in the Latin letters of chats, one variant for each habit; nothing for languages without a table.

    For training. Which variants a text gets depends on the text alone, so that training is repeatable.
    """
    if language in _HABITS:
        if not any("а" <= character <= "я" for character in text.lower()):
            return []
        habits = _HABITS[language]
        chosen = random.Random(zlib.crc32(text.encode())).choice(habits)  # noqa: S311 - training variants, no secret
        return [_replace(text.lower(), _CYRILLIC_COMMON | chosen)]
    if language == "ka" and any(character in _GEORGIAN for character in text):
        chosen = random.Random(zlib.crc32(text.encode())).choice(_GEORGIAN_HABITS)  # noqa: S311
        return [_replace(text, _GEORGIAN | chosen)]
    return []


def _replace(text: str, table: dict[str, str]) -> str:
    return "".join(table.get(character, character) for character in text)
