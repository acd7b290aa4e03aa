"""What people tell is learned from messages of kinds that the table has, and counts only where it is seldom something else."""

from __future__ import annotations

import numpy as np
import pytest

from bot.dialogue.tellings import shared_tellings
from bot.learning.hearing import HeardMessage
from bot.learning.tellings import FOLDS, MOST_WRONG, Learner, bar_of, beside_others, likely_unseen, read_tellings
from bot.messages import LANGUAGES
from bot.screening.heads import Heads
from bot.screening.network import Course
from bot.screening.rows import NLU_DATA
from bot.screening.senses import Senses
from bot.screening.tuned import MODEL

FEWEST = 40  # messages of a kind, in all languages together


@pytest.mark.parametrize("part", ["training", "validation"])
def test_every_label_is_a_kind_of_the_table(part: str) -> None:
    labels = frozenset().union(*(message.does for message in read_tellings(NLU_DATA, part)))
    assert labels <= shared_tellings().keys()


def test_every_kind_has_messages_to_learn_from() -> None:
    messages = read_tellings(NLU_DATA, "training")
    counts = {kind: sum(kind in message.does for message in messages) for kind in shared_tellings()}
    assert {kind: count for kind, count in counts.items() if count < FEWEST} == {}
    assert {path.stem for path in (NLU_DATA / "tellings" / "training").glob("*.yml")} == set(LANGUAGES)


def test_what_measures_was_not_learned_from() -> None:
    learned, measured = ({message.text for message in read_tellings(NLU_DATA, part)} for part in ("training", "validation"))
    assert learned.isdisjoint(measured)


def test_the_bar_is_the_lowest_at_which_few_enough_kinds_are_wrong() -> None:
    tells, tells_nothing = HeardMessage("…", frozenset({"hours"})), HeardMessage("…", frozenset())
    allowed = round(1 / MOST_WRONG)
    messages = [*[tells] * (allowed - 1), tells_nothing, tells_nothing]
    likely = np.array([*[[0.9]] * (allowed - 1), [0.8], [0.5]], np.float32)
    assert 0.5 < bar_of(messages, likely, ["hours"]) <= 0.51 + 1e-6


def test_a_message_is_heard_by_a_network_that_did_not_learn_it() -> None:
    senses = Senses(Heads.load(MODEL))
    chance = np.random.default_rng(3)
    messages = [HeardMessage(f"message {number}", frozenset({"hours"} if number % 2 else ())) for number in range(20 * FOLDS)]
    vectors = {message.text: chance.normal(size=8).astype(np.float32) for message in messages}
    learner = Learner(("hours",), Course(members=1, hidden=64, epochs=200, rate=0.05, decay=0.0, dropout=0.0), senses, vectors)
    by_heart = learner.heard(learner.learned(messages), messages)[:, 0]
    unseen = likely_unseen(learner, messages, {})[:, 0]
    told = np.array(["hours" in message.does for message in messages])
    assert ((by_heart > 0.5) == told).mean() > 0.9
    assert ((unseen > 0.5) == told).mean() < 0.8


def test_what_is_told_is_learned_beside_a_message_of_its_language_that_tells_nothing() -> None:
    told = [HeardMessage(f"they took paper {number}", frozenset({"papers"}), language="en") for number in range(40)]
    calm = [
        HeardMessage("what does it cost?", frozenset(), language="en"),
        HeardMessage("ile to kosztuje?", frozenset(), language="pl"),
    ]
    made = beside_others([*told, *calm])
    assert 10 < len(made) < len(told)
    assert all(text.lower() in one.text.lower() and "what does it cost?" in one.text.lower() for text, one in made.items())
    assert {one.does for one in made.values()} == {frozenset({"papers"})}
