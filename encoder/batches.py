"""Which rows an epoch reads, in which order, and how they are varied."""

from __future__ import annotations

import random
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from bot.messages import Triage
from bot.screening.rows import Row
from encoder.augment import varied
from encoder.labels import Labels
from encoder.plan import Plan

_STRETCH = 40  # batches that are sorted by length together, so that little is padded
_MISLABELLED = 0.005  # of the rows: the very worst are left out of the hard ones, for some are wrong labels
_JOINABLE = 200  # characters


class Rows:
    """The training rows of one run and how they come before the encoder."""

    def __init__(self, rows: Sequence[Row], labels: Labels, plan: Plan) -> None:
        self.rows, self.labels, self.plan = rows, labels, plan
        self.doubt: NDArray[np.float32] = np.zeros(len(rows), dtype=np.float32)
        self._greetings: dict[str, list[str]] = {}
        self._telling: dict[str, list[int]] = {}
        for number, row in enumerate(rows):
            if row.topic == "greet" and len(row.text) < 40:
                self._greetings.setdefault(row.language, []).append(row.text.rstrip(" .!?"))
            if row.triage is not Triage.NONE and len(row.text) < _JOINABLE:
                self._telling.setdefault(row.language, []).append(number)

    @property
    def batches_an_epoch(self) -> int:
        """Return how many batches an epoch has when nothing comes twice."""
        return (min(len(self.rows), self.plan.rows_an_epoch or len(self.rows)) + self.plan.batch - 1) // self.plan.batch

    def batches(self, lengths: Sequence[int], chance: random.Random) -> list[list[int]]:
        """Return the rows of an epoch in batches of like length; hard ones come twice."""
        rows = list(range(len(self.rows)))
        if 0 < self.plan.rows_an_epoch < len(rows):
            rows = chance.sample(rows, self.plan.rows_an_epoch)
        order = [*rows, *self._hard()]
        chance.shuffle(order)
        size = self.plan.batch
        batches = []
        for start in range(0, len(order), size * _STRETCH):
            stretch = sorted(order[start : start + size * _STRETCH], key=lambda number: lengths[number])
            batches += [stretch[place : place + size] for place in range(0, len(stretch), size)]
        chance.shuffle(batches)
        return batches

    def changed(self, number: int, chance: random.Random) -> tuple[str, int | None] | None:
        """Return how a row is read instead of as it is written, and the row that it was joined with; None when as written."""
        row = self.rows[number]
        if row.triage is not Triage.NONE and chance.random() < self.plan.joined_share:
            other = chance.choice(self._telling[row.language])
            texts = [row.text, self.rows[other].text]
            chance.shuffle(texts)
            return chance.choice((" ", ". ", "\n")).join(texts), other
        if chance.random() < self.plan.varied_share:
            return self._varied(row, chance), None
        return None

    def _varied(self, row: Row, chance: random.Random) -> str:
        text = row.text
        greetings = self._greetings.get(row.language)
        if greetings and row.topic != "greet" and chance.random() < self.plan.greeting_share:
            text = chance.choice(greetings) + chance.choice((", ", ". ", " ")) + text
        return varied(text, row.language, chance)

    def _hard(self) -> list[int]:
        count = int(self.plan.hard_share * len(self.rows))
        if not count or not self.doubt.any():
            return []
        worst = np.argsort(-self.doubt)
        spared = int(_MISLABELLED * len(self.rows))
        return [int(number) for number in worst[spared : spared + count]]


def joined_goals(goals: dict[str, NDArray[np.generic]], place: int, number: int, other: int, labels: Labels) -> None:
    """Set the goals of two messages read as one, as people tell their story in several: the graver one gives all but the indicators."""
    goals["indicators"][place] = np.maximum(labels.indicators[number], labels.indicators[other])
    if labels.triage[other] > labels.triage[number]:
        for name in ("topics", "triage", "speaker"):
            goals[name][place] = getattr(labels, name)[other]
