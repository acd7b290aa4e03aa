"""Linear heads over a sentence vector: topic, triage, indicators, speaker, and language where the encoder knows it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bot.language.classes import CLASSES, TRIAGES, check_classes
from bot.messages import LANGUAGES

_LATER = frozenset({"language"})  # heads that may lack the last classes: a language added later is named by its n-grams alone
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
    """Weights over a standardised sentence vector; `encoder` names the encoder that they belong to.

    A language that was added since they were learned has no row in the language head.
    """

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
            topic=softmax(logits["topic"]),
            triage=softmax(logits["triage"]),
            indicators=np.asarray(1 / (1 + np.exp(-logits["indicators"])), dtype=np.float32),
            speaker=softmax(logits["speaker"]),
        )

    def language(self, vector: Matrix) -> Matrix | None:
        """Return the likelihood of each served language, NaN where the head does not know one; None from encoders without it."""
        if "language" not in self.weights:
            return None
        logits = self.weights["language"] @ self.standardise(vector) + self.biases["language"]
        known = softmax(logits / LANGUAGE_TEMPERATURE)
        return np.concatenate([known, np.full(len(LANGUAGES) - len(known), np.nan, dtype=np.float32)])

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
        np.savez_compressed(folder / _FILE, allow_pickle=False, about=np.array(about_heads(self.encoder, self.weights)), **arrays)

    @classmethod
    def load(cls, folder: Path) -> Heads:
        """Read the heads from a folder; raises ClassesDiffer when their classes are not this program's, in its order."""
        with np.load(folder / _FILE, allow_pickle=False) as data:
            names = [name.removeprefix("weights.") for name in data.files if name.startswith("weights.")]
            about = json.loads(str(data["about"]))
            check_classes(about.get("classes", {}), names, folder / _FILE, later=_LATER)
            return cls(
                encoder=about["encoder"],
                mean=data["mean"],
                scale=data["scale"],
                weights={name: data[f"weights.{name}"].astype(np.float32) for name in names},
                biases={name: data[f"biases.{name}"].astype(np.float32) for name in names},
            )


def about_heads(encoder: str, names: Iterable[str]) -> str:
    """Return what a file of heads says about itself, as JSON: its encoder, and the class of each row of weights by its name."""
    return json.dumps({"encoder": encoder, "classes": {name: list(CLASSES[name]) for name in names}})


def softmax(logits: Matrix) -> Matrix:
    """Return likelihoods of classes of which one holds."""
    powers = np.exp(logits - logits.max())
    return np.asarray(powers / powers.sum(), dtype=np.float32)
