"""Who asks for a person, and what alarms, is heard by networks apart: in a clause among many too, and hardly anybody is taken for it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest

from bot.dialogue.commands import REFUSES, WANTS
from bot.dialogue.message_heads import MAY_REFUSE, PERSON, Hearing, MessageHeads
from bot.learning.apart import OF_PERSON
from bot.learning.hearing import HeardMessage
from bot.screening.encoder import Encoding
from bot.screening.heads import Heads
from bot.screening.layers import Layers
from bot.screening.letter_learning import LettersCourse, learn_letters
from bot.screening.letter_table import LETTERED, PLACES, Letters, places
from bot.screening.senses import Senses
from bot.screening.tuned import MODEL


@pytest.fixture(scope="module")
def of_encoder() -> Heads:
    return Heads.load(MODEL)


def hears_the_first_number(senses: Senses) -> Layers:
    """Return a network whose two outputs are the first number of a vector, and what is left of it below nought."""
    inner = np.zeros((senses.last_width, 2), np.float32)
    inner[0] = (1, -1)
    return Layers((WANTS, REFUSES), (inner, np.array([[1, -1], [-1, 1]], np.float32)), (np.zeros(2), np.zeros(2)))


def letters_of(says: Mapping[str, tuple[int, int]]) -> Letters:
    """Return a table that learned which texts ask for a person and which refuse one."""
    targets = np.tile(np.array(list(says.values()), dtype=np.float32), (20, 1))
    return learn_letters(list(says) * 20, targets, (WANTS, REFUSES), LettersCourse(width=16, epochs=200), exclusive=False)


def heads_with(of_encoder: Heads, letters: Letters) -> MessageHeads:
    senses = Senses(of_encoder)
    hearing = Hearing(hears_the_first_number(senses), letters)
    return MessageHeads(hearing, senses, {WANTS: 0.9, REFUSES: 0.9, MAY_REFUSE: 0.6})


@pytest.fixture
def heads(of_encoder: Heads) -> MessageHeads:
    """Return heads whose letters say nothing."""
    table = np.zeros((PLACES, 2), np.float16)
    nothing = Letters(table[:, 0], table, (WANTS, REFUSES), np.zeros((2, 2), np.float32), np.zeros(2, np.float32))
    return heads_with(of_encoder, nothing)


def encoding(heads: MessageHeads, odds: float) -> Encoding:
    """Return an encoding that the network and letters that say nothing take together for so much, as log odds."""
    of_encoder = heads.senses.heads
    vector = np.array(of_encoder.mean, dtype=np.float32)
    vector[0] += odds / (1 - LETTERED) * of_encoder.scale[0]
    return Encoding(vector)


def likely(heads: MessageHeads, *encodings: Encoding) -> dict[str, float]:
    """Return what is heard of a message of which no letters were ever seen."""
    return heads.likelihoods(encodings, [places("…")] * len(encodings))


def test_a_wish_in_one_clause_of_many_is_heard(heads: MessageHeads) -> None:
    whole, loud, calm = (encoding(heads, first) for first in (-1.0, 6.0, -5.0))
    alone = likely(heads, whole)[WANTS]
    assert alone < 0.5
    assert likely(heads, whole, calm, loud)[WANTS] == pytest.approx(1 / (1 + np.exp(-2.5)), abs=1e-3)


def test_a_refusal_is_whole_in_its_clause(heads: MessageHeads) -> None:
    whole, refuses, asks = (encoding(heads, first) for first in (4.0, -3.0, 5.0))
    assert likely(heads, whole, asks, refuses)[REFUSES] == likely(heads, refuses)[REFUSES] > 0.9


def test_what_the_whole_says_plainly_no_clause_makes_less(heads: MessageHeads) -> None:
    whole, calm = encoding(heads, 4.0), encoding(heads, -4.0)
    assert likely(heads, whole, calm)[WANTS] == likely(heads, whole)[WANTS] > 0.9


def test_what_the_vectors_do_not_tell_apart_is_heard_by_letters_and_words(of_encoder: Heads) -> None:
    says = {"a person please": (1, 0), "no person please": (0, 1), "the person took my papers": (0, 0), "please": (0, 0)}
    heads = heads_with(of_encoder, letters_of(says))
    alike = encoding(heads, 0.0)

    def heard(*texts: str) -> dict[str, float]:
        return heads.likelihoods([alike] * len(texts), [places(text) for text in texts])

    assert heard("a person please")[WANTS] > 0.5 > heard("a person please")[REFUSES]
    assert heard("no person please")[REFUSES] > 0.5 > heard("no person please")[WANTS]
    assert heard("the person took my papers")[WANTS] < 0.5
    assert heard("my papers, no person please", "my papers", "no person please")[REFUSES] > 0.5


def test_what_just_counts_for_two_networks_just_counts_and_what_more_says_one_the_other_may_lack(heads: MessageHeads) -> None:
    theirs, at_its_bar, surer = {WANTS: 0.2, REFUSES: 0.6}, encoding(heads, float(np.log(9))), encoding(heads, 5.0)
    assert likely(heads, at_its_bar)[WANTS] == pytest.approx(0.9, abs=1e-3)

    def together(other: float, encoding: Encoding) -> float:
        return heads.weighed_with({WANTS: other, REFUSES: 0.6}, theirs, [encoding], [places("…")])[WANTS]

    assert together(0.2, at_its_bar) == pytest.approx(0.2, abs=1e-2)
    assert together(0.1, at_its_bar) < 0.2 < together(0.1, surer)
    assert together(0.3, at_its_bar) > 0.2


def test_where_a_network_of_its_own_counts_mostly_it_outweighs_the_other(heads: MessageHeads) -> None:
    theirs, message = {WANTS: 0.5, REFUSES: 0.5}, encoding(heads, float(np.log(9)) + 2.0)  # two log odds above its bar
    halves, mostly = (
        heads.weighed_with({WANTS: 0.05, REFUSES: 0.5}, theirs, [message], [places("…")], mostly=names)[WANTS]
        for names in ((), (WANTS,))
    )
    assert halves < 0.5 < mostly


def test_what_is_saved_is_read_again(heads: MessageHeads, of_encoder: Heads, tmp_path: Path) -> None:
    heads.save(tmp_path, PERSON)
    again = MessageHeads.load(tmp_path, PERSON, of_encoder)
    assert again.bars == heads.bars
    whole = encoding(heads, 2.0)
    assert likely(again, whole) == pytest.approx(likely(heads, whole), abs=1e-3)


def test_the_bar_is_the_lowest_at_which_hardly_anybody_innocent_is_taken_for_a_wish() -> None:
    asks, innocent = HeardMessage("…", frozenset({WANTS})), HeardMessage("…", frozenset())
    loud = 2 * round(1 / OF_PERSON.most_wrong[WANTS])
    likely = np.zeros((1 + loud, 2), np.float32)
    likely[0], likely[1], likely[2], likely[3:] = 0.7, 0.8, 0.6, 0.1  # two of two hundred innocent ones may be as loud, not three
    kinds = [([asks, *[innocent] * loud], likely)]
    assert OF_PERSON.bar_of(WANTS, kinds) == pytest.approx(0.3)
    likely[3] = 0.65
    assert OF_PERSON.bar_of(WANTS, kinds) == pytest.approx(0.61, abs=0.011)
    assert OF_PERSON.bar_of(WANTS, [*kinds, ([innocent], np.full((1, 2), 0.9, np.float32))]) == pytest.approx(0.91, abs=0.011)
