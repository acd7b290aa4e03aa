"""Small networks learn to tell things apart, by sums or by cosines, and come back from a file as they were."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bot.screening.heads import Matrix
from bot.screening.layers import Layers
from bot.screening.network import Course, Told, likely, train

OUTPUTS = ("papers", "wages", "shelter")
BY_SUMS = Course(members=2, hidden=12, epochs=60, rate=2e-2, dropout=0.1)
BY_COSINES = replace(BY_SUMS, sharpness=12.0, smoothing=0.05)


def messages(seed: int) -> tuple[Matrix, Matrix]:
    """Return 90 rows around three points, and which of them each is of."""
    points = np.eye(3, 8) * 3
    kinds = np.arange(90) % 3
    rows = points[kinds] + np.random.default_rng(seed).normal(0, 0.6, (90, 8))
    return rows.astype(np.float32), np.eye(3, dtype=np.float32)[kinds]


@pytest.mark.parametrize("course", [BY_SUMS, BY_COSINES], ids=["sums", "cosines"])
def test_a_network_tells_apart_what_it_did_not_learn_from(course: Course) -> None:
    network = train(*messages(1), OUTPUTS, course, exclusive=True)
    rows, kinds = messages(2)
    assert (network.logits(rows).argmax(axis=1) == kinds.argmax(axis=1)).mean() > 0.95


@pytest.mark.parametrize("course", [BY_SUMS, BY_COSINES], ids=["sums", "cosines"])
def test_what_is_stored_says_the_same(course: Course, tmp_path: Path) -> None:
    network = train(*messages(1), OUTPUTS, course, exclusive=True)
    np.savez(tmp_path / "network.npz", allow_pickle=False, **network.arrays("one"))
    with np.load(tmp_path / "network.npz") as stored:
        again = Layers.of(OUTPUTS, stored, "one")
    rows, _ = messages(2)
    assert np.allclose(again.logits(rows), network.logits(rows), atol=0.05)  # stored in half precision
    assert np.allclose(again.logits(rows[0]), again.logits(rows)[0])


def test_outputs_by_cosines_say_no_more_than_their_sharpness() -> None:
    network = train(*messages(1), OUTPUTS, BY_COSINES, exclusive=True)
    far = 1000 * messages(2)[0]
    assert np.abs(network.logits(far)).max() <= BY_COSINES.sharpness * 1.001


def test_slopes_of_cosines_are_those_of_the_loss() -> None:
    """The way in which a network learns by cosines is compared with differences of the loss itself."""
    chance = np.random.default_rng(3)
    hidden, weights = chance.normal(size=(5, 4)), chance.normal(size=(4, 3))
    wanted, biases = np.eye(3)[[0, 1, 2, 0, 1]], np.zeros(3)

    def loss(hidden: Matrix, weights: Matrix) -> float:
        told = Told.of(hidden, weights, biases, 4.0)
        return float(-(wanted * np.log(likely(told.logits, exclusive=True))).sum())

    told = Told.of(hidden, weights, biases, 4.0)
    inner, outer, _ = told.slopes(likely(told.logits, exclusive=True) - wanted)
    little = 1e-2
    for values, slopes, moved in (
        (hidden, inner, lambda change: loss(hidden + change, weights)),
        (weights, outer, lambda change: loss(hidden, weights + change)),
    ):
        for place in np.ndindex(values.shape):
            change = np.zeros_like(values)
            change[place] = little
            assert slopes[place] == pytest.approx((moved(change) - moved(-change)) / (2 * little), abs=0.02)
