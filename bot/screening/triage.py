"""From likelihoods to a triage level, at a working point that was chosen on validation data."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

import numpy as np

from bot.language.classes import INDICATORS, TRIAGES
from bot.messages import TOPICS, Indicator, Triage
from bot.screening.heads import Likelihoods, Matrix
from bot.screening.layers import likelihood, log_odds
from bot.screening.least_triage import least_triage

_FILE = "working_point.json"
_LITTLE = 1e-4
_WEIGHTS = ("joint", "signs", "urgent", "dying")
_HIGH = TRIAGES.index("high")
STRONG = [place for place, name in enumerate(INDICATORS) if Indicator(name).strong]
_TOLD = [TOPICS.index(name) for name in ("emergency", "disclose_victim", "report_witness")]


@dataclass(frozen=True)
class WorkingPoint:
    """From which likelihood on something counts.

    `handoff`: high and emergency together, `handoff_in` the same for single languages; `emergency`: emergency, given that it is a
    handoff; `medium`: anything but none; `indicator`: one indicator, `suicide`: that one; `topic`: below it the topic is not trusted;
    `nearness`: the cosine at which a correction decides. `temperatures` divide the logits of each head. `encoder` is the one that all
    this was chosen for.
    `joint` weighs the opinions of several heads on a handoff (see `opinions`), its last number being the bias; empty: triage alone.
    `signs` weighs what the whole message and its loudest clause say of each indicator (see `weighed_signs`); empty: the whole alone.
    `urgent` and `dying` weigh the opinions on an alarm (see `urgency.weighed_alarms`); empty: the heads alone.
    """

    handoff: float = 0.5
    emergency: float = 0.5
    medium: float = 0.5
    indicator: float = 0.4
    suicide: float = 0.4
    topic: float = 0.25
    nearness: float = 0.9
    encoder: str = ""
    joint: tuple[float, ...] = ()
    signs: tuple[float, ...] = ()
    urgent: tuple[float, ...] = ()
    dying: tuple[float, ...] = ()
    handoff_in: dict[str, float] = field(default_factory=dict)
    temperatures: dict[str, float] = field(default_factory=dict)

    def save(self, folder: Path) -> None:
        """Write the working point to a folder."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / _FILE).write_text(json.dumps(asdict(self), indent=1))

    @classmethod
    def load(cls, folder: Path) -> WorkingPoint:
        """Read the working point from a folder."""
        stored = json.loads((folder / _FILE).read_text())
        return cls(**stored | {name: tuple(stored[name]) for name in _WEIGHTS})


def opinions(likelihoods: Likelihoods) -> Matrix:
    """Return what three heads think of a handoff, as log odds, and the likelihood of medium."""
    strong = log_odds(likelihoods.indicators[STRONG])
    told = float(likelihoods.topic[_TOLD].sum())
    return np.array(
        [
            float(log_odds(np.array(likelihoods.handoff))),
            float(np.logaddexp.reduce(strong)),
            float(log_odds(np.array(told))),
            float(likelihoods.triage[TRIAGES.index("medium")]),
        ],
        dtype=np.float32,
    )


def joined(likelihoods: Likelihoods, joint: Sequence[float]) -> Likelihoods:
    """Return likelihoods whose handoff is the joint opinion of the heads; high to emergency and none to medium keep their proportion."""
    if not joint:
        return likelihoods
    odds = float(opinions(likelihoods) @ np.array(joint[:-1], dtype=np.float32)) + joint[-1]
    handoff, before = 1 / (1 + np.exp(-odds)), likelihoods.handoff
    triage = likelihoods.triage.copy()
    triage[:_HIGH] *= (1 - handoff) / max(1 - before, _LITTLE)
    triage[_HIGH:] *= handoff / max(before, _LITTLE)
    return replace(likelihoods, triage=np.asarray(triage / triage.sum(), dtype=np.float32))


def weighed_signs(likelihoods: Likelihoods, loudest: Matrix, signs: Sequence[float]) -> Likelihoods:
    """Return likelihoods of indicators that weigh the whole message and its clauses: a long story drowns what one clause says.

    `loudest` is for each indicator the likelihood of the clause that says it loudest; `signs` the weight of the whole, the weight
    of the clause, and a bias for each indicator.
    """
    if not signs:
        return likelihoods
    whole, clause, *bias = signs
    odds = whole * log_odds(likelihoods.indicators) + clause * log_odds(loudest) + np.array(bias, dtype=np.float32)
    return replace(likelihoods, indicators=likelihood(odds))


def judge(likelihoods: Likelihoods, point: WorkingPoint, language: str = "") -> tuple[Triage, tuple[Indicator, ...]]:
    """Return the triage level and the indicators, made consistent with each other."""
    triage = level(likelihoods, point, language)
    likely = {Indicator(name): float(value) for name, value in zip(INDICATORS, likelihoods.indicators, strict=True)}
    least = {Indicator.SUICIDE_RISK: point.suicide}
    found = sorted((name for name in likely if likely[name] >= least.get(name, point.indicator)), key=lambda name: -likely[name])
    if Indicator.SUICIDE_RISK in found:
        triage = Triage.EMERGENCY
    found = [name for name in found if least_triage(name).rank <= triage.rank]
    if triage is Triage.HIGH and not found:
        found = [max(likely, key=lambda name: likely[name])]
    return triage, tuple(found)


def level(likelihoods: Likelihoods, point: WorkingPoint, language: str = "") -> Triage:
    """Return the triage level alone."""
    handoff = likelihoods.handoff
    if handoff >= point.handoff_in.get(language, point.handoff):
        emergency = float(likelihoods.triage[TRIAGES.index("emergency")])
        return Triage.EMERGENCY if emergency >= point.emergency * handoff else Triage.HIGH
    none = float(likelihoods.triage[TRIAGES.index("none")])
    return Triage.MEDIUM if 1 - none >= point.medium else Triage.NONE
