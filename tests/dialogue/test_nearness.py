"""Which answer is nearest: by the meaning of the whole, and by the words that name it."""

from __future__ import annotations

import functools
from dataclasses import replace

import numpy as np

from bot.dialogue.answers import shared_library
from bot.dialogue.retrieval import BY_NETWORK, Nearness
from bot.dialogue.state import Who
from bot.screening.letter_learning import LettersCourse, learn_letters
from bot.screening.letter_table import Letters

BAG, NIGHT, OTHER = "what_to_pack", "sleep_tonight", "who_reads"
ASKED = np.array([1.0, 0.0], dtype=np.float32)


@functools.cache
def letters() -> Letters:
    """Return a table that tells two answers apart."""
    targets = np.tile(np.eye(2, dtype=np.float32), (20, 1))
    return learn_letters(["what goes into the bag", "where do i sleep"] * 20, targets, [BAG, NIGHT], LettersCourse(epochs=30))


def space(lettered: float) -> Nearness:
    """Return a space in which a question lies a little nearer to the night than to the bag, and what its letters say counts so much."""
    near = np.array([0.9, 0.95, 0.86], dtype=np.float32)
    vectors = np.stack([near, np.sqrt(1 - near**2)], axis=1)
    nothing = np.zeros(3, dtype=np.float32)
    return Nearness(np.eye(2, dtype=np.float32), vectors, (BAG, NIGHT, OTHER), nothing, lettered=lettered, letters=letters())


def first(text: str, *, lettered: float) -> str:
    """Return the answer that is found first."""
    [found] = space(lettered).find_each([(text, ASKED)], shared_library(), who=Who.UNKNOWN)
    return found[0].answer


def test_the_word_on_which_a_question_turns_decides_between_answers_that_are_as_near() -> None:
    assert first("and the bag, what goes in", lettered=0.0) == NIGHT
    assert first("and the bag, what goes in", lettered=0.05) == BAG
    assert first("and where do i sleep", lettered=0.05) == NIGHT


def test_an_answer_that_the_letters_do_not_know_neither_wins_nor_loses_by_them() -> None:
    opinions = {one.answer: one for one in space(0.05).opinions([("ყყყ", ASKED)], shared_library(), who=Who.UNKNOWN)[0]}
    assert opinions[OTHER].by_letters == opinions[BAG].by_letters == opinions[NIGHT].by_letters
    known = {one.answer: one for one in space(0.05).opinions([("the bag", ASKED)], shared_library(), who=Who.UNKNOWN)[0]}
    assert known[NIGHT].by_letters < known[OTHER].by_letters < known[BAG].by_letters


def test_a_clause_asks_for_what_its_message_may_ask_for_as_a_whole() -> None:
    message, clause = ("what goes into the bag when i leave", ASKED), ("and when", ASKED)
    alone, in_its_message = (
        [found.answer for found in space(0.05).find_each(parts, shared_library(), who=Who.UNKNOWN)[-1] if found.answer != OTHER]
        for parts in ([clause], [message, clause])
    )
    assert alone == [NIGHT, BAG]
    assert in_its_message == [BAG, NIGHT]


def test_an_answer_that_nothing_was_learned_of_is_taken_for_what_others_as_near_are() -> None:
    (opinions,) = space(0.05).opinions([("ყყყ", ASKED)], shared_library(), who=Who.UNKNOWN)
    by_nearness = {round(one.near, 2): one.likely for one in opinions}  # no network: it knows none of them
    assert by_nearness == {0.86: BY_NETWORK[-1], 0.9: BY_NETWORK[-1], 0.95: BY_NETWORK[-1]}
    far = replace(space(0.05), vectors=np.array([[0.4, 0.92], [0.6, 0.8], [0.7, 0.71]], dtype=np.float32))
    (opinions,) = far.opinions([("ყყყ", ASKED)], shared_library(), who=Who.UNKNOWN)
    assert [one.likely for one in sorted(opinions, key=lambda one: one.near)] == sorted(one.likely for one in opinions)
    assert min(one.likely for one in opinions) == BY_NETWORK[0]
