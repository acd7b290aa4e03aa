"""How texts and listed phrases are spelt when they are compared: without capitals, signs and diacritics, but for Vietnamese."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from bot.language.identification import without_diacritics
from bot.language.normalise import readable, words
from bot.language.writing import writings

MARKED: Final = "vi"  # the language whose words are told apart by their marks
SURE_UNMARKED: Final = 3  # syllables of a Vietnamese phrase that means the same when it is typed without marks
_DRAWN_OUT: Final = re.compile(r"(\w)\1{2,}")
# Two schools set the tone of these on either letter: "xóa", "xoá".
_TONES: Final = tuple(
    (old[place : place + 2], new[place : place + 2])
    for old, new in (("óaòaỏaõaọa", "oáoàoảoãoạ"), ("óeòeỏeõeọe", "oéoèoẻoẽoẹ"), ("úyùyủyũyụy", "uýuỳuỷuỹuỵ"))
    for place in range(0, len(old), 2)
)


def standing_in(text: str, phrases: frozenset[str], language: str) -> list[str]:
    """Return which phrases stand in a text as whole words."""
    shape = f" {shape_of(text, language)} "
    return [phrase for phrase in phrases if f" {phrase} " in shape]


def without_fillers(shape: str, language: str) -> str:
    """Return a short text without the words that people put in front of a wish: "no tak, skasuj", "ну давай удали"."""
    spoken, writing = shape.split(), writings().get(language)
    fillers = frozenset() if writing is None else frozenset(writing.fillers.split())
    while len(spoken) > 1 and as_listed(spoken[0], language) in fillers:
        spoken = spoken[1:]
    return " ".join(spoken)


def said_once(shape: str) -> str:
    """Return a text as it is without what is only cried again or drawn out: "help help", "ayudaaa"."""
    spoken = _DRAWN_OUT.sub(r"\1", shape).split()
    for length in range(1, len(spoken) // 2 + 1):
        whole, rest = divmod(len(spoken), length)
        if not rest and spoken == spoken[:length] * whole:
            return " ".join(spoken[:length])
    return " ".join(spoken)


def shapes(phrases: Iterable[str], language: str) -> frozenset[str]:
    """Return phrases as texts are compared with them.

    Of Vietnamese ones those of a few syllables are also known without their marks; "no toi", shorter, is any of four sentences.
    """
    written = {shape_of(phrase, language) for phrase in phrases}
    if language != MARKED:
        return frozenset(written)
    return frozenset(written | {without_diacritics(shape) for shape in written if len(shape.split()) >= SURE_UNMARKED})


def shape_of(text: str, language: str | None = None) -> str:
    """Return the words of a text as they are compared in a language: in small letters, with marks only where these make words."""
    return " ".join(words(spelt(text, language)))


def spelt(text: str, language: str | None) -> str:
    """Return a text in small letters and one apostrophe, with marks only where these make words."""
    # Telephones set the one apostrophe, lists hold the other.
    text = readable(text).lower().replace("’", "'").replace("ʼ", "'").replace("`", "'")
    return as_listed(text, language)


def as_listed(text: str, language: str | None) -> str:
    """Return words in small letters as the lists of a language are compared: Vietnamese with its marks, in one school's spelling."""
    if language != MARKED:
        return without_diacritics(text)
    for old, new in _TONES:
        text = text.replace(old, new)
    return text
