"""Learns which of the answers near to a message are asked for, from conversations of strangers, and the bars from which one is given."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bot.dialogue.asked import AskedBars, AskedNetwork, Asking
from bot.screening.heads import Matrix
from bot.screening.network import Course, train

# On 2,371 validation questions, out of fold, a right answer counting 1 and a wrong one -0.5: 1,249 of this course, 1,226 of boosted trees,
# 1,157 of a linear model.
COURSE: Final = Course(members=4, hidden=48, epochs=40, rate=3e-3, dropout=0.1)
FOLDS: Final = 10  # the bars are chosen by what was learned from the others
TOGETHER: Final = 40  # messages that stand side by side, mostly of the same conversations, are of one fold
# Of a right answer: what a wrong one costs beside another or where nothing is asked, and where "I do not know" would stand in its place.
WRONG_COSTS: Final = 0.5
WRONG_FIRST_COSTS: Final = 0.25
# Bars whose worth differs by less, as a share of the best, are as good: the middle ones are taken. On 3,226 validation questions, out of
# fold, 0.2 and 0.45 were best once (2,319 right answers, 817 wrong ones, 199 where nothing is asked); the middle ones, 0.25 and 0.4,
# give 2,325, 818 and 173.
AS_GOOD: Final = 0.005
TOLD_RIGHT: Final = 0.85  # of the answers to who speaks of dying, tells or hardly asks
STEPS: Final = np.arange(0.1, 0.96, 0.05)
_LEAST_SPREAD: Final = 1e-3


@dataclass(frozen=True)
class Labelled:
    """A message that may ask, and what it asks for: any answer of each set."""

    asking: Asking
    needs: tuple[frozenset[str], ...]

    @property
    def targets(self) -> list[bool]:
        """Return which of the candidates are asked for."""
        return [any(name in names for names in self.needs) for name in self.asking.candidates]


def learn_asked(messages: Sequence[Labelled]) -> AskedNetwork:
    """Learn the network from messages that the rest was not learned from, and choose the bars."""
    fold = np.arange(len(messages)) // TOGETHER % FOLDS
    ranked: list[tuple[Labelled, dict[str, float]]] = []
    for number in sorted(set(fold.tolist())):
        others = [one for one, place in zip(messages, fold, strict=True) if place != number]
        network = _network(others or messages)
        ranked += [(one, network.likelihoods(one.asking)) for one, place in zip(messages, fold, strict=True) if place == number]
    return replace(_network(messages), bars=choose_asked_bars(ranked))


def _network(messages: Iterable[Labelled]) -> AskedNetwork:
    near = [one for one in messages if one.asking.candidates]
    rows = np.concatenate([one.asking.features() for one in near])
    targets = np.array([[target] for one in near for target in one.targets], dtype=np.float32)
    mean = np.asarray(rows.mean(axis=0), dtype=np.float32)
    spread = np.asarray(rows.std(axis=0) + _LEAST_SPREAD, dtype=np.float32)
    network = train((rows - mean) / spread, targets, ("asked",), COURSE)
    return AskedNetwork(network, mean, spread, AskedBars(first=0.5, further=0.5, sure=0.5))


def choose_asked_bars(ranked: Sequence[tuple[Labelled, Mapping[str, float]]]) -> AskedBars:
    """Return middle ones of the bars by which most is answered rightly.

    `ranked` are messages with the likelihoods of their candidates, highest first.
    """

    def worth(bars: AskedBars) -> float:
        total = 0.0
        for message, likely in ranked:
            given = bars.given(likely)
            total += sum(any(name in names for name in given) for names in message.needs)
            for place, name in enumerate(given):
                if not any(name in names for names in message.needs):
                    total -= WRONG_COSTS if place or not message.needs else WRONG_FIRST_COSTS
        return total

    steps: list[float] = STEPS.tolist()
    worths = {(one, more): worth(AskedBars(one, more, sure=more)) for one in steps for more in steps if more >= one}
    most = max(worths.values())
    as_good = [bars for bars, found in worths.items() if found >= most - AS_GOOD * abs(most)]
    first = _middle(sorted({one for one, _ in as_good}))
    best = AskedBars(first, _middle([more for one, more in as_good if one == first]), sure=first)
    firsts = [
        (sure, any(name in names for names in message.needs))
        for message, likely in ranked
        for name, sure in list(likely.items())[:1]
    ]
    sure, right = np.array([one for one, _ in firsts]), np.array([hit for _, hit in firsts])
    return replace(best, sure=max(best.first, _surely(sure, right)))


def _middle(steps: Sequence[float]) -> float:
    return steps[len(steps) // 2]


def _surely(sure: Matrix, right: NDArray[np.bool_]) -> float:
    """Return the lowest likelihood from which on enough of the first answers are right."""
    steps: list[float] = STEPS.tolist()
    return next((step for step in steps if (heard := sure >= step).any() and right[heard].mean() >= TOLD_RIGHT), steps[-1])
