"""What is told beside a question about the Centre or the program: "the boss took our passports, how much does a call cost?".

The question covers what is told before it, as the whole is read as one message. So the clauses that tell are read by themselves
where another surely asks about the Centre, if the whole gives a hint of it. Of 5,800 messages that nothing was learned from that raises 4
that were missed, 2 of a weak sign and 1 calm one (without the hint 5, 2 and 3); wherever any clause counts for itself, 61 of 787 calm
ones were raised.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from bot.messages import TOPICS, Screening
from bot.screening.clauses import Reading
from bot.screening.heads import Heads, Matrix

_ABOUT_US: Final = [
    TOPICS.index(name)
    for name in (
        "ask_hotline_contact",
        "ask_hotline_hours",
        "ask_hotline_cost",
        "ask_hotline_languages",
        "ask_anonymity",
        "ask_centre",
        "ask_institutions",
        "ask_bot",
        "ask_human",
        "ask_men_victims",
        "ask_shelter",
        "ask_support",
    )
]
_TOLD: Final = {TOPICS.index(name) for name in ("emergency", "disclose_victim", "report_witness")}
_SURELY: Final = 0.99
HINT: Final = 0.02  # the likelihood of a handoff from which on the whole is a hint


def told_beside(reading: Reading, heads: Heads) -> list[Reading]:
    """Return the clauses that tell what happens, each as a reading of its own, where another clause surely asks about the Centre."""
    topics = [heads.read(encoding.vector).topic for encoding in reading.encodings]
    if len(reading.clauses) < 2 or not any(topic[_ABOUT_US].max() >= _SURELY for topic in topics):
        return []
    clauses = zip(reading.clauses, reading.encodings, topics, strict=True)
    return [Reading(reading.language, encoding, (clause,), (encoding,)) for clause, encoding, topic in clauses if _tells(topic)]


def raised_by(whole: Screening, told: Sequence[Screening]) -> Screening:
    """Return a message's screening, raised by what it tells beside its question where that needs a person."""
    grave = [screening for screening in told if screening.triage.needs_person]
    if whole.triage.needs_person or not grave:
        return whole
    loudest = max(grave, key=lambda screening: screening.triage.rank)
    by_sign = {evidence.indicator: evidence for screening in (*grave, whole) for evidence in screening.indicators}
    return replace(
        whole, triage=loudest.triage, indicators=tuple(by_sign.values()), speaker=loudest.speaker, handoff=loudest.handoff
    )


def _tells(topic: Matrix) -> bool:
    return int(np.argmax(topic)) in _TOLD
