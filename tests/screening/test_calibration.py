from __future__ import annotations

import numpy as np

from bot.language.classes import INDICATORS
from bot.messages import Indicator, Speaker, Triage
from bot.screening.calibration import ALLOWED_FALSE_ALARMS, MAX_FALSE_ALARMS, choose_concepts, choose_signs, choose_working_point
from bot.screening.heads import Likelihoods
from bot.screening.rows import GROUPS, Row
from bot.screening.triage import WorkingPoint, judge, weighed_signs
from bot.screening.urgency import AlarmExample


def row(number: int, triage: Triage, text: str = "", language: str = "en", source: str = "") -> Row:
    return Row(text or f"row {number}", language, "greet", triage, frozenset(), Speaker.OTHER, source=source)


def told(handoff: float, emergency: float = 0.2) -> Likelihoods:
    triage = np.array([1 - handoff, 0, handoff * (1 - emergency), handoff * emergency], np.float32)
    return Likelihoods(np.full(47, 1 / 47, np.float32), triage, np.full(24, 0.1, np.float32), np.full(3, 1 / 3, np.float32))


def test_the_working_point_keeps_false_alarms_to_what_is_allowed() -> None:
    chance = np.random.default_rng(3)
    calm = [(row(number, Triage.NONE), told(float(value))) for number, value in enumerate(chance.beta(1, 6, 400))]
    grave = [(row(number, Triage.HIGH), told(float(value))) for number, value in enumerate(chance.beta(6, 2, 200))]
    rows, likelihoods = zip(*calm, *grave, strict=True)
    point = choose_working_point(rows, likelihoods, WorkingPoint())
    alarms = [judge(item, point, "en")[0].needs_person for _, item in calm]
    assert np.mean(alarms) <= MAX_FALSE_ALARMS
    assert np.mean([judge(item, point, "en")[0].needs_person for _, item in grave]) > 0.8


def test_each_group_of_languages_has_its_own_threshold_and_none_is_lower_than_what_all_rows_ask_for() -> None:
    chance = np.random.default_rng(4)
    rows = [row(n, Triage.NONE, language=language) for n in range(300) for language in ("en", "ka", "fr")]
    rows += [row(n, Triage.HIGH, language="en") for n in range(50)]
    quiet = {"en": 6, "ka": 12, "fr": 20}  # how quiet the model is about calm messages of the language
    likelihoods = [told(float(chance.beta(1, quiet[item.language]) if item.triage is Triage.NONE else 0.7)) for item in rows]
    point = choose_working_point(rows, likelihoods, WorkingPoint())
    assert point.handoff_in["pl"] > point.handoff_in["ka"] >= point.handoff_in["fr"]
    alarmed = 0.0
    for language, members in (("en", "pl en uk ru"), ("ka", "es tl ka vi ro bg"), ("fr", "be tr ar hi fr pt")):
        calm = [
            item for one, item in zip(rows, likelihoods, strict=True) if one.triage is Triage.NONE and one.language == language
        ]
        alarms = [judge(item, point, language)[0].needs_person for item in calm]
        assert np.mean(alarms) <= ALLOWED_FALSE_ALARMS[GROUPS[members]]
        alarmed += float(np.mean(alarms))
    assert alarmed > 0
    everybody = sorted(item.handoff for one, item in zip(rows, likelihoods, strict=True) if one.triage is Triage.NONE)
    let_through = int(ALLOWED_FALSE_ALARMS[GROUPS["be tr ar hi fr pt"]] * len(everybody))
    assert point.handoff_in["fr"] >= everybody[-let_through - 1]


def test_thresholds_are_chosen_on_strangers_where_there_are_any() -> None:
    ours = [(row(n, Triage.NONE), told(0.85)) for n in range(200)]
    strangers = [(row(n, Triage.NONE, source="validation/en/x.yml"), told(0.3)) for n in range(200)]
    grave = [(row(n, Triage.HIGH), told(0.9)) for n in range(20)]
    rows, likelihoods = zip(*ours, *strangers, *grave, strict=True)
    assert choose_working_point(rows, likelihoods, WorkingPoint()).handoff_in["en"] < 0.4


def test_what_is_an_emergency_is_chosen_on_what_people_say_in_conversations_as_well() -> None:
    rows = [*(row(n, Triage.EMERGENCY) for n in range(100)), *(row(n, Triage.HIGH) for n in range(100))]
    likelihoods = [*(told(0.95, 0.4 + n / 200) for n in range(100)), *(told(0.95, 0.1) for _ in range(100))]
    alone = choose_working_point(rows, likelihoods, WorkingPoint())
    talks = [AlarmExample(f"turn {n}", language="en") for n in range(300)]
    with_talks = choose_working_point(
        rows, likelihoods, WorkingPoint(), talks=talks, told_in_talks=[told(0.95, 0.3 + n / 1500) for n in range(300)]
    )
    assert alone.emergency < 0.4 < with_talks.emergency
    assert with_talks.handoff == alone.handoff


def test_an_indicator_that_one_clause_shouts_is_found_in_a_long_message() -> None:
    chance = np.random.default_rng(5)
    rows, likelihoods, loudest = [], [], []
    for number in range(400):
        flags = chance.random(len(INDICATORS)) < 0.1
        names = frozenset(Indicator(name) for name, flag in zip(INDICATORS, flags, strict=True) if flag)
        rows.append(Row(f"row {number}", "en", "greet", Triage.HIGH, names, Speaker.OTHER))
        drowned = np.clip(np.where(flags, 0.3, 0.15) + chance.normal(0, 0.1, len(flags)), 0.01, 0.99).astype(np.float32)
        likelihoods.append(Likelihoods(told(0.9).topic, told(0.9).triage, drowned, told(0.9).speaker))
        loudest.append(np.clip(np.where(flags, 0.9, 0.1) + chance.normal(0, 0.1, len(flags)), 0.01, 0.99).astype(np.float32))
    signs, unseen = choose_signs(rows, likelihoods, loudest)
    truth = np.array([[name in item.indicators for name in INDICATORS] for item in rows])
    found = np.stack([item.indicators for item in unseen]) > 0.5
    assert (found == truth).mean() > 0.97
    assert np.allclose(weighed_signs(likelihoods[0], loudest[0], signs).indicators, unseen[0].indicators, atol=0.1)


def test_a_phrase_that_helps_gets_weight_and_one_that_does_not_gets_none() -> None:
    rows = [row(number, Triage.NONE, f"nobody took it {number}") for number in range(20)]
    rows += [row(number, Triage.NONE, f"hello {number}") for number in range(80)]
    rows += [row(number, Triage.HIGH, f"he took it {number}") for number in range(60)]
    likelihoods = [told(0.6)] * 20 + [told(0.1)] * 80 + [told(0.55)] * 60
    concepts, _ = choose_concepts(rows, likelihoods, {"negation": ("nobody took",), "quotation": ("he took",)})
    assert concepts.weights.get("negation", 0) > 0
    assert "quotation" not in concepts.weights
