"""A message by its letters and words: a second opinion beside the encoder's vector, which blurs the one word that a question turns on.

Every word, every run of three to five letters of one, and every two words in a row have a place in a table of small vectors, found by a
hash; their weighted mean says what a message does, or which answer it asks for. A table knows only what stands in the messages that it was
learned from (`bot.screening.letter_learning`), in whatever language.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

import mmh3
import numpy as np
from numpy.typing import NDArray

from bot.language.identification import without_diacritics
from bot.screening.heads import Matrix
from bot.screening.layers import directed

Places = NDArray[np.intp]
PLACES: Final = 2**16
# How much their log odds count beside those of a network: for the commands the best of 0.1, 0.2 and 0.3, on turns of strangers and on those
# held out; for who asks for a person and what alarms 0.2 to 0.4 are alike (docs/encoder.md).
LETTERED: Final = 0.2
# Of one, to which the numbers of a table are rounded, which are spread by a quarter of one or more: a third of the bytes, compressed, and
# half of them in memory.
STEPS: Final = 16
_SHORTEST, _LONGEST = 3, 5  # letters of a run, edges of the word among them
_WORD: Final = re.compile(r"\w+")


def runs(text: str) -> set[str]:
    """Return the words of a text, the runs of letters in them, and its pairs of words, without marks and capitals."""
    words = _WORD.findall(without_diacritics(text.lower()))
    found = {f"={word}" for word in words} | {f"{one} {other}" for one, other in pairwise(words)}
    for word in words:
        edged = f"<{word}>"
        found |= {
            edged[start : start + length] for length in range(_SHORTEST, _LONGEST + 1) for start in range(len(edged) - length + 1)
        }
    return found


def places(text: str) -> Places:
    """Return the places of a text's runs in the table, in ascending order."""
    return np.unique(np.array([mmh3.hash(run, signed=False) % PLACES for run in runs(text)], dtype=np.intp))


def weighed(places_of: Places, rarity: NDArray[np.float16]) -> tuple[Places, Matrix]:
    """Return those places of a text that were seen in learning, and how much each counts: the rarer the more, a row of length one."""
    known = places_of[rarity[places_of] > 0]
    weights = rarity[known].astype(np.float32)
    return known, weights / max(float(np.sqrt(np.square(weights).sum())), 1e-9)


def in_steps(numbers: NDArray[np.floating[Any]]) -> NDArray[np.int8]:
    """Return numbers as whole steps; what is further from nothing than eight, which none has come to, counts as that."""
    steps = np.iinfo(np.int8)
    return np.clip(np.round(numbers.astype(np.float32) * STEPS), steps.min, steps.max).astype(np.int8)


def beside(logits: Matrix, letters: Letters | None, seen: Sequence[Places]) -> Matrix:
    """Return the log odds of a network with what a table says of the same texts, given by their places, beside them."""
    return logits if letters is None else (1 - LETTERED) * logits + LETTERED * letters.logits(seen)


@dataclass(frozen=True)
class Letters:
    """The table in sixteenths, how rare each place is (0: not seen), and the commands or answers that its vectors tell apart.

    Where the outputs are `cosines`, of a text's vector only the direction counts.
    """

    rarity: NDArray[np.float16]
    table: NDArray[np.int8]
    outputs: tuple[str, ...]
    weights: Matrix
    biases: Matrix
    cosines: bool = False

    def logits(self, seen: Sequence[Places]) -> Matrix:
        """Return the outputs for texts given by their places, a row each; of one of which nothing was seen before what is true of most."""
        return np.asarray(np.stack([self._vector(one) for one in seen]) @ self.weights + self.biases, dtype=np.float32)

    def likely(self, text: str) -> dict[str, float]:
        """Return the log likelihood of each answer that is known, one of which is meant; nothing for a text of which nothing is known."""
        vector = self._vector(places(text))
        if not vector.any():
            return {}
        logits = vector @ self.weights + self.biases
        top = logits.max()
        return dict(zip(self.outputs, (logits - top - np.log(np.exp(logits - top).sum())).tolist(), strict=True))

    def _vector(self, seen: Places) -> Matrix:
        known, weights = weighed(seen, self.rarity)
        vector = np.asarray(weights @ self.table[known].astype(np.float32) / STEPS, dtype=np.float32)
        return directed(vector, axis=0)[0] if self.cosines else vector

    def arrays(self) -> dict[str, Any]:
        """Return what is stored, by name."""
        return {
            "letters.rarity": self.rarity,
            "letters.table": (self.table / STEPS).astype(np.float16),
            "letters.weights": self.weights.astype(np.float16),
            "letters.biases": self.biases,
            "letters.cosines": np.array(self.cosines),
        }

    @classmethod
    def of(cls, outputs: Iterable[str], stored: Mapping[str, Any]) -> Letters:
        """Return what `arrays` stored."""
        rarity, table, weights, biases = (stored[f"letters.{name}"] for name in ("rarity", "table", "weights", "biases"))
        cosines = bool(stored.get("letters.cosines", False))
        return cls(rarity, in_steps(table), tuple(outputs), weights.astype(np.float32), biases.astype(np.float32), cosines)
