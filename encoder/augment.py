"""Other ways in which people could have typed the same message. The labels stay the same."""

from __future__ import annotations

import random
import re
from collections.abc import Callable

from bot.language.identification import without_diacritics
from bot.language.romanise import romanised
from bot.language.writing import romanised_languages

_SIGNS = re.compile(r"[^\w\s'’]+")
_NEIGHBOURS = {
    "q": "wa", "w": "qes", "e": "wrd", "r": "etf", "t": "ryg", "y": "tuh", "u": "yij", "i": "uok", "o": "ipl", "p": "ol", "a": "qsz",
    "s": "adw", "d": "sfe", "f": "dgr", "g": "fht", "h": "gjy", "j": "hku", "k": "jli", "l": "kop", "z": "xas", "x": "zcs", "c": "xvd",
    "v": "cbf", "b": "vng", "n": "bmh", "m": "nj",
}  # fmt: skip
Change = Callable[[str, random.Random], str]


def varied(text: str, language: str, chance: random.Random) -> str:
    """Return the text as another hand could have typed it."""
    if language in romanised_languages() and chance.random() < 0.33:
        text = romanised(text, language, chance) or text
    elif chance.random() < 0.5:
        text = without_diacritics(text)
    if chance.random() < 0.4:
        text = text.lower()
    elif chance.random() < 0.06:
        text = text.upper()
    if chance.random() < 0.35:
        text = _SIGNS.sub(" ", text) if chance.random() < 0.6 else text.rstrip(".!?…")
    for _ in range(chance.choice((0, 0, 0, 1, 1, 2, 3)) if len(text) > 15 else 0):
        text = _slip(text, chance)
    return " ".join(text.split())


def _slip(text: str, chance: random.Random) -> str:
    places = [index for index, character in enumerate(text[:-1]) if character.isalpha()]
    if not places:
        return text
    place = chance.choice(places)
    kind = chance.random()
    if kind < 0.35:
        return text[:place] + text[place + 1 :]
    if kind < 0.65:
        return text[:place] + text[place + 1] + text[place] + text[place + 2 :]
    if kind < 0.8:
        return text[:place] + text[place] + text[place:]
    return text[:place] + chance.choice(_NEIGHBOURS.get(text[place], text[place])) + text[place + 1 :]
