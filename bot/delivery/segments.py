"""How a text travels as SMS: which alphabet it needs, how many segments it takes, and where it may be cut.

GSM-7 (3GPP TS 23.038) carries 160 characters in one segment and 153 in each of several; UCS-2 carries 70 and 67. One
character outside GSM-7 makes the whole text UCS-2, so typographic marks are replaced, and letters of languages that people write
without their marks on phones.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from typing import Final, Literal

import regex

from bot.language.sentences import SENTENCE_ENDS
from bot.language.writing import without_marks_in_sms

Alphabet = Literal["gsm7", "ucs2"]

GSM7_BASIC: Final = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ ÆæßÉ!\"#¤%&'()*+,-./0123456789:;<=>?¡"
    "ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
GSM7_EXTENSION: Final = frozenset("\f^{}\\[~]|€")  # each takes two septets, which stay together
SINGLE: Final[dict[Alphabet, int]] = {"gsm7": 160, "ucs2": 70}
JOINED: Final[dict[Alphabet, int]] = {"gsm7": 153, "ucs2": 67}
MAX_SEGMENTS: Final = 10  # of one message: what phones and networks still put together reliably

_TYPOGRAPHY: Final = str.maketrans(
    dict.fromkeys("“”„«»", '"')
    | dict.fromkeys("‘’‚ʼ′", "'")
    | dict.fromkeys("–—−‑•·", "-")
    | dict.fromkeys("\u00a0\u202f\u2009\t", " ")
    | dict.fromkeys("\u200b\u00ad\ufeff", "")
    | {"…": "...", "→": "->"}
)
_LETTERS: Final = str.maketrans("łŁđĐıçªº", "lLdDicao") | str.maketrans({"œ": "oe", "Œ": "OE"})

# What must not be cut: a number with its spaces, such as 22 628 01 20 or +48 22 628 01 20; anything that reads as one character.
_NUMBER: Final = regex.compile(r"\+?\d(?:[ \u00a0.\-/]?\d)*")
_CHARACTER: Final = regex.compile(r"\X")
_BEST_CUTS: Final = tuple(regex.compile(pattern) for pattern in (r"\n\n", r"\n", rf"(?<=[{SENTENCE_ENDS}])\s", r"\s"))


def alphabet(text: str) -> Alphabet:
    """Return the alphabet that a text needs."""
    return "gsm7" if all(sign in GSM7_BASIC or sign in GSM7_EXTENSION for sign in text) else "ucs2"


def segments(text: str) -> int:
    """Return how many segments a text takes, as the network counts: no pair of code units is divided between two."""
    kind = alphabet(text)
    sizes = [_units(sign, kind) for sign in text]
    if sum(sizes) <= SINGLE[kind]:
        return 1
    count, room = 1, JOINED[kind]
    for size in sizes:
        if size > room:
            count, room = count + 1, JOINED[kind]
        room -= size
    return count


def _units(sign: str, kind: Alphabet) -> int:
    if kind == "gsm7":
        return 2 if sign in GSM7_EXTENSION else 1
    return 2 if ord(sign) > 0xFFFF else 1


def plain(text: str, language: str) -> str:
    """Return the text as it is best sent: in GSM-7 where the language can live with it, unchanged otherwise."""
    if alphabet(text) == "gsm7":
        return text
    simple = text.translate(_TYPOGRAPHY)
    if alphabet(simple) == "ucs2" and language in without_marks_in_sms():
        simple = "".join(_without_mark(sign) for sign in unicodedata.normalize("NFC", simple))
    return simple if alphabet(simple) == "gsm7" else text


def _without_mark(sign: str) -> str:
    if alphabet(sign) == "gsm7":
        return sign
    decomposed = unicodedata.normalize("NFD", sign.translate(_LETTERS))
    return "".join(part for part in decomposed if not unicodedata.combining(part))


def fit(text: str, *, fits: Callable[[str], bool]) -> list[str]:
    """Cut a text into as few pieces as it needs, each of which fits; spaces at a cut are dropped, nothing else.

    Cuts fall between paragraphs, lines, sentences or words, in this order of preference; never inside a number or what reads as
    one character, unless that alone does not fit.
    """
    pieces = []
    rest = text.strip()
    while rest and not fits(rest):
        head = _longest_head(rest, fits)
        pieces.append(head.rstrip())
        rest = rest[len(head) :].lstrip()
    return [*pieces, rest] if rest or not pieces else pieces


def _longest_head(text: str, fits: Callable[[str], bool]) -> str:
    ends = _places(text, fits)
    low, high = 1, len(ends)  # the first place is always good: there must be progress
    while low < high:
        middle = (low + high + 1) // 2
        if fits(text[: ends[middle - 1]].rstrip()):
            low = middle
        else:
            high = middle - 1
    longest = ends[low - 1]
    for cut in _BEST_CUTS:
        last = max((end for end in ends[:low] if end > longest // 3 and cut.match(text, end)), default=None)
        if last is not None:
            return text[:last]
    return text[:longest]


def _places(text: str, fits: Callable[[str], bool]) -> list[int]:
    """Return where a text may be cut: after characters, but not inside numbers; finer when not even the first piece fits."""
    characters = [found.end() for found in _CHARACTER.finditer(text)]
    inside = {place for found in _NUMBER.finditer(text) for place in range(found.start() + 1, found.end())}
    outside_numbers = [place for place in characters if place not in inside]
    for places in (outside_numbers, characters):
        if fits(text[: places[0]]):
            return places
    return list(range(1, len(text) + 1))


def sms_pieces(text: str, language: str, *, limit: int) -> list[str]:
    """Return the SMS that carry a text: each at most MAX_SEGMENTS segments and `limit` characters."""
    return fit(plain(text, language), fits=lambda piece: segments(piece) <= MAX_SEGMENTS and len(piece) <= limit)


def utf16_length(text: str) -> int:
    """Return the number of UTF-16 code units, by which Telegram and UCS-2 count."""
    return len(text) + sum(1 for sign in text if ord(sign) > 0xFFFF)
