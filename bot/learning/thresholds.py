"""From which likelihood on a command counts, chosen by what a mistake costs, on messages that were not learned from.

Those are labelled conversations of strangers and, each heard by a network that learned from the others, those of the training.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain, product
from typing import Final

import numpy as np

from bot.dialogue.answers import Library
from bot.dialogue.commands import ASK, SEVERAL
from bot.dialogue.heads import Bars
from bot.dialogue.retrieval import Nearness
from bot.dialogue.state import Who
from bot.learning.examples import Example
from bot.screening.heads import Matrix


@dataclass(frozen=True)
class Cost:
    """What a mistake costs.

    `beta`: how much a missed command weighs beside one heard wrongly, as in an F score; `precision`: how many of those that are heard
    must be right; `least`: the lowest bar.
    """

    beta: float = 1.0
    precision: float = 0.6
    least: float = 0.25


# What alarms, sends somebody away or changes how is written wants to be sure: the screening raises an alarm of its own. What cannot be
# undone is asked back anyway.
PLAIN: Final = Cost()
GRAVE: Final = Cost(beta=1.0, precision=0.75, least=0.5)
COSTS: Final[Mapping[str, Cost]] = {
    # What is told and taken for a question is answered beside the point; what hardly asks is still answered where the answer is surely
    # meant. Of 37 validation turns that ask nothing, likely to ask from 0.69 to 0.9, and 14 that ask, an answer not surely meant was
    # right for 7.
    ASK: Cost(beta=0.7),
    # Whoever asks twice, is answered once and not told that the rest was left out, is worse off than who is told so for nothing. Of 1,254
    # validation messages with one answer 193 of the 282 that are told so at 0.6 asked for something else, 36 of the 90 more at 0.5.
    SEVERAL: Cost(precision=0.5, least=0.4),
    "near": Cost(precision=0.7, least=0.45),  # it sends somebody away from the phone
    "answer:no": Cost(least=0.4),
    **dict.fromkeys(("correct:joke", "feel:better", "done:called"), replace(GRAVE, least=0.6)),  # they end a danger
    # Whoever is in danger and is not told of 112 pays more than whoever is told so for nothing. Of 49 dangers in 1,449 turns of
    # strangers 34 are heard at 0.2, beside 22 that are none; 22 and 6 at 0.47. Of 21 words of dying 8 and 3 at 0.25, 4 and none at 0.47.
    **dict.fromkeys(("danger:self", "danger:other"), Cost(beta=3.0, precision=0.4, least=0.2)),
    "feel:suicide": Cost(beta=3.0, precision=0.4, least=0.25),
    **dict.fromkeys(("want:quiet", "want:normal", "want:language"), replace(GRAVE, beta=0.7)),
    "want:erase": Cost(
        beta=1.5, precision=0.5, least=0.3
    ),  # whoever is not heard is told that it is kept; a mistake is asked back
    "answer:yes": GRAVE,
    **dict.fromkeys(("arrange:word", "arrange:time"), replace(GRAVE, least=0.6)),  # they call a person
}
STEPS: Final = np.linspace(0.25, 0.95, 36)
FEWEST: Final = 12  # labelled messages with a command; with fewer a middle bar is kept
MIDDLE: Final = 0.5
AS_GOOD: Final = 0.02  # of scores that differ by less the middle one's bar is taken: of rare commands the best alone is chance
RIGHT_ENOUGH: Final = 0.8  # of the roles that are believed
STAYS: Final = (0.0, 0.05)
SHARES: Final = (0.0, 0.08, 0.12, 0.16, 0.22, 0.3)  # of the network
LETTERED: Final = (0.0, 0.06, 0.12, 0.16, 0.22, 0.3)  # of the table of letters


@dataclass(frozen=True)
class HeardExample:
    """What heads heard in an example that they did not learn from."""

    example: Example
    likely: Mapping[str, float]
    who: Who
    sure: float


def choose_bars(heard: Sequence[Sequence[HeardExample]], labels: Sequence[str]) -> Bars:
    """Return the bars for everything heard; without conversations, middle ones."""
    seen = list(chain(*heard))
    if not seen:
        return Bars(dict.fromkeys(labels, MIDDLE))
    command = {
        label: _best(
            np.array([item.likely[label] for item in seen], dtype=np.float32),
            np.array([label in item.example.labels for item in seen]),
            COSTS.get(label, PLAIN),
        )
        for label in labels
    }
    return Bars(command, _who_bar(seen, known=False), _who_bar(seen, known=True))


def choose_weights(
    nearness: Nearness, library: Library, examples: Sequence[Example], sense_of: Callable[[str], Matrix]
) -> tuple[float, float, float]:
    """Return how much the matter answered last, the network and the letters count beside nearness; nothing without conversations."""
    asked = [
        (frozenset().union(*item.needs), found)
        for item in examples
        if item.needs
        for found in nearness.opinions([(item.text, sense_of(item.text))], library, who=item.who, context=item.context)
    ]

    def right(weights: tuple[float, float, float]) -> int:
        stays, share, lettered = weights
        space = replace(nearness, stays=stays, share=share, lettered=lettered)
        firsts = [(needs, max(found, key=space.weighed).answer) for needs, found in asked if found]
        return sum(first in needs for needs, first in firsts)

    return max(product(STAYS, SHARES, LETTERED), key=right) if asked else (0.0, 0.0, 0.0)


def _best(likely: Matrix, true: np.ndarray[tuple[int], np.dtype[np.bool_]], cost: Cost) -> float:
    if true.sum() < FEWEST:
        return MIDDLE

    def score(bar: float) -> tuple[bool, float]:
        heard = likely >= bar
        hits = float((heard & true).sum())
        right = hits >= cost.precision * float(heard.sum()) and hits > 0
        return right, (1 + cost.beta**2) * hits / max(cost.beta**2 * float(true.sum()) + float(heard.sum()), 1.0)

    found = [(float(bar), *score(bar)) for bar in STEPS[cost.least - 1e-6 <= STEPS]]
    _, right, best = max(found, key=lambda one: one[1:])
    as_good = [bar for bar, fits, scored in found if fits is right and scored >= best - AS_GOOD]
    return as_good[len(as_good) // 2]


def _who_bar(seen: Sequence[HeardExample], *, known: bool) -> float:
    """Return from which likelihood on a role is believed, where none is known yet or, `known`, where another one is."""
    read = [
        (item.sure, item.who is item.example.who)
        for item in seen
        if (item.example.context.who is not Who.UNKNOWN) is known
        and item.who is not item.example.context.who
        and item.who is not Who.UNKNOWN
    ]
    for step in STEPS:
        right = [one for sure, one in read if sure >= step]
        if right and float(np.mean(right)) >= RIGHT_ENOUGH:
            return float(step)
    return MIDDLE if not read else float(STEPS[-1])
