"""Fits heads to the vectors of encoders that are not tuned: the n-gram fallback, and the packaged encoder in comparisons."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bot.language.classes import CLASSES, INDICATORS
from bot.screening.heads import Heads, Matrix
from bot.screening.rows import Row

_NEVER = -30.0  # the logit of a class that no row has


def fit_sparse(rows: Sequence[Row], features: Any, encoder: str) -> Heads:
    """Fit heads on sparse n-gram features by averaged stochastic descent: seconds, and nothing to standardise."""
    from sklearn.linear_model import SGDClassifier  # noqa: PLC0415 - training only

    def fit(targets: NDArray[np.int64]) -> tuple[Matrix, Matrix]:
        model = SGDClassifier(loss="log_loss", alpha=2e-6, max_iter=8, tol=None, random_state=7, average=True)
        model.fit(features, targets)
        return model.coef_.astype(np.float32), model.intercept_.astype(np.float32)

    width = features.shape[1]
    return fit_with(rows, fit, Heads(encoder, np.zeros(width, np.float32), np.ones(width, np.float32), {}, {}))


def fit_dense(rows: Sequence[Row], vectors: Matrix, encoder: str) -> Heads:
    """Fit logistic regressions on dense sentence vectors, one row each."""
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415 - training only

    mean, scale = mean_and_scale(vectors)
    standard = (vectors - mean) / scale

    def fit(targets: NDArray[np.int64]) -> tuple[Matrix, Matrix]:
        # newton-cholesky would be exact but cubic in classes; lbfgs of this scikit-learn warns about the newer scipy in every fit.
        model = LogisticRegression(C=30.0, max_iter=100, solver="newton-cg", tol=1e-3)
        model.fit(standard, targets)
        return model.coef_.astype(np.float32), model.intercept_.astype(np.float32)

    return fit_with(rows, fit, Heads(encoder, mean, scale, {}, {}))


def mean_and_scale(vectors: Matrix) -> tuple[Matrix, Matrix]:
    """Return the mean of vectors and one scale for all dimensions, as renormalising would.

    The directions of an e5 vector already have comparable spread.
    """
    mean = vectors.mean(axis=0)
    return mean, np.full_like(mean, float(np.linalg.norm(vectors - mean, axis=1).mean()) or 1.0)


def fit_with(rows: Sequence[Row], fit: Callable[[NDArray[np.int64]], tuple[Matrix, Matrix]], heads: Heads) -> Heads:
    """Fill in heads; `fit` takes class numbers, one a row, and returns weights and biases, one row a class (or one for two classes)."""
    width = len(heads.mean)
    labels = {
        "topic": [row.topic for row in rows],
        "triage": [row.triage.value for row in rows],
        "speaker": [row.speaker.value for row in rows],
    }
    for name, told in labels.items():
        classes = CLASSES[name]
        present = [index for index, label in enumerate(classes) if label in set(told)]
        weight, bias = np.zeros((len(classes), width), np.float32), np.full(len(classes), _NEVER, np.float32)
        if len(present) > 1:
            found = fit(np.array([classes.index(label) for label in told]))
            weight[present], bias[present] = _one_row_a_class(*found)
        else:
            bias[present] = 0.0
        heads.weights[name], heads.biases[name] = weight, bias
    weight, bias = np.zeros((len(INDICATORS), width), np.float32), np.full(len(INDICATORS), _NEVER, np.float32)
    for index, name in enumerate(INDICATORS):
        flags = np.array([int(name in row.indicators) for row in rows])
        if 0 < flags.sum() < len(rows):
            found = fit(flags)
            weight[index], bias[index] = found[0][0], found[1][0]
    heads.weights["indicators"], heads.biases["indicators"] = weight, bias
    return heads


def _one_row_a_class(weight: Matrix, bias: Matrix) -> tuple[Matrix, Matrix]:
    if weight.shape[0] > 1:
        return weight, bias
    return np.vstack([-weight / 2, weight / 2]), np.hstack([-bias / 2, bias / 2])  # scikit-learn gives one row for two classes
