"""What is done to a text before anything reads it."""

from __future__ import annotations

import re
import unicodedata

MAX_CHARACTERS = 1000  # that are read at once: see bot/screening/parts.py
_BIDI_AND_INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\u00ad]")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_SPACES = re.compile(r"\s+")
_REPEATS = re.compile(r"(.)\1{4,}")
# A letter, or a mark that belongs to one: Python's \w knows no vowel signs of Devanagari and no Arabic points.
_LETTER = "(?:[^\\W\\d_]|[\u0300-\u036f\u064b-\u0652\u0900-\u0903\u093a-\u094f\u0951-\u0957\u0962\u0963])"
_WORD = re.compile(f"{_LETTER}+(?:['’ʼ-]{_LETTER}+)*")
_TOKEN = re.compile(f"[0-9]+|{_WORD.pattern}|[^\\w\\s]")


def printable(text: str) -> str:
    """Return the text without control characters and lone surrogates: fit to be stored and shown."""
    if text.isascii() and text.isprintable():
        return text
    text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return _CONTROL.sub("", unicodedata.normalize("NFC", text))


def one_line(text: str) -> str:
    """Return the text printable, without invisible marks and long repeats, on one line."""
    text = _SPACES.sub(" ", _BIDI_AND_INVISIBLE.sub("", printable(text))).strip()
    return _REPEATS.sub(r"\1\1\1", text)


def readable(text: str) -> str:
    """Return the text as the models read it at once: on one line, capped.

    The middle of a longer text is left out: people put what matters first or last. It is read in parts besides.
    """
    text = one_line(text)
    if len(text) <= MAX_CHARACTERS:
        return text
    half = MAX_CHARACTERS // 2
    return f"{text[:half]} … {text[-half:]}"


def words(text: str) -> list[str]:
    """Return the words of a text, in order, without digits and signs."""
    return _WORD.findall(text)


def tokens(text: str) -> list[str]:
    """Return the words, numbers and signs of a text, in order."""
    return _TOKEN.findall(text)


def says_something(text: str) -> bool:
    """Say whether there is a word or a number in the text; an emoji or a dot is neither."""
    return any(character.isalnum() for character in text)
