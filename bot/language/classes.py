"""The classes that learned heads tell apart, in the order of their rows, and the check that a file means the same ones."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from bot.messages import LANGUAGES, TOPICS, Indicator, Speaker, Triage

TRIAGES = tuple(level.value for level in Triage)
INDICATORS = tuple(indicator.value for indicator in Indicator)
SPEAKERS = tuple(speaker.value for speaker in Speaker)
CLASSES = {"topic": TOPICS, "triage": TRIAGES, "indicators": INDICATORS, "speaker": SPEAKERS, "language": LANGUAGES}


class ClassesDiffer(Exception):
    """A model names its classes otherwise than this program, whose labels it would exchange; the message says which and what to do."""


def check_classes(
    stored: Mapping[str, Iterable[str]], names: Iterable[str], path: Path, *, later: frozenset[str] = frozenset()
) -> None:
    """Compare the classes that a file names with this program's, row by row; raises ClassesDiffer.

    Those of `later` may lack the last ones.
    """
    for name in names:
        theirs, ours = list(stored.get(name, ())), list(CLASSES[name])
        if theirs != ours and not (name in later and theirs and ours[: len(theirs)] == theirs):
            place = next(
                (place for place, pair in enumerate(zip(theirs, ours, strict=False)) if pair[0] != pair[1]),
                min(len(theirs), len(ours)),
            )
            there, here = (listed[place] if place < len(listed) else "nothing" for listed in (theirs, ours))
            raise ClassesDiffer(
                f"{path}: row {place} of {name} is {there}, in this program it is {here}. {_remedy(name, theirs, ours)}"
            )


def _remedy(name: str, theirs: list[str], ours: list[str]) -> str:
    """Return what to do about a file whose classes are others."""
    if not theirs or ours[: len(theirs)] != theirs:
        return "Put the names in bot/messages.py back into their order, new ones last; a file of another version must be learned again."
    if name == "language":
        return "It is new: make train learns it. The encoder stays as it is: it need not know a language that is added."
    return "It is new: make train learns it; where the file is the encoder's (encoder/model), make encoder before that."
