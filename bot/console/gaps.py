"""Which questions found no answer, as it is shown: by the nearest answer and its matter, in counts that point at nobody."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from bot.console.suppression import Figure, figure
from bot.dialogue.answers import Answer, Library
from bot.messages import LANGUAGES
from bot.storage.gaps import KEEP, Gaps

WEEKS: Final = (1, 4, KEEP.days // 7)
USUAL: Final = 4


@dataclass(frozen=True)
class Need:
    """A kind of question that found no answer; `nearest` is None where no answer was near, or the one that was is gone."""

    nearest: Answer | None
    questions: Figure


def needs(gaps: Gaps, library: Library) -> list[Need]:
    """Return the kinds of questions, the most frequent first as far as the shown counts tell, then by matter and name."""
    known = {name: count for name, count in gaps.by_nearest.items() if name in library}
    far = gaps.by_nearest.total() - sum(known.values())
    found = [Need(library.answers[name], figure(count)) for name, count in known.items()]
    return sorted(found, key=_order) + ([Need(None, figure(far))] if far else [])


def languages(gaps: Gaps) -> list[tuple[str, Figure]]:
    """Return in which languages they were asked."""
    return [(code, figure(gaps.by_language[code])) for code in LANGUAGES if gaps.by_language[code]]


def lines(gaps: Gaps, library: Library) -> Iterator[str]:
    """Yield the counts for a terminal."""
    for need in needs(gaps, library):
        matter, name = (need.nearest.matter, need.nearest.id) if need.nearest is not None else ("-", "nothing near")
        yield f"{need.questions.text:>5}  {matter:14} {name}"
    if gaps.by_language:
        yield "Languages: " + ", ".join(f"{code} {count.text}" for code, count in languages(gaps))


def _order(need: Need) -> tuple[int, str, str]:
    assert need.nearest is not None
    return -(need.questions.shown or 0), need.nearest.matter, need.nearest.id
