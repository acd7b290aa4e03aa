"""A small network with one hidden layer, trained in numpy: the learning libraries at hand have no dropout, which decides here.

On validation turns the mean F1 of the commands was 0.56 with dropout and a falling rate, 0.50 with scikit-learn's network of the same
size, 0.53 with linear heads.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final

import numpy as np

from bot.screening.heads import Matrix
from bot.screening.layers import Layers, directed, likelihood

_BATCH: Final = 256
_ONE, _TWO = 0.9, 0.999  # Adam's decays
_SELDOM: Final = -2.0  # the log odds at which an output begins
_SEED: Final = 7


@dataclass(frozen=True)
class Course:
    """How a network is trained; of `members` from different beginnings the outputs are averaged."""

    members: int = 1
    hidden: int = 160
    epochs: int = 6
    rate: float = 2e-3
    decay: float = 1e-4
    dropout: float = 0.3
    rare: float = 0.0  # the power of a label's rarity by which a row that has it counts more
    smoothing: float = 0.0  # the share of what is wanted that is spread over all outputs, of which one holds
    # Where it is set, an output is this times the cosine between what the hidden layer says and a direction of the output's own, not a
    # sum: among hundreds of outputs with few rows each that finds more (docs/encoder.md).
    sharpness: float = 0.0


def train(
    rows: Matrix,
    targets: Matrix,
    outputs: Sequence[str],
    course: Course,
    *,
    exclusive: bool = False,
) -> Layers:
    """Return a network for likelihoods: of several labels that may hold together or, `exclusive`, of one among them.

    As many members are learned at once as there are cores; each draws from numbers of its own, so that their order changes nothing.
    """
    counts = _counts(targets, course.rare)

    def learned(number: int) -> list[Matrix]:
        return _member(rows, targets, counts, course, np.random.default_rng(_SEED + number), exclusive=exclusive)

    with ThreadPoolExecutor(os.process_cpu_count()) as cores:
        members = list(cores.map(learned, range(course.members)))
    first, second, inner, outer = zip(*members, strict=True)
    second = tuple(outputs_of(one, course.sharpness) for one in second)
    share = np.float32(1 / course.members)
    joined = np.concatenate(first, axis=1), np.concatenate(second, axis=0) * share
    biases = np.concatenate(inner), np.sum(outer, axis=0, dtype=np.float32) * share
    return Layers(tuple(outputs), joined, biases, members=course.members if course.sharpness else 0)


def _member(
    rows: Matrix, targets: Matrix, counts: Matrix | None, course: Course, chance: np.random.Generator, *, exclusive: bool
) -> list[Matrix]:
    """Return weights and biases, first of the hidden layer and then of the outputs, as weights, weights, biases, biases."""
    width, count = rows.shape[1], targets.shape[1]
    weights = [
        chance.normal(0, np.sqrt(2 / width), (width, course.hidden)).astype(np.float32),
        chance.normal(0, np.sqrt(1 / course.hidden), (course.hidden, count)).astype(np.float32),
    ]
    biases = [np.zeros(course.hidden, np.float32), np.full(count, 0.0 if course.sharpness else _SELDOM, np.float32)]
    learned = [*weights, *biases]
    mean, spread = [np.zeros_like(one) for one in learned], [np.zeros_like(one) for one in learned]
    steps, step = course.epochs * -(-len(rows) // _BATCH), 0
    for _ in range(course.epochs):
        order = chance.permutation(len(rows))
        for start in range(0, len(rows), _BATCH):
            batch = order[start : start + _BATCH]
            seen = _dropped(rows[batch], course.dropout, chance)
            raw = seen @ weights[0] + biases[0]
            hidden = _dropped(np.maximum(raw, 0), course.dropout, chance)
            wanted = smoothed(targets[batch], course.smoothing)
            told = Told.of(hidden, weights[1], biases[1], course.sharpness)
            error = (likely(told.logits, exclusive=exclusive) - wanted) / np.float32(len(batch))
            if counts is not None:
                error = error * counts[batch]
            inner, outer, bias = told.slopes(error)
            back = inner * (raw > 0) * (hidden != 0) / (1 - course.dropout)
            slopes = [seen.T @ back, outer, back.sum(0), bias]
            step += 1
            rate = course.rate * (1 - step / steps)
            for place, slope in enumerate(slopes):
                mean[place] = _ONE * mean[place] + (1 - _ONE) * slope
                spread[place] = _TWO * spread[place] + (1 - _TWO) * slope**2
                move = mean[place] / (1 - _ONE**step) / (np.sqrt(spread[place] / (1 - _TWO**step)) + 1e-8)
                learned[place] -= np.float32(rate) * (move + course.decay * learned[place])
    return learned


def smoothed(targets: Matrix, share: float) -> Matrix:
    """Return what is wanted of the outputs, a share of it spread over all of them."""
    return targets * np.float32(1 - share) + np.float32(share / targets.shape[1])


def outputs_of(weights: Matrix, sharpness: float) -> Matrix:
    """Return learned weights as they are applied: those of cosines, whose directions alone count, times their sharpness."""
    return np.float32(sharpness) * directed(weights, axis=0)[0] if sharpness else weights


@dataclass(frozen=True)
class Told:
    """What the outputs make of the hidden layer in one batch, as sums or cosines; `sizes` are None of sums."""

    logits: Matrix
    hidden: Matrix
    weights: Matrix
    sharpness: np.float32
    sizes: tuple[Matrix, Matrix] | None

    @classmethod
    def of(cls, hidden: Matrix, weights: Matrix, biases: Matrix, sharpness: float) -> Told:
        """Return the outputs of a hidden layer, a row for each message."""
        if not sharpness:
            return cls(hidden @ weights + biases, hidden, weights, np.float32(1), None)
        (hidden, length), (weights, size) = directed(hidden, axis=1), directed(weights, axis=0)
        sharp = np.float32(sharpness)
        return cls(np.asarray(sharp * hidden @ weights), hidden, weights, sharp, (length, size))

    def slopes(self, error: Matrix) -> tuple[Matrix, Matrix, Matrix]:
        """Return the slopes of the hidden layer, of the weights and of the biases for an error of the outputs."""
        inner: Matrix = np.asarray(self.sharpness * error @ self.weights.T, dtype=np.float32)
        outer: Matrix = np.asarray(self.sharpness * self.hidden.T @ error, dtype=np.float32)
        bias: Matrix = error.sum(0, dtype=np.float32)
        if self.sizes is None:
            return inner, outer, bias
        # Only what turns a direction changes a cosine.
        inner = (inner - self.hidden * (inner * self.hidden).sum(1, keepdims=True)) / self.sizes[0]
        outer = (outer - self.weights * (outer * self.weights).sum(0, keepdims=True)) / self.sizes[1]
        return inner, outer, np.zeros_like(bias)


def _counts(targets: Matrix, rare: float) -> Matrix | None:
    """Return how much each label of each row counts; None where all count alike."""
    if not rare:
        return None
    share = np.maximum(targets.mean(axis=0), 1 / len(targets))
    return np.asarray(np.where(targets > 0, (share.max() / share) ** rare, 1.0), dtype=np.float32)


def _dropped(values: Matrix, share: float, chance: np.random.Generator) -> Matrix:
    kept = chance.random(values.shape, dtype=np.float32) >= share
    return np.asarray(values * kept / np.float32(1 - share), dtype=np.float32)


def likely(logits: Matrix, *, exclusive: bool) -> Matrix:
    """Return likelihoods of outputs that may hold together or, `exclusive`, of one among them; a row for each message."""
    if exclusive:
        powers = np.exp(logits - logits.max(axis=1, keepdims=True))
        return np.asarray(powers / powers.sum(axis=1, keepdims=True), dtype=np.float32)
    return likelihood(logits)
