"""From which likelihood on a command counts, chosen on validation conversations by what a mistake costs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from bot.dialogue.answers import Library
from bot.dialogue.commands import ASK, LABELS
from bot.dialogue.features import features
from bot.dialogue.heads import Bars, CommandHeads
from bot.dialogue.learning import Example, LabelledConversation, from_conversations, with_bars
from bot.dialogue.nearness import Nearness
from bot.dialogue.state import Who
from bot.dialogue.understand import MOST_CHOICES
from bot.screening.heads import Matrix

# How much a missed command weighs beside one heard wrongly (the beta of an F score). A person is called generously; what sends
# somebody away, or changes how is written, wants to be sure; what cannot be undone is asked back anyway.
BETA: Final[Mapping[str, float]] = {
    "want:human": 1.5,
    "danger:self": 1.5,
    "danger:other": 1.5,
    "feel:suicide": 0.5,  # below its bar it is asked back
    "near": 1.5,
    "refuse:human": 1.0,
    "want:erase": 0.7,
    "want:quiet": 0.5,
    "want:normal": 0.5,
    "want:language": 0.5,
    "correct:joke": 0.7,
    "feel:better": 1.0,
    ASK: 1.3,
}
STEPS: Final = np.linspace(0.08, 0.96, 45)
FEWEST: Final = 6  # labelled messages with a command; with fewer a middle bar is kept
MIDDLE: Final = 0.5
RIGHT_ENOUGH: Final = 0.75  # of the roles that are believed
# In right answers: what a wrong one costs, beside none; what it is worth to ask back with the right one among the choices, or without.
WRONG_COSTS, ASKED_RIGHT, ASKED_WRONG = 0.7, 0.45, 0.3
LEAST_PRECISION: Final = 0.5  # of what is heard
PRECISION: Final[Mapping[str, float]] = {
    "feel:suicide": 0.75,
    **dict.fromkeys(("want:human", "danger:self", "danger:other", "near"), 0.4),
}
STAYS: Final = (0.0, 0.05, 0.1)
SHARES: Final = (0.0, 0.015, 0.03, 0.05)
NARROW: Final = (0.0, 0.01, 0.02, 0.03, 0.04)  # leads below which the nearest answers are offered instead of one said


@dataclass(frozen=True)
class _Asked:
    nearness: float
    lead: float
    right: bool
    either: bool


def choose_bars(
    heads: CommandHeads,
    *,
    nearness: Nearness,
    library: Library,
    conversations: Sequence[LabelledConversation],
    vector_of: Callable[[str], Matrix],
    meaning_of: Callable[[Example], str | None],
) -> CommandHeads:
    """Return heads with bars chosen on labelled conversations of strangers; without any, with middle ones."""
    examples = from_conversations(conversations, library, vector_of)
    if not examples:
        return with_bars(heads, Bars(dict.fromkeys(LABELS, MIDDLE)))
    rows = np.stack(
        [features(item.text, vector_of(item.text), item.context, meaning_of(item), heads.meanings) for item in examples]
    )
    likely = np.asarray(1 / (1 + np.exp(-heads.commands.logits(rows))), dtype=np.float32)
    command = {
        label: _best(likely[:, place], np.array([label in item.labels for item in examples]), label)
        for place, label in enumerate(heads.commands.outputs)
    }
    answer, between = _answer_bars(examples, nearness, library, vector_of)
    who, again = _who_bars(heads, rows, examples)
    doubt = command["feel:suicide"] / 3
    return with_bars(heads, Bars(command, doubt, who, again, answer, between))


def choose_weights(
    nearness: Nearness, library: Library, conversations: Sequence[LabelledConversation], vector_of: Callable[[str], Matrix]
) -> tuple[float, float]:
    """Return how much the matter answered last and the network count beside nearness; nothing without labelled conversations."""
    examples = [item for item in from_conversations(conversations, library, vector_of) if item.needs]

    def right(weights: tuple[float, float]) -> int:
        space = replace(nearness, stays=weights[0], share=weights[1])
        return sum(_first(item, space, library, vector_of) in item.needs[0] for item in examples)

    return max(((stays, share) for stays in STAYS for share in SHARES), key=right) if examples else (0.0, 0.0)


def _first(item: Example, nearness: Nearness, library: Library, vector_of: Callable[[str], Matrix]) -> str:
    found = nearness.find(item.text, vector_of(item.text), library, who=item.who, context=item.context)
    return found[0].answer if found else ""


def _best(likely: Matrix, true: np.ndarray[tuple[int], np.dtype[np.bool_]], label: str) -> float:
    if true.sum() < FEWEST:
        return MIDDLE
    beta, least = BETA.get(label, 1.0), PRECISION.get(label, LEAST_PRECISION)

    def score(bar: float) -> tuple[bool, float]:
        heard = likely >= bar
        hits = float((heard & true).sum())
        right = hits >= least * float(heard.sum()) and hits > 0
        return right, (1 + beta**2) * hits / max(beta**2 * float(true.sum()) + float(heard.sum()), 1.0)

    return float(max(STEPS, key=score))


def _answer_bars(
    examples: Sequence[Example], nearness: Nearness, library: Library, vector_of: Callable[[str], Matrix]
) -> tuple[float, float]:
    """Return the nearness from which an answer is given, and the lead below which two are offered."""
    asked = [item for item in examples if ASK in item.labels and len(item.needs) <= 1]
    seen: list[_Asked] = []
    for item in asked:
        found = nearness.find(item.text, vector_of(item.text), library, who=item.who, context=item.context)
        if found:
            needs = item.needs[0] if item.needs else frozenset()
            lead = found[0].nearness - found[1].nearness if len(found) > 1 else 1.0
            seen.append(
                _Asked(
                    found[0].nearness, lead, found[0].answer in needs, bool(needs & {one.answer for one in found[:MOST_CHOICES]})
                )
            )

    def gain(bar: float, between: float) -> float:
        total = 0.0
        for one in seen:
            if one.nearness >= bar:
                doubted = one.lead < between
                asked = ASKED_RIGHT if one.either else -ASKED_WRONG
                total += asked if doubted else (1.0 if one.right else -WRONG_COSTS)
        return total

    choices = [(float(bar), between) for bar in np.linspace(0.1, 0.9, 41) for between in NARROW]
    return max(choices, key=lambda chosen: gain(*chosen)) if seen else (MIDDLE, 0.0)


def _who_bars(heads: CommandHeads, rows: Matrix, examples: Sequence[Example]) -> tuple[float, float]:
    """Return from which likelihood on a role is believed, where none is known yet and where another one is."""
    read = [heads.role(row) for row in rows]

    def bar(known: bool) -> float:
        seen = [
            (sure, who is item.who)
            for (who, sure), item in zip(read, examples, strict=True)
            if (item.context.who is not Who.UNKNOWN) is known and who is not item.context.who and who is not Who.UNKNOWN
        ]
        for step in STEPS:
            right = [one for sure, one in seen if sure >= step]
            if right and float(np.mean(right)) >= RIGHT_ENOUGH:
                return float(step)
        return 0.9

    return bar(known=False), bar(known=True)
