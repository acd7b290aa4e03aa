"""From likelihoods to a triage level, at a working point that was chosen on validation data."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

import numpy as np

from bot.language.classes import INDICATORS, TRIAGES
from bot.messages import TOPICS, Indicator, Triage
from bot.screening.heads import Likelihoods, Matrix, softmax
from bot.screening.layers import likelihood, log_odds
from bot.screening.least_triage import least_triage
from bot.screening.second_opinion import BY_LETTERS, BY_NETWORK, NO_OPINION, OF_INDICATORS, OF_SPEAKER, OF_TOPIC, OF_TRIAGE

_FILE = "working_point.json"
_LITTLE = 1e-4
_WEIGHTS = ("topics", "speakers", "joint", "signs", "urgent", "dying")
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
    `topics` and `speakers` weigh the heads and the second opinion (see `weighed_labels`); empty: the heads alone.
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
    topics: tuple[float, ...] = ()
    speakers: tuple[float, ...] = ()
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


def label_opinions(own: Matrix, second: Matrix) -> Matrix:
    """Return log likelihoods of labels of which one holds: by the head (`own`), by the second opinion's network and by its table."""
    others = second[[BY_NETWORK, BY_LETTERS]] if len(second) else second
    return np.concatenate([np.log(own + _LITTLE)[np.newaxis], others - np.logaddexp.reduce(others, axis=1, keepdims=True)])


def weighed_labels(
    likelihoods: Likelihoods, second: Matrix, *, topics: Sequence[float], speakers: Sequence[float]
) -> Likelihoods:
    """Return likelihoods of topic and speaker that weigh the second opinion with the heads; the weights as of `label_opinions`."""
    if not topics:
        return likelihoods
    return replace(
        likelihoods,
        topic=softmax(np.array(topics, dtype=np.float32) @ label_opinions(likelihoods.topic, second[:, OF_TOPIC])),
        speaker=softmax(np.array(speakers, dtype=np.float32) @ label_opinions(likelihoods.speaker, second[:, OF_SPEAKER])),
    )


def opinions(likelihoods: Likelihoods, second: Matrix = NO_OPINION) -> Matrix:
    """Return what is thought of a handoff.

    By three heads as log odds, and the likelihood of medium; then the second opinion on triage, row by row.
    """
    strong = log_odds(likelihoods.indicators[STRONG])
    told = float(likelihoods.topic[_TOLD].sum())
    heads = [
        float(log_odds(np.array(likelihoods.handoff))),
        float(np.logaddexp.reduce(strong)),
        float(log_odds(np.array(told))),
        float(likelihoods.triage[TRIAGES.index("medium")]),
    ]
    return np.concatenate([np.array(heads, dtype=np.float32), second[:, OF_TRIAGE].ravel()])


def joined(likelihoods: Likelihoods, joint: Sequence[float], second: Matrix = NO_OPINION) -> Likelihoods:
    """Return likelihoods whose handoff is the joint opinion; high to emergency and none to medium keep their proportion."""
    if not joint:
        return likelihoods
    odds = float(opinions(likelihoods, second) @ np.array(joint[:-1], dtype=np.float32)) + joint[-1]
    handoff, before = 1 / (1 + np.exp(-odds)), likelihoods.handoff
    triage = likelihoods.triage.copy()
    triage[:_HIGH] *= (1 - handoff) / max(1 - before, _LITTLE)
    triage[_HIGH:] *= handoff / max(before, _LITTLE)
    return replace(likelihoods, triage=np.asarray(triage / triage.sum(), dtype=np.float32))


def sign_opinions(likelihoods: Likelihoods, loudest: Matrix, second: Matrix = NO_OPINION) -> Matrix:
    """Return what is thought of each indicator, as log odds, a row for: the whole, the loudest clause, each of the second opinion."""
    both = np.stack([log_odds(likelihoods.indicators), log_odds(loudest)])
    return np.concatenate([both, second[:, OF_INDICATORS]])


def weighed_signs(likelihoods: Likelihoods, loudest: Matrix, signs: Sequence[float], second: Matrix = NO_OPINION) -> Likelihoods:
    """Return likelihoods of indicators that weigh the whole message and its clauses: a long story drowns what one clause says.

    `loudest` is for each indicator the likelihood of the clause that says it loudest; `signs` a weight for each row of `sign_opinions`,
    and a bias for each indicator.
    """
    if not signs:
        return likelihoods
    said = sign_opinions(likelihoods, loudest, second)
    weights, biases = (np.array(part, dtype=np.float32) for part in (signs[: len(said)], signs[len(said) :]))
    return replace(likelihoods, indicators=likelihood(weights @ said + biases))


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
