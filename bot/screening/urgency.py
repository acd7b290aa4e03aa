"""How urgent a message is: that somebody is in danger now, or may die by their own hand.

What a body tells ("I cannot stand", "the baby does not move") drowns among forty heads over one layer. So a second opinion on these two
things alone (`bot.screening.second_opinion`), learned from messages in the middle of conversations too, is weighed with what they say.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from bot.language.classes import INDICATORS, TRIAGES
from bot.messages import TOPICS, Indicator
from bot.screening.heads import Likelihoods, Matrix
from bot.screening.layers import likelihood, log_odds

OUTPUTS: Final = ("danger", "dying")
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


def alarm_opinions(likelihoods: Likelihoods, loudest: Matrix, heard: Matrix) -> Matrix:
    """Return what is thought of an alarm, as log odds, by the heads and then by the second opinion on what is urgent (`heard`).

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
    return np.concatenate([log_odds(said), heard.ravel()]).astype(np.float32)


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
