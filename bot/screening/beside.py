"""What is told beside something else: "the boss took our passports, how much does a call cost?", "no, I have my papers. he beats me".

A message is read as one, and what is asked or denied in it covers what is told beside it. So two kinds of clauses raise the whole. Those
that tell, where another surely asks about the Centre, if the whole gives a hint of it: of 5,800 messages that nothing was learned from
that raises 4 that were missed, 2 of a weak sign and 1 calm one (without the hint 5, 2 and 3); wherever any clause counts for itself, 61
of 787 calm ones were raised. And those that are grave by themselves, where another denies: of 3,295 turns of strangers that raises 3, of
277 calm validation messages of several clauses none. Beside anything a clause would have to be surer (0.99), and five more of the
evaluation's 943 calm messages were raised.
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
GRAVE: Final = 0.95  # the likelihood of a handoff from which on a clause with a strong sign is grave beside a denial
_DENIED: Final = TOPICS.index("deny")
_LIKELIER_THAN_NOT: Final = 0.5


def topics_of(reading: Reading, heads: Heads) -> list[Matrix]:
    """Return how likely each clause of a message is each topic."""
    return [heads.read(encoding.vector).topic for encoding in reading.encodings]


def told_beside(reading: Reading, topics: Sequence[Matrix]) -> list[Reading]:
    """Return the clauses that tell what happens, each as a reading of its own, where another clause surely asks about the Centre."""
    if not any(topic[_ABOUT_US].max() >= _SURELY for topic in topics):
        return []
    return [clause for clause, topic in zip(clause_by_clause(reading), topics, strict=True) if _tells(topic)]


def told_beside_a_denial(reading: Reading, topics: Sequence[Matrix]) -> list[Reading]:
    """Return the clauses beside one that denies something, each as a reading of its own."""
    denies = [bool(topic[_DENIED] >= _LIKELIER_THAN_NOT) for topic in topics]
    if not any(denies):
        return []
    return [clause for clause, denied in zip(clause_by_clause(reading), denies, strict=True) if not denied]


def clause_by_clause(reading: Reading) -> list[Reading]:
    """Return the clauses of a message, each as a reading of its own."""
    clauses = zip(reading.clauses, reading.encodings, strict=True)
    return [Reading(reading.language, encoding, (clause,), (encoding,)) for clause, encoding in clauses]


def raised_by(whole: Screening, told: Sequence[Screening]) -> Screening:
    """Return a message's screening, raised by what it tells beside something else where that needs a person."""
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
