from __future__ import annotations

import numpy as np
import pytest

from bot.language.classes import INDICATORS
from bot.messages import TOPICS, Indicator, Triage
from bot.screening.heads import Likelihoods
from bot.screening.triage import WorkingPoint, joined, judge


def likelihoods(triage: tuple[float, ...], topic: str = "greet", **signs: float) -> Likelihoods:
    topics = np.full(len(TOPICS), 0.001, np.float32)
    topics[TOPICS.index(topic)] = 0.95
    indicators = np.array([signs.get(name, 0.01) for name in INDICATORS], np.float32)
    return Likelihoods(topics, np.array(triage, np.float32), indicators, np.full(3, 1 / 3, np.float32))


def test_the_wish_to_die_is_an_emergency_whatever_triage_says() -> None:
    triage, indicators = judge(likelihoods((0.9, 0.05, 0.04, 0.01), suicide_risk=0.9), WorkingPoint())
    assert triage is Triage.EMERGENCY
    assert Indicator.SUICIDE_RISK in indicators


def test_a_calm_message_carries_no_strong_sign() -> None:
    triage, indicators = judge(likelihoods((0.9, 0.05, 0.04, 0.01), threats=0.6, wages_withheld=0.6), WorkingPoint())
    assert triage is Triage.NONE
    assert indicators == (Indicator.WAGES_WITHHELD,)


def test_a_handoff_always_names_a_sign() -> None:
    triage, indicators = judge(likelihoods((0.1, 0.1, 0.7, 0.1), violence=0.2), WorkingPoint())
    assert triage is Triage.HIGH
    assert indicators == (Indicator.VIOLENCE,)


def test_heads_that_agree_on_a_story_raise_a_handoff_that_triage_alone_would_miss() -> None:
    joint = (0.6, 0.3, 0.2, 2.0, 0.8)
    unsure = likelihoods((0.45, 0.2, 0.3, 0.05), topic="disclose_victim", documents_taken=0.9)
    calm = likelihoods((0.45, 0.2, 0.3, 0.05), topic="ask_job_offer")
    assert joined(unsure, joint).handoff > unsure.handoff
    assert joined(unsure, joint).handoff > joined(calm, joint).handoff
    assert joined(unsure, joint).triage.sum() == pytest.approx(1, abs=1e-5)


def test_the_joint_opinion_keeps_how_high_stands_to_emergency() -> None:
    before = likelihoods((0.4, 0.2, 0.3, 0.1))
    after = joined(before, (0.6, 0.3, 0.2, 2.0, 0.8))
    assert after.triage[3] / after.triage[2] == pytest.approx(before.triage[3] / before.triage[2], rel=1e-4)
