"""From likelihoods to a triage level, at a working point that was chosen on validation data."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path

from bot.messages import Indicator, Triage
from bot.screening.heads import INDICATORS, TRIAGES, Likelihoods

_FILE = "working_point.json"
# Signs that an ordinary dispute about work may carry; no other one goes with triage none.
_WITHOUT_TRIAGE = (Indicator.WAGES_WITHHELD, Indicator.EXCESSIVE_WORK)


@dataclass(frozen=True)
class WorkingPoint:
    """From which likelihood on something counts.

    `handoff`: high and emergency together; `emergency`: emergency, given that it is a handoff; `medium`: anything but none;
    `indicator`: one indicator; `topic`: below it the topic is not trusted; `nearness`: the cosine at
    which a correction decides. `temperatures` divide the logits of each head. `encoder` is the one that all this was chosen for.
    """

    handoff: float = 0.5
    emergency: float = 0.5
    medium: float = 0.5
    indicator: float = 0.4
    topic: float = 0.25
    nearness: float = 0.9
    encoder: str = ""
    temperatures: dict[str, float] = field(default_factory=dict)

    def save(self, folder: Path) -> None:
        """Write the working point to a folder."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / _FILE).write_text(json.dumps(asdict(self), indent=1))

    @classmethod
    def load(cls, folder: Path) -> WorkingPoint:
        """Read the working point from a folder."""
        return cls(**json.loads((folder / _FILE).read_text()))


def judge(likelihoods: Likelihoods, point: WorkingPoint) -> tuple[Triage, tuple[Indicator, ...]]:
    """Return the triage level and the indicators, made consistent with each other."""
    triage = level(likelihoods, point)
    likely = {Indicator(name): float(value) for name, value in zip(INDICATORS, likelihoods.indicators, strict=True)}
    found = sorted((name for name in likely if likely[name] >= point.indicator), key=lambda name: -likely[name])
    if Indicator.SUICIDE_RISK in found:
        triage = Triage.EMERGENCY
    if triage is Triage.NONE:
        found = [name for name in found if name in _WITHOUT_TRIAGE]
    elif triage is Triage.MEDIUM:
        found = [name for name in found if not name.strong or name is Indicator.DEBT_BONDAGE]
    if triage is Triage.HIGH and not found:
        found = [max(likely, key=lambda name: likely[name])]
    return triage, tuple(found)


def level(likelihoods: Likelihoods, point: WorkingPoint) -> Triage:
    """Return the triage level alone."""
    handoff = likelihoods.handoff
    if handoff >= point.handoff:
        emergency = float(likelihoods.triage[TRIAGES.index("emergency")])
        return Triage.EMERGENCY if emergency >= point.emergency * handoff else Triage.HIGH
    none = float(likelihoods.triage[TRIAGES.index("none")])
    return Triage.MEDIUM if 1 - none >= point.medium else Triage.NONE
