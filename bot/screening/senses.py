"""What a text means, as one vector: the encoder's last layer, tuned for screening, beside earlier layers, which know more of the words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np

from bot.screening.encoder import Encoding, vectors_of
from bot.screening.heads import Heads, Matrix

_FILE: Final = "senses.npz"
_LEAST_SPREAD: Final = 1e-3


@dataclass(frozen=True)
class Senses:
    """Makes vectors of encodings: the last layer as the screening standardises it, earlier ones by mean and spread of the training."""

    heads: Heads
    mean: Matrix = field(default_factory=lambda: np.zeros(0, dtype=np.float32))
    spread: Matrix = field(default_factory=lambda: np.zeros(0, dtype=np.float32))

    @classmethod
    def learned(cls, heads: Heads, encodings: Mapping[str, Encoding]) -> tuple[Senses, dict[str, Matrix]]:
        """Return senses whose spread is that of some texts, given with their encodings, and the vectors of these texts."""
        middle = np.stack([item.middle for item in encodings.values()])
        senses = cls(heads, middle.mean(axis=0), middle.std(axis=0) + _LEAST_SPREAD)
        return senses, senses.by_text(encodings)

    def of(self, encodings: Sequence[Encoding]) -> Matrix:
        """Return the vectors of encodings, one row each: first `last_width` numbers of the last layer, then those of earlier ones."""
        last = self.heads.standardise(vectors_of(encodings, self.last_width))
        if not encodings or not len(self.mean):
            return last
        middle = (np.stack([item.middle for item in encodings]) - self.mean) / self.spread
        return np.concatenate([last, middle], axis=1).astype(np.float32)

    def by_text(self, encodings: Mapping[str, Encoding]) -> dict[str, Matrix]:
        """Return the vectors of texts that are given with their encodings."""
        return dict(zip(encodings, self.of(list(encodings.values())), strict=True))

    def one(self, encoding: Encoding) -> Matrix:
        """Return the vector of one encoding."""
        return np.asarray(self.of([encoding])[0], dtype=np.float32)

    @property
    def last_width(self) -> int:
        """Return how many numbers the last layer has: what is kept of a message for the next one."""
        return len(self.heads.mean)

    def save(self, folder: Path) -> None:
        """Write mean and spread to a folder."""
        np.savez_compressed(folder / _FILE, allow_pickle=False, mean=self.mean, spread=self.spread)

    @classmethod
    def load(cls, folder: Path, heads: Heads) -> Senses:
        """Read what `save` wrote."""
        with np.load(folder / _FILE, allow_pickle=False) as data:
            return cls(heads, data["mean"], data["spread"])
