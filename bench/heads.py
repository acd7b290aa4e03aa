"""Ways to read a sentence vector that the program does not use, to compare with: a linear SVM and a small neural network."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bot.language.classes import CLASSES, INDICATORS
from bot.screening.calibration import choose_temperatures
from bot.screening.fitting import fit_with, mean_and_scale
from bot.screening.heads import Heads, Likelihoods, Matrix
from bot.screening.rows import Row


def fit_svm(rows: Sequence[Row], vectors: Matrix, encoder: str, checked: Sequence[Row], seen: Matrix) -> Heads:
    """Fit linear SVMs, one against the rest; margins become likelihoods by a temperature each, fitted on the checked rows."""
    from sklearn.svm import LinearSVC  # noqa: PLC0415

    mean, scale = mean_and_scale(vectors)

    def fit(targets: NDArray[np.int64]) -> tuple[Matrix, Matrix]:
        model = LinearSVC(C=3.0, random_state=7, max_iter=3000).fit((vectors - mean) / scale, targets)
        return model.coef_.astype(np.float32), model.intercept_.astype(np.float32)

    heads = fit_with(rows, fit, Heads(encoder, mean, scale, {}, {}))
    return heads.tempered(choose_temperatures(checked, heads.standardise(seen), heads))


@dataclass(frozen=True)
class Network:
    """One hidden layer of 256 for each question."""

    mean: Matrix
    scale: Matrix
    parts: dict[str, Any]

    def read(self, vector: Matrix) -> Likelihoods:
        """Return what the networks say of one raw sentence vector."""
        standard = ((vector - self.mean) / self.scale)[None]
        told = {name: part.predict_proba(standard)[0].astype(np.float32) for name, part in self.parts.items()}
        return Likelihoods(told["topic"], told["triage"], told["indicators"], told["speaker"])


def fit_network(rows: Sequence[Row], vectors: Matrix) -> Network:
    """Fit a small network for topic, triage, speaker and, with one output each, the indicators; a tenth stops the training."""
    from sklearn.neural_network import MLPClassifier  # noqa: PLC0415

    mean, scale = mean_and_scale(vectors)
    scale = scale / np.sqrt(len(mean))  # a network wants inputs around one, not vectors of length one
    standard = (vectors - mean) / scale
    labels = {
        "topic": np.array([CLASSES["topic"].index(row.topic) for row in rows]),
        "triage": np.array([row.triage.rank for row in rows]),
        "speaker": np.array([CLASSES["speaker"].index(row.speaker.value) for row in rows]),
        "indicators": np.array([[name in row.indicators for name in INDICATORS] for row in rows], dtype=int),
    }
    parts = {
        name: MLPClassifier((256,), alpha=1e-3, batch_size=64, early_stopping=True, n_iter_no_change=5, random_state=7).fit(
            standard, target
        )
        for name, target in labels.items()
    }
    return Network(mean, scale, parts)
