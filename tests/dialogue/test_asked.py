"""Which of the answers near to a message it asks for: what is read of it, and what is learned from labelled messages."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from bot.dialogue.asked import AskedNetwork, Asking, AskingPart
from bot.dialogue.commands import ASK, SEVERAL
from bot.dialogue.features import NEW
from bot.dialogue.retrieval import Found, Opinion
from bot.learning.asked import Labelled, choose_asked_bars, learn_asked

LIKELY = dict.fromkeys(
    (ASK, SEVERAL, "tell:self", "tell:other", "feel:suicide", "danger:self", "thanks", "unclear", "correct:meant"), 0.1
)


def part(asks: float, *answers: tuple[str, float]) -> AskingPart:
    near = [Opinion(name, nearness, asked_on=False, likely=10 * nearness - 9, by_letters=-3.0) for name, nearness in answers]
    return AskingPart(asks, tuple(Found(one, one.near) for one in near), "some words of a message")


def asking(whole: AskingPart, *clauses: AskingPart) -> Asking:
    return Asking(whole, clauses, LIKELY, NEW)


def message(chance: np.random.Generator) -> Labelled:
    """Return a message of two clauses, of which the one that asks is meant, and the other only tells."""
    first, second, third = (float(one) for one in chance.uniform(0.3, 0.9, 3))
    asks, tells = part(0.95, ("meant", first)), part(0.05, ("told", second))
    return Labelled(asking(part(0.5, ("meant", third), ("told", third - 0.1)), asks, tells), (frozenset({"meant"}),))


def learned() -> AskedNetwork:
    chance = np.random.default_rng(3)
    return learn_asked([message(chance) for _ in range(200)])


def test_the_answers_of_the_whole_and_of_each_clause_are_candidates_once() -> None:
    read = asking(part(0.9, ("cost", 0.6), ("hours", 0.5)), part(0.9, ("hours", 0.7)), part(0.2, ("dog", 0.4)))
    assert read.candidates == ["cost", "hours", "dog"]
    assert read.features().shape[0] == 3
    assert np.isfinite(read.features()).all()


def test_a_message_to_which_nothing_is_near_asks_for_nothing() -> None:
    assert learned().likelihoods(asking(part(0.9))) == {}


def test_what_a_clause_only_tells_is_not_asked_for_although_it_is_as_near() -> None:
    network = learned()
    told_is_nearer = asking(part(0.5, ("meant", 0.5), ("told", 0.4)), part(0.95, ("meant", 0.4)), part(0.05, ("told", 0.85)))
    likely = network.likelihoods(told_is_nearer)
    assert list(likely) == ["meant", "told"]
    assert likely["meant"] >= network.bars.first
    assert likely["told"] < network.bars.further


def test_what_was_learned_reads_the_same_after_it_was_kept(tmp_path: Path) -> None:
    network = learned()
    network.save(tmp_path)
    read = asking(part(0.5, ("meant", 0.5), ("told", 0.4)), part(0.95, ("meant", 0.4)))
    kept = AskedNetwork.load(tmp_path)
    assert kept.bars == network.bars
    assert np.allclose(list(kept.likelihoods(read).values()), list(network.likelihoods(read).values()), atol=5e-3)


def test_the_bars_leave_out_what_is_more_often_wrong_than_it_is_worth() -> None:
    one = message(np.random.default_rng(1))
    nothing = replace(one, needs=())
    right, wrong = (one, {"meant": 0.8, "told": 0.1}), (nothing, {"meant": 0.4, "told": 0.1})
    bars = choose_asked_bars([right] * 20 + [wrong] * 20)
    assert 0.4 < bars.first <= 0.8
    assert bars.further >= bars.first
    assert 0.4 < bars.sure <= 0.8


def test_of_bars_that_are_as_good_the_middle_ones_are_taken() -> None:
    one = message(np.random.default_rng(1))
    right, wrong = (one, {"meant": 0.8, "told": 0.1}), (replace(one, needs=()), {"meant": 0.3, "told": 0.1})
    bars = choose_asked_bars([right] * 20 + [wrong] * 20)
    assert 0.5 <= bars.first <= 0.6  # all from 0.35 to 0.8 are
