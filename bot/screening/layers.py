"""A small network with one hidden layer, as it is read and applied; `bot.screening.network` trains it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from bot.screening.heads import Matrix

_LITTLE: Final = 1e-4


@dataclass(frozen=True)
class Layers:
    """A network with one hidden layer: weights and biases, outputs in the order of `outputs`.

    Where the outputs are cosines, the hidden layer is that of so many `members`, and of each only the direction counts.
    """

    outputs: tuple[str, ...]
    weights: tuple[Matrix, Matrix]
    biases: tuple[Matrix, Matrix]
    members: int = 0

    def logits(self, features: Matrix) -> Matrix:
        """Return the outputs of one row, or of several."""
        hidden = np.maximum(features @ self.weights[0] + self.biases[0], 0)
        if self.members:
            parts = hidden.reshape(*hidden.shape[:-1], self.members, -1)
            hidden = directed(parts, axis=-1)[0].reshape(hidden.shape)
        return np.asarray(hidden @ self.weights[1] + self.biases[1], dtype=np.float32)

    def arrays(self, name: str) -> dict[str, Any]:
        """Return weights and biases by names that begin with `name`, as they are stored: weights in half precision."""
        weights: dict[str, Any] = {f"{name}.w{place}": one.astype(np.float16) for place, one in enumerate(self.weights)}
        biases: dict[str, Any] = {f"{name}.b{place}": one for place, one in enumerate(self.biases)}
        return weights | biases | {f"{name}.members": np.array(self.members)}

    @classmethod
    def of(cls, outputs: Iterable[str], stored: Mapping[str, Matrix], name: str) -> Layers:
        """Return the network that `arrays` stored."""
        first, second, inner, outer = (stored[f"{name}.{part}"].astype(np.float32) for part in ("w0", "w1", "b0", "b1"))
        return cls(tuple(outputs), (first, second), (inner, outer), int(stored.get(f"{name}.members", 0)))


def directed(values: Matrix, *, axis: int) -> tuple[Matrix, Matrix]:
    """Return rows or columns of length one, and the lengths that they had."""
    lengths = np.linalg.norm(values, axis=axis, keepdims=True) + np.float32(_LITTLE)
    return values / lengths, lengths


def likelihood(logits: Matrix) -> Matrix:
    """Return likelihoods of log odds."""
    return np.asarray(1 / (1 + np.exp(-logits)), dtype=np.float32)


def log_odds(likelihood: Matrix) -> Matrix:
    """Return log odds of likelihoods, finite at 0 and 1."""
    return np.asarray(np.log((likelihood + _LITTLE) / (1 - likelihood + _LITTLE)), dtype=np.float32)
