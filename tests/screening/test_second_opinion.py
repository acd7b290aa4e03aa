from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from bot.language.classes import INDICATORS, SPEAKERS, ClassesDiffer
from bot.messages import TOPICS, Indicator, Speaker, Triage
from bot.screening.calibration import choose_joint, choose_labels, choose_signs
from bot.screening.clauses import Reading
from bot.screening.encoder import Encoding
from bot.screening.heads import Heads, Likelihoods, Matrix
from bot.screening.layers import Layers
from bot.screening.letter_learning import FEW, LettersCourse, learn_letters
from bot.screening.rows import Row
from bot.screening.second_opinion import NO_OPINION, OF_INDICATORS, OF_TOPIC, OF_TRIAGE, OUTPUTS, SecondOpinion, SecondOpinions
from bot.screening.second_opinion_learning import said_of
from bot.screening.senses import Senses
from bot.screening.triage import weighed_labels
from bot.screening.tuned import MODEL
from bot.screening.urgency import OUTPUTS as ALARMS

BY_SUMS = LettersCourse(width=16, epochs=30)
SPOKEN = ["help, he has a knife", "i want to die"] * 8
NUMBERS = np.random.default_rng(7)


def drawn(*shape: int) -> Matrix:
    return NUMBERS.normal(0, 0.5, shape).astype(np.float16).astype(np.float32)


def unsure() -> Likelihoods:
    """Return what heads say that cannot tell anything apart."""
    return Likelihoods(
        np.full(len(TOPICS), 1 / len(TOPICS), np.float32),
        np.array([0.4, 0.2, 0.3, 0.1], np.float32),
        np.full(len(INDICATORS), 0.2, np.float32),
        np.full(len(SPEAKERS), 1 / len(SPEAKERS), np.float32),
    )


def opinion_of(row: Row) -> Matrix:
    """Return a second opinion that knows a row's labels, with some noise."""
    return np.asarray(np.where(said_of(row), 3.0, -3.0) + NUMBERS.normal(0, 1, (4, len(OUTPUTS))), np.float32)


def rows() -> list[Row]:
    found = []
    for number in range(400):
        topic, speaker = TOPICS[number % len(TOPICS)], Speaker(SPEAKERS[number % 3])
        grave = number % 4 == 0
        signs = frozenset(Indicator(name) for name in INDICATORS if NUMBERS.random() < 0.15) if grave else frozenset()
        found.append(Row(f"row {number}", "en", topic, Triage.HIGH if grave else Triage.NONE, signs, speaker))
    return found


def opinion(outputs: tuple[str, ...], width: int) -> SecondOpinion:
    letters = learn_letters(SPOKEN, (drawn(len(SPOKEN), len(outputs)) > 0).astype(np.float32), outputs, FEW, exclusive=False)
    network = Layers(outputs, (drawn(width, 4), drawn(4, len(outputs))), (drawn(4), drawn(len(outputs))))
    return SecondOpinion(network, letters)


@pytest.fixture(scope="module")
def opinions() -> SecondOpinions:
    heads = Heads.load(MODEL)
    senses, _ = Senses.learned(heads, {text: Encoding(drawn(len(heads.mean)), middle=drawn(8)) for text in ("a", "b", "c")})
    width = len(heads.mean) + 8
    return SecondOpinions(senses, opinion(OUTPUTS, width), opinion(ALARMS, width))


def test_what_was_learned_is_read_again_as_it_was_written(opinions: SecondOpinions, tmp_path: Path) -> None:
    opinions.save(tmp_path)
    again = SecondOpinions.load(tmp_path, opinions.senses.heads)
    whole, *clauses = (Encoding(drawn(len(opinions.senses.heads.mean)), middle=drawn(8)) for _ in range(3))
    reading = Reading("en", whole, ("he has", "a knife"), tuple(clauses))
    for one, other in zip(
        again.read("he has a knife", whole, reading), opinions.read("he has a knife", whole, reading), strict=True
    ):
        assert np.allclose(one, other)


def test_opinions_on_other_things_than_this_program_asks_are_refused(opinions: SecondOpinions, tmp_path: Path) -> None:
    opinions.save(tmp_path)
    with np.load(tmp_path / "told.npz") as data:
        stored = dict(data)
    stored["about"] = np.array(json.dumps([OUTPUTS[1], OUTPUTS[0], *OUTPUTS[2:]]))
    np.savez_compressed(tmp_path / "told.npz", **stored)
    with pytest.raises(ClassesDiffer, match="make train"):
        SecondOpinions.load(tmp_path, opinions.senses.heads)


