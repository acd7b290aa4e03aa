"""Linear heads over a sentence vector: topic, triage, indicators, speaker."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bot.messages import TOPICS, Indicator, Speaker, Triage
from bot.screening.rows import Row

TRIAGES = tuple(level.value for level in Triage)
INDICATORS = tuple(indicator.value for indicator in Indicator)
SPEAKERS = tuple(speaker.value for speaker in Speaker)
_FILE = "heads.npz"

Matrix = NDArray[np.float32]


@dataclass(frozen=True)
class Likelihoods:
    """What the heads say of one message, each between 0 and 1."""

    topic: Matrix
    triage: Matrix
    indicators: Matrix
    speaker: Matrix

    @property
    def handoff(self) -> float:
        """Return the likelihood that somebody of the hotline must see this."""
        return float(self.triage[TRIAGES.index("high")] + self.triage[TRIAGES.index("emergency")])


@dataclass(frozen=True)
class Heads:
    """Weights over a standardised sentence vector; `encoder` names the encoder that they belong to."""

    encoder: str
    mean: Matrix
    scale: Matrix
    weights: dict[str, Matrix]
    biases: dict[str, Matrix]

    def standardise(self, vectors: Matrix) -> Matrix:
        """Centre and scale sentence vectors (frozen encoders crowd all of them into one corner)."""
        return np.asarray((vectors - self.mean) / self.scale, dtype=np.float32)

    def read(self, vector: Matrix) -> Likelihoods:
        """Return what the heads say of one raw sentence vector."""
        standard = self.standardise(vector)
        logits = {name: self.weights[name] @ standard + self.biases[name] for name in self.weights}
        return Likelihoods(
            topic=_softmax(logits["topic"]),
            triage=_softmax(logits["triage"]),
            indicators=np.asarray(1 / (1 + np.exp(-logits["indicators"])), dtype=np.float32),
            speaker=_softmax(logits["speaker"]),
        )

    def save(self, folder: Path) -> None:
        """Write the heads to a folder."""
        folder.mkdir(parents=True, exist_ok=True)
        arrays: dict[str, Any] = {"mean": self.mean, "scale": self.scale}
        for name in self.weights:
            arrays[f"weights.{name}"] = self.weights[name]
            arrays[f"biases.{name}"] = self.biases[name]
        np.savez_compressed(folder / _FILE, allow_pickle=False, about=np.array(json.dumps({"encoder": self.encoder})), **arrays)

    @classmethod
    def load(cls, folder: Path) -> Heads:
        """Read the heads from a folder."""
        with np.load(folder / _FILE, allow_pickle=False) as data:
            names = [name.removeprefix("weights.") for name in data.files if name.startswith("weights.")]
            return cls(
                encoder=json.loads(str(data["about"]))["encoder"],
                mean=data["mean"],
                scale=data["scale"],
                weights={name: data[f"weights.{name}"] for name in names},
                biases={name: data[f"biases.{name}"] for name in names},
            )


def _softmax(logits: Matrix) -> Matrix:
    powers = np.exp(logits - logits.max())
    return np.asarray(powers / powers.sum(), dtype=np.float32)


def train_heads(
    rows: Sequence[Row], vectors: Matrix, encoder: str, *, on_progress: Callable[[str], None] = lambda name: None
) -> Heads:
    """Fit logistic regressions on labelled sentence vectors (one row each)."""
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415 - training only

    mean = vectors.mean(axis=0)
    # One scale for all dimensions, as renormalising would: the directions of an e5 vector already have comparable spread.
    scale = np.full_like(mean, float(np.linalg.norm(vectors - mean, axis=1).mean()) or 1.0)
    standard = (vectors - mean) / scale
    weights: dict[str, Matrix] = {}
    biases: dict[str, Matrix] = {}

    def fit(targets: NDArray[np.int64], regularisation: float, balanced: bool = False) -> tuple[Matrix, Matrix]:
        model = LogisticRegression(C=regularisation, max_iter=400, class_weight="balanced" if balanced else None)
        model.fit(standard, targets)
        return model.coef_.astype(np.float32), model.intercept_.astype(np.float32)

    targets = {
        "topic": (TOPICS, [row.topic for row in rows]),
        "triage": (TRIAGES, [row.triage.value for row in rows]),
        "speaker": (SPEAKERS, [row.speaker.value for row in rows]),
    }
    for name, (classes, labels) in targets.items():
        on_progress(name)
        present = [index for index, label in enumerate(classes) if label in set(labels)]
        weight, bias = fit(np.array([classes.index(label) for label in labels]), 30.0)
        if weight.shape[0] == 1:  # scikit-learn gives one row for two classes
            weight, bias = np.vstack([-weight / 2, weight / 2]), np.hstack([-bias / 2, bias / 2])
        weights[name] = np.zeros((len(classes), vectors.shape[1]), dtype=np.float32)
        biases[name] = np.full(len(classes), -30.0, dtype=np.float32)  # a class that no row has never wins
        weights[name][present], biases[name][present] = weight, bias
    weights["indicators"] = np.zeros((len(INDICATORS), vectors.shape[1]), dtype=np.float32)
    biases["indicators"] = np.full(len(INDICATORS), -30.0, dtype=np.float32)
    for index, name in enumerate(INDICATORS):
        on_progress(name)
        flags = np.array([int(Indicator(name) in row.indicators) for row in rows])
        if flags.any():
            weight, bias = fit(flags, 10.0)
            weights["indicators"][index], biases["indicators"][index] = weight[0], bias[0]
    return Heads(encoder=encoder, mean=mean, scale=scale, weights=weights, biases=biases)
