from __future__ import annotations

import numpy as np
import pytest

from bot.language.classes import INDICATORS, TRIAGES
from bot.messages import TOPICS, Indicator, Speaker, Triage
from bot.screening.calibration import choose_alarms
from bot.screening.heads import Likelihoods
from bot.screening.rows import Row
from bot.screening.triage import WorkingPoint, judge
from bot.screening.urgency import alarm_opinions, weighed_alarms

SUICIDE = INDICATORS.index("suicide_risk")
CALM = (0.55, 0.15, 0.28, 0.02)
URGENT = (0.3, 0.1, 0.0, 0.0, 0.1, *(0.3, 0.3, 0.15, 0.15) * 2, 2.0)
DYING = (0.0, 0.0, 0.4, 0.2, 0.0, *(0.0, 0.3, 0.0, 0.15) * 2, -1.0)


def told(triage: tuple[float, ...] = CALM, suicide: float = 0.02) -> Likelihoods:
    indicators = np.full(len(INDICATORS), 0.05, np.float32)
    indicators[SUICIDE] = suicide
    topics = np.full(len(TOPICS), 1 / len(TOPICS), np.float32)
    return Likelihoods(topics, np.array(triage, np.float32), indicators, np.full(3, 1 / 3, np.float32))


def weighed(likelihoods: Likelihoods, *, danger: float = -4.0, dying: float = -4.0) -> Likelihoods:
    heard = np.array([[danger, dying]] * 4, np.float32)
    return weighed_alarms(likelihoods, alarm_opinions(likelihoods, likelihoods.indicators, heard), URGENT, DYING)


def test_what_the_network_hears_makes_an_emergency_of_what_the_heads_call_serious_at_most() -> None:
    after = weighed(told(), danger=6.0)
    assert judge(after, WorkingPoint())[0] is Triage.EMERGENCY
    assert after.triage.sum() == pytest.approx(1, abs=1e-5)
    assert judge(weighed(told()), WorkingPoint())[0] is not Triage.EMERGENCY


def test_a_wish_to_die_that_only_the_network_hears_is_a_sign_and_an_emergency() -> None:
    triage, signs = judge(weighed(told(), dying=6.0), WorkingPoint())
    assert triage is Triage.EMERGENCY
    assert Indicator.SUICIDE_RISK in signs
    assert Indicator.SUICIDE_RISK not in judge(weighed(told(suicide=0.3)), WorkingPoint())[1]


def test_how_high_stands_to_none_is_kept_beside_an_alarm() -> None:
    before, after = told(), weighed(told(), danger=2.0)
    high, none = TRIAGES.index("high"), TRIAGES.index("none")
    assert after.triage[high] / after.triage[none] == pytest.approx(before.triage[high] / before.triage[none], rel=1e-4)


def test_without_weights_the_heads_alone_are_believed() -> None:
    before = told()
    assert weighed_alarms(before, np.zeros(13, np.float32), (), ()) is before


def test_weights_are_chosen_by_what_tells_emergencies_from_others() -> None:
    chance = np.random.default_rng(6)
    rows, likelihoods, heard = [], [], []
    for number in range(300):
        kind = number % 3
        signs = frozenset({Indicator.SUICIDE_RISK}) if kind == 2 else frozenset()
        triage = Triage.HIGH if kind == 0 else Triage.EMERGENCY
        rows.append(Row(f"row {number}", "en", "greet", triage, signs, Speaker.VICTIM))
        likelihoods.append(told((0.2, 0.1, 0.5, 0.2)))
        said = np.array([[4.0 if kind == 1 else -4.0, 4.0 if kind == 2 else -4.0]] * 4) + chance.normal(0, 1, (4, 2))
        heard.append(said.astype(np.float32))
    urgent, dying, unseen = choose_alarms(rows, likelihoods, [item.indicators for item in likelihoods], heard)
    assert len(urgent) == len(dying)
    found = np.array([item.triage[-1] > 0.5 for item in unseen])
    assert (found == np.array([row.triage is Triage.EMERGENCY for row in rows])).mean() > 0.95
    assert (np.array([item.indicators[SUICIDE] > 0.5 for item in unseen]) == (np.arange(300) % 3 == 2)).mean() > 0.95
