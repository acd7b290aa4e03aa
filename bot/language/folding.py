"""How texts and listed phrases are spelt when they are compared: without capitals, signs, and marks that make no other words."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from bot.language.identification import without_diacritics
from bot.language.normalise import readable, words
from bot.language.writing import writings

SURE_UNMARKED: Final = 3  # syllables of a Vietnamese phrase that means the same when it is typed without marks
_DRAWN_OUT: Final = re.compile(r"(\w)\1{2,}")


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
    if not keeps_marks(language):
        return frozenset(written)
    return frozenset(written | {without_diacritics(shape) for shape in written if len(shape.split()) >= SURE_UNMARKED})


def shape_of(text: str, language: str | None = None) -> str:
    """Return the words of a text as they are compared in a language: in small letters, with marks only where these make words."""
    return " ".join(words(spelt(text, language)))


def spelt(text: str, language: str | None) -> str:
    """Return a text in small letters and one apostrophe, with marks only where these make words."""
    return as_listed(_one_apostrophe(text), language)


def _one_apostrophe(text: str) -> str:
    # Telephones set the one apostrophe, lists hold the other.
    return readable(text).lower().replace("’", "'").replace("ʼ", "'").replace("`", "'")


def marked_shape(text: str) -> str:
    """Return the words of a text as `shape_of` does, with all marks, in the one spelling of each language that has several."""
    said = " ".join(words(_one_apostrophe(text)))
    for language in writings():
        if keeps_marks(language):
            said = as_listed(said, language)
    return said


def keeps_marks(language: str | None) -> bool:
    """Say whether marks make other words in a language."""
    writing = writings().get(language or "")
    return writing is not None and writing.marks_make_words


def as_listed(text: str, language: str | None) -> str:
    """Return words in small letters as the lists of a language are compared: without marks, or in one school's spelling of them."""
    if not keeps_marks(language):
        return without_diacritics(text)
    for old, new in writings()[language or ""].respellings:
        text = text.replace(old, new)
    return text
