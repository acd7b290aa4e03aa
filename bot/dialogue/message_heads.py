"""What is heard of a message alone, by networks of their own: a wish for a person or its refusal, what alarms, and what is told.

Who asks for a person is given one, so this is not left to the network of the forty commands, in which so rare a wish drowns: of 192 wishes
in words of strangers that one heard 129, with five innocent sentences of 96 (docs/dialogue-measured.md). What is told has some fifty kinds,
labelled in messages of their own. Learned by `bot.learning.apart` and `bot.learning.tellings`; here only read and applied.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from bot.dialogue.commands import REFUSES
from bot.screening.encoder import Encoding
from bot.screening.heads import Heads, Matrix
from bot.screening.layers import Layers, likelihood, log_odds
from bot.screening.letter_table import Letters, Places, beside
from bot.screening.senses import Senses

PERSON, ALARMING, TELLINGS = "person", "alarming", "tellings"  # their folders, inside that of the commands, in a model
MAY_REFUSE: Final = "doubt:refuse"
MOSTLY: Final = 0.7  # how much a network of its own counts in what it hears better than the one of the commands


@dataclass(frozen=True)
class Hearing:
    """What hears several things in a text: a network over its vector and, where enough was learned from, a table of letters and words."""

    network: Layers
    letters: Letters | None = None

    @property
    def outputs(self) -> tuple[str, ...]:
        """Return the names of what it hears."""
        return self.network.outputs

    def heard(self, senses: Matrix, seen: Sequence[Places]) -> Matrix:
        """Return how likely a message does each thing; vectors, and places of letters, are those of the whole and of its clauses.

        What is more counts: the whole or the mean of the log odds of the whole and of its loudest clause, as a clause alone has
        lost with whom somebody wants to speak. A refusal is whole in its clause ("… and I want no consultant"): of nine of strangers
        five are heard so, one by that mean, with as many mistakes.
        """
        logits = beside(self.network.logits(senses), self.letters, seen)
        whole = logits[0]
        loudest = logits[1:].max(axis=0) if len(logits) > 1 else whole
        by_itself = np.array([name == REFUSES for name in self.outputs])
        return likelihood(np.maximum(whole, np.where(by_itself, loudest, (whole + loudest) / 2)))


@dataclass(frozen=True)
class MessageHeads:
    """What hears, the vectors that it reads, and from which likelihood on what it hears counts."""

    hearing: Hearing
    senses: Senses
    bars: Mapping[str, float]

    def likelihoods(self, encodings: Sequence[Encoding], seen: Sequence[Places]) -> dict[str, float]:
        """Return how likely each output is, given encodings and places of letters of the whole and, where it has several, its clauses."""
        return dict(zip(self.hearing.outputs, self.hearing.heard(self.senses.of(encodings), seen).tolist(), strict=True))

    def weighed_with(
        self,
        others: Mapping[str, float],
        bars: Mapping[str, float],
        encodings: Sequence[Encoding],
        seen: Sequence[Places],
        *,
        mostly: Collection[str] = (),
    ) -> dict[str, float]:
        """Return the likelihoods of each output by this network and by another one as one, on the scale of the other one's bars.

        The mean of the log odds counts, measured from each one's own bar: what just counts for both just counts. Of the outputs in
        `mostly` this network says MOSTLY, the other one the rest.
        """
        found = self.likelihoods(encodings, seen)
        names = list(found)
        own, mine, their, theirs = (
            log_odds(np.array([known[name] for name in names], dtype=np.float32)) for known in (found, self.bars, others, bars)
        )
        share = np.array([MOSTLY if name in mostly else 0.5 for name in names], dtype=np.float32)
        together = theirs + share * (own - mine) + (1 - share) * (their - theirs)
        return dict(zip(names, likelihood(together).tolist(), strict=True))

    def save(self, folder: Path, name: str) -> None:
        """Write network, vectors and bars to a folder."""
        folder.mkdir(parents=True, exist_ok=True)
        self.senses.save(folder)
        letters = self.hearing.letters
        arrays: dict[str, Any] = self.hearing.network.arrays(name) | (letters.arrays() if letters is not None else {})
        np.savez_compressed(
            folder / f"{name}.npz",
            allow_pickle=False,
            about=np.array(json.dumps({"outputs": self.hearing.outputs, "bars": dict(self.bars)})),
            **arrays,
        )

    @classmethod
    def load(cls, folder: Path, name: str, heads: Heads) -> MessageHeads:
        """Read what `save` wrote; `heads` are the encoder's."""
        with np.load(folder / f"{name}.npz", allow_pickle=False) as data:
            about = json.loads(str(data["about"]))
            letters = Letters.of(about["outputs"], data) if "letters.table" in data else None
            hearing = Hearing(Layers.of(about["outputs"], data, name), letters)
            return cls(hearing, Senses.load(folder, heads), about["bars"])
