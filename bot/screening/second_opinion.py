"""A second opinion on a message: everything that the encoder's heads say, said again by a network and by a table of letters and words.

The heads are linear, and forty of them share the encoder's last layer. The networks read the earlier layers and the dialogue's as well;
the tables hear the "not" and the one word that a vector blurs. Each reads the whole message and every clause of it, and what all of them
say is weighed with the heads (`bot.screening.triage`, `bot.screening.urgency`). What they add: docs/screening.md.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Final

import numpy as np

from bot.language.classes import INDICATORS, SPEAKERS, ClassesDiffer
from bot.messages import TOPICS
from bot.screening.clauses import Reading
from bot.screening.encoder import Encoding
from bot.screening.heads import Heads, Matrix
from bot.screening.layers import Layers
from bot.screening.letter_table import Letters, Places, places
from bot.screening.senses import Senses
from bot.screening.urgency import OUTPUTS as ALARMS

_TRIAGE: Final = ("triage: a person", "triage: now", "triage: anything")
OUTPUTS: Final = (
    *_TRIAGE,
    *(f"indicator: {name}" for name in INDICATORS),
    *(f"topic: {name}" for name in TOPICS),
    *(f"speaker: {name}" for name in SPEAKERS),
)
_ENDS: Final = np.cumsum([0, len(_TRIAGE), len(INDICATORS), len(TOPICS), len(SPEAKERS)]).tolist()
# The columns of an opinion on each of these.
OF_TRIAGE, OF_INDICATORS, OF_TOPIC, OF_SPEAKER = (slice(start, end) for start, end in pairwise(_ENDS))
# The rows of an opinion, beside those of the loudest clause.
BY_NETWORK, BY_LETTERS = 0, 2
NO_OPINION: Final[Matrix] = np.zeros((0, len(OUTPUTS)), dtype=np.float32)
_NAMES: Final = {"told": OUTPUTS, "urgency": ALARMS}


@dataclass(frozen=True)
class SecondOpinion:
    """A network over vectors and a table of letters and words that were learned from the same messages and say the same things."""

    network: Layers
    letters: Letters

    def read(self, vectors: Matrix, seen: Sequence[Places]) -> Matrix:
        """Return log odds, a column for each output: of the whole by the network, of the clause that says it loudest, and by the table.

        `vectors`, and places of letters, are those of the whole and then of its clauses, if it has several.
        """
        both = (self.network.logits(vectors), self.letters.logits(seen))
        return np.stack([row for said in both for row in (said[0], said[1:].max(axis=0) if len(said) > 1 else said[0])])


@dataclass(frozen=True)
class SecondOpinions:
    """What is told, and what is urgent in it, by networks that read the same vectors."""

    senses: Senses
    told: SecondOpinion
    urgent: SecondOpinion

    def read(self, text: str, whole: Encoding, reading: Reading) -> tuple[Matrix, Matrix]:
        """Return what is said of a readable text, its columns those of OUTPUTS and of `bot.screening.urgency`."""
        clauses = list(zip(reading.clauses, reading.encodings, strict=True)) if len(reading.clauses) > 1 else []
        vectors = self.senses.of([whole, *(encoding for _, encoding in clauses)])
        seen = [places(part) for part in (text, *(clause for clause, _ in clauses))]
        return self.told.read(vectors, seen), self.urgent.read(vectors, seen)

    def save(self, folder: Path) -> None:
        """Write networks, tables and vectors to a folder."""
        folder.mkdir(parents=True, exist_ok=True)
        self.senses.save(folder)
        for name, opinion in (("told", self.told), ("urgency", self.urgent)):
            np.savez_compressed(
                folder / f"{name}.npz",
                allow_pickle=False,
                about=np.array(json.dumps(opinion.network.outputs)),
                **opinion.network.arrays(name),
                **opinion.letters.arrays(),
            )

    @classmethod
    def load(cls, folder: Path, heads: Heads) -> SecondOpinions:
        """Read what `save` wrote; `heads` are the encoder's. Raises ClassesDiffer."""
        told, urgent = (_opinion(folder / f"{name}.npz", name, outputs) for name, outputs in _NAMES.items())
        return cls(Senses.load(folder, heads), told, urgent)


def _opinion(path: Path, name: str, outputs: tuple[str, ...]) -> SecondOpinion:
    with np.load(path, allow_pickle=False) as data:
        if tuple(json.loads(str(data["about"]))) != outputs:
            raise ClassesDiffer(f"{path} tells apart what this program names otherwise. Learn it again: make train.")
        return SecondOpinion(Layers.of(outputs, data, name), Letters.of(outputs, data))
