"""Linear heads over a sentence vector: topic, triage, indicators, speaker, and language where the encoder knows it."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bot.messages import LANGUAGES, TOPICS, Indicator, Speaker, Triage

TRIAGES = tuple(level.value for level in Triage)
INDICATORS = tuple(indicator.value for indicator in Indicator)
SPEAKERS = tuple(speaker.value for speaker in Speaker)
CLASSES = {"topic": TOPICS, "triage": TRIAGES, "indicators": INDICATORS, "speaker": SPEAKERS, "language": LANGUAGES}
LANGUAGE_TEMPERATURE = 1.6  # fitted on the rows held out; between 1.5 and 1.7 for every encoder so far
_TOLD = ("topic", "triage", "indicators", "speaker")
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
        """Centre and scale sentence or piece vectors (encoders crowd all of them into one corner)."""
        return np.asarray((vectors - self.mean) / self.scale, dtype=np.float32)

    def read(self, vector: Matrix) -> Likelihoods:
        """Return what the heads say of one raw sentence vector."""
        standard = self.standardise(vector)
        logits = {name: self.weights[name] @ standard + self.biases[name] for name in _TOLD}
        return Likelihoods(
            topic=_softmax(logits["topic"]),
            triage=_softmax(logits["triage"]),
            indicators=np.asarray(1 / (1 + np.exp(-logits["indicators"])), dtype=np.float32),
            speaker=_softmax(logits["speaker"]),
        )

    def language(self, vector: Matrix) -> Matrix | None:
        """Return the likelihood of each of the sixteen languages; None from encoders that have no head for it."""
        if "language" not in self.weights:
            return None
        logits = self.weights["language"] @ self.standardise(vector) + self.biases["language"]
        return _softmax(logits / LANGUAGE_TEMPERATURE)

    def contributions(self, pieces: Matrix, indicator: int) -> Matrix:
        """Return what each piece adds to an indicator's logit: the mean of them and the bias are the logit."""
        return np.asarray(self.standardise(pieces) @ self.weights["indicators"][indicator], dtype=np.float32)

    def tempered(self, temperatures: dict[str, float]) -> Heads:
        """Return heads whose logits are divided by a temperature each, so that likelihoods mean what they say."""
        return replace(
            self,
            weights={name: weight / temperatures.get(name, 1.0) for name, weight in self.weights.items()},
            biases={name: bias / temperatures.get(name, 1.0) for name, bias in self.biases.items()},
        )

    def save(self, folder: Path) -> None:
        """Write the heads to a folder."""
        folder.mkdir(parents=True, exist_ok=True)
        arrays: dict[str, Any] = {"mean": self.mean, "scale": self.scale}
        for name in self.weights:
            arrays[f"weights.{name}"] = self.weights[name].astype(np.float16)
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
                weights={name: data[f"weights.{name}"].astype(np.float32) for name in names},
                biases={name: data[f"biases.{name}"].astype(np.float32) for name in names},
            )


def _softmax(logits: Matrix) -> Matrix:
    powers = np.exp(logits - logits.max())
    return np.asarray(powers / powers.sum(), dtype=np.float32)
