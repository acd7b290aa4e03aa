from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bot.language.classes import INDICATORS, TRIAGES
from bot.messages import TOPICS, Indicator, Speaker, Triage
from bot.screening.calibration import choose_alarms
from bot.screening.clauses import Reading
from bot.screening.encoder import Encoding
from bot.screening.heads import Heads, Likelihoods, Matrix
from bot.screening.layers import Layers
from bot.screening.letter_learning import FEW, LettersCourse, learn_letters
from bot.screening.rows import Row
from bot.screening.senses import Senses
from bot.screening.triage import WorkingPoint, judge
from bot.screening.tuned import MODEL
from bot.screening.urgency import OUTPUTS, Urgency, alarm_opinions, weighed_alarms

SUICIDE = INDICATORS.index("suicide_risk")
BY_SUMS = LettersCourse(width=16, epochs=30)
CALM = (0.55, 0.15, 0.28, 0.02)
URGENT = (0.3, 0.1, 0.0, 0.0, 0.1, *(0.3, 0.3, 0.15, 0.15) * 2, 2.0)
DYING = (0.0, 0.0, 0.4, 0.2, 0.0, *(0.0, 0.3, 0.0, 0.15) * 2, -1.0)


def told(triage: tuple[float, ...] = CALM, suicide: float = 0.02) -> Likelihoods:
    indicators = np.full(len(INDICATORS), 0.05, np.float32)
    indicators[SUICIDE] = suicide
    topics = np.full(len(TOPICS), 1 / len(TOPICS), np.float32)
    return Likelihoods(topics, np.array(triage, np.float32), indicators, np.full(3, 1 / 3, np.float32))


def weighed(likelihoods: Likelihoods, *, danger: float = -4.0, dying: float = -4.0) -> Likelihoods:
    heard = np.array([danger, dying] * 4, np.float32)
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
        said = np.array([4.0 if kind == 1 else -4.0, 4.0 if kind == 2 else -4.0] * 4) + chance.normal(0, 1, 8)
        heard.append(said.astype(np.float32))
    urgent, dying, unseen = choose_alarms(rows, likelihoods, [item.indicators for item in likelihoods], heard)
    assert len(urgent) == len(dying)
    found = np.array([item.triage[-1] > 0.5 for item in unseen])
    assert (found == np.array([row.triage is Triage.EMERGENCY for row in rows])).mean() > 0.95
    assert (np.array([item.indicators[SUICIDE] > 0.5 for item in unseen]) == (np.arange(300) % 3 == 2)).mean() > 0.95


def test_what_was_learned_is_read_again_as_it_was_written(tmp_path: Path) -> None:
    heads = Heads.load(MODEL)
    chance = np.random.default_rng(7)

    def drawn(*shape: int) -> Matrix:
        return chance.normal(0, 0.5, shape).astype(np.float16).astype(np.float32)

    encodings = [Encoding(drawn(len(heads.mean)), middle=drawn(8)) for _ in range(3)]
    senses = Senses.learned(heads, encodings)
    width = len(heads.mean) + 8
    letters = learn_letters(
        ["help, he has a knife", "i want to die"] * 8, np.tile(np.eye(2, dtype=np.float32), (8, 1)), OUTPUTS, FEW
    )
    urgency = Urgency(Layers(OUTPUTS, (drawn(width, 4), drawn(4, 2)), (drawn(4), drawn(2))), letters, senses)
    urgency.save(tmp_path)
    again = Urgency.load(tmp_path, heads)
    text, whole, reading = (
        "he has a knife",
        encodings[0],
        Reading("en", encodings[0], ("he has", "a knife"), (encodings[1], encodings[2])),
    )
    assert np.allclose(again.heard(text, whole, reading), urgency.heard(text, whole, reading))


def test_the_one_word_that_the_vectors_do_not_tell_apart_is_heard_by_letters_in_whichever_clause_it_stands() -> None:
    heads = Heads.load(MODEL)
    senses, width = Senses(heads), len(heads.mean)
    says_nothing = Layers(OUTPUTS, (np.zeros((width, 2), np.float32), np.zeros((2, 2), np.float32)), (np.zeros(2), np.zeros(2)))
    told = {"he has a knife": (1, 0), "i want to die": (0, 1), "i want to work": (0, 0), "he has a car": (0, 0)}
    letters = learn_letters(
        list(told) * 20, np.tile(np.array(list(told.values()), np.float32), (20, 1)), OUTPUTS, BY_SUMS, exclusive=False
    )
    alike = Encoding(np.array(heads.mean, np.float32))

    def heard(*clauses: str) -> list[float]:
        reading = Reading("en", alike, clauses, (alike,) * len(clauses))
        return Urgency(says_nothing, letters, senses).heard(" ".join(clauses), alike, reading).tolist()

    calm, knife = heard("i want to work", "he has a car"), heard("i want to work", "he has a knife")
    assert knife[:4] == calm[:4]
    assert knife[6] > 0 > calm[6]
