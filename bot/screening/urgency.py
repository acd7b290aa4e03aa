"""How urgent a message is, heard by a network of its own: that somebody is in danger now, or may die by their own hand.

The encoder's last layer serves forty heads; what a body tells ("I cannot stand", "the baby does not move") drowns among them. This
network reads the earlier layers and the dialogue's as well, and has learned from messages in the middle of conversations too; a table
of letters and words, learned from the same, hears the "not" and the one word that a vector blurs. What both say stands beside the
heads' opinions (`weighed_alarms`). What they add: docs/screening.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np

from bot.language.classes import INDICATORS, TRIAGES
from bot.messages import TOPICS, Indicator
from bot.screening.clauses import Reading
from bot.screening.encoder import Encoding
from bot.screening.heads import Heads, Likelihoods, Matrix
from bot.screening.layers import Layers, likelihood, log_odds
from bot.screening.letter_table import Letters, places
from bot.screening.senses import Senses

OUTPUTS: Final = ("danger", "dying")
_FILE: Final = "urgency.npz"
_EMERGENCY: Final = TRIAGES.index("emergency")
_ABOUT_EMERGENCY: Final = TOPICS.index("emergency")
_SUICIDE: Final = INDICATORS.index(Indicator.SUICIDE_RISK.value)
_LITTLE: Final = 1e-6


@dataclass(frozen=True)
class AlarmExample:
    """A message, and which of OUTPUTS it tells: to learn from. `language` is that of its conversation, "" where that does not matter."""

    text: str
    danger: bool = False
    dying: bool = False
    language: str = ""

    @property
    def alarms(self) -> bool:
        """Say whether it tells either."""
        return self.danger or self.dying


@dataclass(frozen=True)
class Urgency:
    """The network, the table of letters and words beside it, and the vectors that the network reads."""

    network: Layers
    letters: Letters
    senses: Senses

    def heard(self, text: str, whole: Encoding, reading: Reading) -> Matrix:
        """Return log odds of OUTPUTS for the whole message and for the clause that says each loudest, by the network, then by the table."""
        clauses = reading.encodings if len(reading.clauses) > 1 else (whole,)
        by_vector = self.network.logits(self.senses.of([whole, *clauses]))
        by_letters = self.letters.logits([places(part) for part in (text, *reading.clauses)])
        return np.concatenate([opinion for said in (by_vector, by_letters) for opinion in (said[0], said[1:].max(axis=0))])

    def save(self, folder: Path) -> None:
        """Write network and vectors to a folder."""
        folder.mkdir(parents=True, exist_ok=True)
        self.senses.save(folder)
        np.savez_compressed(folder / _FILE, allow_pickle=False, **self.network.arrays("urgency"), **self.letters.arrays())

    @classmethod
    def load(cls, folder: Path, heads: Heads) -> Urgency:
        """Read what `save` wrote; `heads` are the encoder's."""
        with np.load(folder / _FILE, allow_pickle=False) as data:
            return cls(Layers.of(OUTPUTS, data, "urgency"), Letters.of(OUTPUTS, data), Senses.load(folder, heads))


def alarm_opinions(likelihoods: Likelihoods, loudest: Matrix, heard: Matrix) -> Matrix:
    """Return what is thought of an alarm, as log odds, by the heads and then by what `Urgency` heard.

    `loudest` is for each indicator what the loudest clause says.
    """
    said = np.array(
        [
            likelihoods.triage[_EMERGENCY],
            likelihoods.handoff,
            likelihoods.indicators[_SUICIDE],
            loudest[_SUICIDE],
            likelihoods.topic[_ABOUT_EMERGENCY],
        ]
    )
    return np.concatenate([log_odds(said), heard]).astype(np.float32)


def weighed_alarms(likelihoods: Likelihoods, opinions: Matrix, urgent: Sequence[float], dying: Sequence[float]) -> Likelihoods:
    """Return likelihoods of an emergency and of a wish to die that weigh all opinions; the last number of each weighing is its bias.

    A wish to die is an emergency always, so it is no likelier than one.
    """
    if not urgent:
        return likelihoods
    emergency, suicide = (float(likelihood(opinions @ np.array(one[:-1]) + one[-1])) for one in (urgent, dying))
    triage, indicators = likelihoods.triage.copy(), likelihoods.indicators.copy()
    triage[:_EMERGENCY] *= (1 - emergency) / max(1 - float(triage[_EMERGENCY]), _LITTLE)
    triage[_EMERGENCY] = emergency
    indicators[_SUICIDE] = min(suicide, emergency)
    return replace(likelihoods, triage=np.asarray(triage / triage.sum(), dtype=np.float32), indicators=indicators)
