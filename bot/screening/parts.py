"""A text that is too long to be read at once: the parts that are read one by one, and what they say together.

What somebody tells in the middle of three pages counts as much as what they send in a message of its own: of the triage of the
parts the highest counts, and the signs of all of them. What the message is about, its beginning and end tell.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from bot.language.normalise import MAX_CHARACTERS, one_line
from bot.language.sentences import sentences
from bot.messages import Screening, Speaker

LONGEST: Final = 500  # characters of a part: in every writing, that many fit into what the encoder reads at once
OVERLAP: Final = 120  # of a sentence that is said again at the beginning of the next part: "he has it. My passport."


def parts(text: str) -> list[str]:
    """Return the parts of a text that is longer than what is read at once, in order; none of a shorter one."""
    line = one_line(text)
    if len(line) <= MAX_CHARACTERS:
        return []
    found: list[str] = []
    part, last = "", ""
    for piece in _pieces(line):
        if part and len(part) + 1 + len(piece) > LONGEST:
            found.append(part)
            part = last if len(last) <= OVERLAP and len(last) + 1 + len(piece) <= LONGEST else ""
        part, last = f"{part} {piece}".strip(), piece
    return [*found, part]


def _pieces(line: str) -> Iterator[str]:
    """Return sentences; of one that is too long as many words as fit, of a word that is too long as many letters."""
    for sentence in sentences(line):
        rest = sentence
        while len(rest) > LONGEST:
            space = rest.rfind(" ", 0, LONGEST + 1)
            end = space if space > 0 else LONGEST
            yield rest[:end]
            rest = rest[end:].lstrip()
        if rest:
            yield rest


def together(whole: Screening, found: Sequence[Screening]) -> Screening:
    """Return what a text says, given what its beginning and end say (`whole`) and each of its parts."""
    loudest = max((whole, *found), key=lambda screening: screening.triage.rank)
    by_sign = {evidence.indicator: evidence for screening in (*found, whole, loudest) for evidence in screening.indicators}
    return replace(
        loudest if loudest.triage.needs_person else whole,
        language=whole.language,
        triage=loudest.triage,
        indicators=tuple(by_sign.values()),
        handoff=max(screening.handoff for screening in (whole, *found)),
        speaker=next((told.speaker for told in (loudest, whole) if told.speaker is not Speaker.OTHER), Speaker.OTHER),
    )
