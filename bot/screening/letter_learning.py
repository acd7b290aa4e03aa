"""Learns the table of letters and words; needs scipy, in training only.

On 319 questions of strangers, each after the reply before it, the table alone finds the right answer first for about half of them, as the
network over the encoder's vector does, and both together find more than either (docs/encoder.md).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from bot.screening.heads import Matrix
from bot.screening.letter_table import PLACES, STEPS, Letters, in_steps, places, weighed
from bot.screening.network import Told, likely, outputs_of, smoothed

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

_BATCH: Final = 256
_ONE, _TWO = 0.9, 0.999  # Adam's decays
_FEWEST: Final = 2  # texts in which a run must stand to count
_SELDOM: Final = -3.0  # log odds at which each of several outputs begins
_SEED: Final = 7


@dataclass(frozen=True)
class LettersCourse:
    """How the table is learned.

    `forgotten` is the share of a text's runs that a reading leaves out, `dropout` that of its numbers; `sharpness` and `smoothing` as in
    `bot.screening.network`.
    """

    width: int = 48
    epochs: int = 5
    rate: float = 1e-2
    forgotten: float = 0.3
    dropout: float = 0.2
    sharpness: float = 0.0
    smoothing: float = 0.0


ANSWERS: Final = LettersCourse(width=64, forgotten=0.4, dropout=0.05, sharpness=16, smoothing=0.1)
COMMANDS: Final = LettersCourse(epochs=4)
FEW: Final = LettersCourse(width=16, epochs=4)  # of the few outputs of a network apart: more numbers hear no more


def learn_letters(
    texts: Sequence[str], targets: Matrix, outputs: Sequence[str], course: LettersCourse = ANSWERS, *, exclusive: bool = True
) -> Letters:
    """Return a table that tells outputs apart, one among them or, not `exclusive`, several that may hold together.

    `targets` has a row for each text; those of one among several add up to one.
    """
    seen = [places(text) for text in texts]
    count = np.bincount(np.concatenate(seen), minlength=PLACES)
    rarity = np.where(count < _FEWEST, 0, np.maximum(np.log(len(texts) / (1 + count)), 0.1)).astype(np.float16)
    learning = _TableLearning(course, len(outputs), exclusive=exclusive)
    steps = course.epochs * -(-len(texts) // _BATCH)
    for _ in range(course.epochs):
        order = learning.chance.permutation(len(texts))
        for start in range(0, len(texts), _BATCH):
            batch = order[start : start + _BATCH]
            wanted = smoothed(targets[batch], course.smoothing)
            learning.step(_rows([seen[place] for place in batch], rarity, learning), wanted, steps)
    weights = outputs_of(learning.weights, course.sharpness).astype(np.float16).astype(np.float32)
    return Letters(_rounded(rarity), in_steps(learning.table), tuple(outputs), weights, learning.biases, bool(course.sharpness))


def _rounded(rarity: NDArray[np.float16]) -> NDArray[np.float16]:
    return (np.round(rarity.astype(np.float32) * STEPS) / STEPS).astype(np.float16)


def _rows(seen: Sequence[NDArray[np.intp]], rarity: NDArray[np.float16], learning: _TableLearning) -> csr_matrix:
    """Return what is read of texts: a row for each, some of its runs left out."""
    from scipy.sparse import csr_matrix  # noqa: PLC0415 - training only

    found = []
    for one in seen:
        kept = one[learning.chance.random(len(one)) >= learning.course.forgotten]
        found.append(weighed(kept if len(kept) else one, rarity))
    ends = np.cumsum([0, *(len(known) for known, _ in found)])
    return csr_matrix(
        (np.concatenate([weights for _, weights in found]), np.concatenate([known for known, _ in found]), ends),
        shape=(len(seen), PLACES),
    )


class _TableLearning:
    """The table and the outputs while they are learned: Adam, of the table only for the places that a batch reads."""

    def __init__(self, course: LettersCourse, outputs: int, *, exclusive: bool) -> None:
        self.course, self.exclusive = course, exclusive
        self.chance = np.random.default_rng(_SEED)
        self.table = self.chance.normal(0, 0.1, (PLACES, course.width)).astype(np.float32)
        self.weights = self.chance.normal(0, course.width**-0.5, (course.width, outputs)).astype(np.float32)
        self.biases = np.full(outputs, 0.0 if exclusive else _SELDOM, np.float32)
        learned = (self.table, self.weights, self.biases)
        self._averages = [(np.zeros_like(one), np.zeros_like(one)) for one in learned]
        self._steps = 0

    def step(self, rows: csr_matrix, targets: Matrix, steps: int) -> None:
        """Learn from one batch."""
        read, inverse = np.unique(rows.indices, return_inverse=True)
        narrow = type(rows)((rows.data, inverse, rows.indptr), shape=(rows.shape[0], len(read)))
        hidden = narrow @ self.table[read]
        kept = self.chance.random(hidden.shape, dtype=np.float32) >= self.course.dropout
        hidden = hidden * kept / np.float32(1 - self.course.dropout)
        told = Told.of(hidden, self.weights, self.biases, self.course.sharpness)
        inner, outer, bias = told.slopes(
            np.asarray((likely(told.logits, exclusive=self.exclusive) - targets) / len(targets), dtype=np.float32)
        )
        back = inner * kept / np.float32(1 - self.course.dropout)
        rate = self.course.rate * (1 - self._steps / steps)
        self._steps += 1
        self._move(0, self.table, narrow.T @ back, rate, read)
        self._move(1, self.weights, outer, rate)
        self._move(2, self.biases, bias, rate)

    def _move(self, number: int, learned: Matrix, slope: Matrix, rate: float, read: NDArray[np.intp] | None = None) -> None:
        places_of = slice(None) if read is None else read
        mean, spread = self._averages[number]
        mean[places_of] = _ONE * mean[places_of] + (1 - _ONE) * slope
        spread[places_of] = _TWO * spread[places_of] + (1 - _TWO) * slope**2
        move = mean[places_of] / (1 - _ONE**self._steps) / (np.sqrt(spread[places_of] / (1 - _TWO**self._steps)) + 1e-8)
        learned[places_of] -= np.float32(rate) * move