def test_the_one_word_that_the_vectors_do_not_tell_apart_is_heard_by_letters_in_whichever_clause_it_stands() -> None:
    heads = Heads.load(MODEL)
    senses, width = Senses(heads), len(heads.mean)
    says_nothing = Layers(ALARMS, (np.zeros((width, 2), np.float32), np.zeros((2, 2), np.float32)), (np.zeros(2), np.zeros(2)))
    told = {"he has a knife": (1, 0), "i want to die": (0, 1), "i want to work": (0, 0), "he has a car": (0, 0)}
    letters = learn_letters(
        list(told) * 20, np.tile(np.array(list(told.values()), np.float32), (20, 1)), ALARMS, BY_SUMS, exclusive=False
    )
    alike = Encoding(np.array(heads.mean, np.float32))
    hears = SecondOpinion(says_nothing, letters)

    def heard(*clauses: str) -> Matrix:
        reading = Reading("en", alike, clauses, (alike,) * len(clauses))
        return SecondOpinions(senses, hears, hears).read(" ".join(clauses), alike, reading)[1]

    calm, knife = heard("i want to work", "he has a car"), heard("i want to work", "he has a knife")
    assert knife[:2].tolist() == calm[:2].tolist()
    assert knife[3][0] > 0 > calm[3][0]


def test_a_message_of_one_clause_is_read_once_for_the_whole_and_the_clause(opinions: SecondOpinions) -> None:
    whole = Encoding(drawn(len(opinions.senses.heads.mean)), middle=drawn(8))
    told, _ = opinions.read("he has a knife", whole, Reading("en", whole, ("he has a knife",), (whole,)))
    assert told[0].tolist() == told[1].tolist()
    assert told[2].tolist() == told[3].tolist()


def test_topic_and_speaker_that_only_the_second_opinion_knows_are_found() -> None:
    known = rows()
    second = [opinion_of(row) for row in known]
    topics, speakers, weighed = choose_labels(known, [unsure()] * len(known), second)
    right = [TOPICS[int(item.topic.argmax())] == row.topic for item, row in zip(weighed, known, strict=True)]
    assert np.mean(right) > 0.8
    assert np.mean([SPEAKERS[int(item.speaker.argmax())] == row.speaker for item, row in zip(weighed, known, strict=True)]) > 0.9
    assert weighed[0].topic.sum() == pytest.approx(1, abs=1e-5)
    assert np.allclose(weighed_labels(unsure(), second[0], topics=topics, speakers=speakers).topic, weighed[0].topic)


def test_without_weights_or_an_opinion_the_heads_alone_are_believed() -> None:
    before = unsure()
    assert weighed_labels(before, NO_OPINION, topics=(), speakers=()) is before


def test_a_handoff_that_only_the_second_opinion_knows_is_found_by_weights_that_have_not_seen_the_row() -> None:
    known = rows()
    second = [opinion_of(row) for row in known]
    joint, unseen = choose_joint(known, [unsure()] * len(known), second)
    assert len(joint) == 4 + second[0][:, OF_TRIAGE].size + 1
    assert np.mean([(item.handoff > 0.5) == row.triage.needs_person for item, row in zip(unseen, known, strict=True)]) > 0.97


def test_a_sign_that_only_the_second_opinion_knows_is_found_by_weights_that_have_not_seen_the_row() -> None:
    known = rows()
    second = [opinion_of(row) for row in known]
    signs, unseen = choose_signs(known, [unsure()] * len(known), [unsure().indicators] * len(known), second)
    assert len(signs) == 2 + 4 + len(INDICATORS)
    truth = np.array([[name in row.indicators for name in INDICATORS] for row in known])
    assert (np.stack([item.indicators > 0.5 for item in unseen]) == truth).mean() > 0.97


def test_the_columns_are_those_of_their_names() -> None:
    assert [OUTPUTS[place] for place in (OF_INDICATORS.start, OF_TOPIC.start)] == [
        f"indicator: {INDICATORS[0]}",
        f"topic: {TOPICS[0]}",
    ]
