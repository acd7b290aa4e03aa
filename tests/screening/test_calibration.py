from __future__ import annotations

import numpy as np

from bot.messages import Speaker, Triage
from bot.screening.calibration import MAX_FALSE_ALARMS, choose_concepts, choose_working_point
from bot.screening.heads import Likelihoods
from bot.screening.rows import Row


def row(number: int, triage: Triage, text: str = "") -> Row:
    return Row(text or f"row {number}", "en", "greet", triage, frozenset(), Speaker.OTHER)


def told(handoff: float, emergency: float = 0.2) -> Likelihoods:
    triage = np.array([1 - handoff, 0, handoff * (1 - emergency), handoff * emergency], np.float32)
    return Likelihoods(np.full(47, 1 / 47, np.float32), triage, np.full(24, 0.1, np.float32), np.full(3, 1 / 3, np.float32))


def test_the_working_point_keeps_false_alarms_to_what_is_allowed() -> None:
    chance = np.random.default_rng(3)
    calm = [(row(number, Triage.NONE), told(float(value))) for number, value in enumerate(chance.beta(1, 6, 400))]
    grave = [(row(number, Triage.HIGH), told(float(value))) for number, value in enumerate(chance.beta(6, 2, 200))]
    rows, likelihoods = zip(*calm, *grave, strict=True)
    point = choose_working_point(rows, likelihoods)
    alarms = [item.handoff >= point.handoff for _, item in calm]
    assert np.mean(alarms) <= MAX_FALSE_ALARMS
    assert np.mean([item.handoff >= point.handoff for _, item in grave]) > 0.8


def test_a_phrase_that_helps_gets_weight_and_one_that_does_not_gets_none() -> None:
    rows = [row(number, Triage.NONE, f"nobody took it {number}") for number in range(20)]
    rows += [row(number, Triage.NONE, f"hello {number}") for number in range(80)]
    rows += [row(number, Triage.HIGH, f"he took it {number}") for number in range(60)]
    likelihoods = [told(0.6)] * 20 + [told(0.1)] * 80 + [told(0.55)] * 60
    concepts, _ = choose_concepts(rows, likelihoods, {"negation": ("nobody took",), "quotation": ("he took",)})
    assert concepts.weights.get("negation", 0) > 0
    assert "quotation" not in concepts.weights
