"""A message in the spelling of its language, for what reads more than alarms: most of its words may have been typed in another one.

"chu sap ve roi" is "chủ sắp về rồi" to whoever reads Vietnamese, and "ra vqna" is "რა ვქნა" to a Georgian; to an encoder they are other
words. Where only some words lack a mark, as in Polish on phones, a message is read as it is written: the encoder learned that.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from bot.screening.clauses import Reading, read_clauses
from bot.screening.encoder import Encoder
from bot.screening.spelling import Spelling

MOST: Final = 0.5  # of the words; of Vietnamese without marks some 0.7 are spelt otherwise, of Polish 0.3


@dataclass(frozen=True)
class Spelt:
    """A text in the spelling of its language and its reading; the words of each clause as they were typed."""

    text: str
    reading: Reading
    typed: tuple[str, ...]


def spelt(text: str, reading: Reading, spelling: Spelling, encoder: Encoder) -> Spelt:
    """Return a readable text as its language is spelt where most of its words were typed otherwise, else as it is written."""
    restored = spelling.restored(text, reading.language)
    words, others = text.split(), restored.split()
    if len(words) != len(others) or sum(one != other for one, other in zip(words, others, strict=True)) < MOST * len(words):
        return Spelt(text, reading, reading.clauses)
    again = read_clauses(restored, reading.language, encoder.read([restored])[0], encoder)
    return Spelt(restored, again, _as_typed(again.clauses, words))


def _as_typed(clauses: tuple[str, ...], words: list[str]) -> tuple[str, ...]:
    """Return the typed words of clauses that stand one behind the other."""
    typed, begin = [], 0
    for clause in clauses:
        end = begin + len(clause.split())
        typed.append(" ".join(words[begin:end]))
        begin = end
    return tuple(typed)
