"""A question found by its letters and words."""

from __future__ import annotations

import functools

import numpy as np
import pytest

from bot.screening.letter_learning import LettersCourse, learn_letters
from bot.screening.letter_table import Letters, places, runs

WAYS = {
    "bag": ["what do i put in the bag", "which things go into my bag", "co spakować do torby", "the bag, what goes in"],
    "dog": ["can i take the dog with me", "is a dog allowed there", "czy mogę zabrać psa", "what about my dog"],
    "price": ["how much does the call cost", "what does it cost", "ile kosztuje telefon", "is the call free"],
}
OUTPUTS = tuple(WAYS)


BY_SUMS = LettersCourse(width=16, epochs=30)
BY_COSINES = LettersCourse(width=16, epochs=30, sharpness=12, smoothing=0.05)
both = pytest.mark.parametrize("course", [BY_SUMS, BY_COSINES], ids=["sums", "cosines"])


@functools.cache
def learned(course: LettersCourse) -> Letters:
    """Return a table that was learned from a few ways of asking."""
    texts = [way for ways in WAYS.values() for way in ways]
    targets = np.array([[name == owner for name in OUTPUTS] for owner, ways in WAYS.items() for _ in ways], dtype=np.float32)
    return learn_letters(texts * 8, np.tile(targets, (8, 1)), OUTPUTS, course)


def likeliest(letters: Letters, text: str) -> str:
    """Return the answer that a text most likely asks for."""
    likely = letters.likely(text)
    return max(likely, key=likely.__getitem__)


@both
def test_one_word_in_a_long_message_tells_what_is_asked(course: LettersCourse) -> None:
    letters = learned(course)
    assert likeliest(letters, "we leave tonight, he sleeps, and the dog, may he come along") == "dog"
    assert likeliest(letters, "CZY TO KOSZTUJE") == "price"
    assert likeliest(letters, "do torby co wlozyc") == "bag"


@both
def test_a_text_of_which_nothing_was_ever_seen_says_nothing(course: LettersCourse) -> None:
    assert learned(course).likely("ყყყ") == {}
    assert learned(course).likely("?!") == {}


def test_words_are_found_without_their_marks_and_in_parts() -> None:
    assert runs("Zażółć") == runs("zazołc")
    assert "=dog" in runs("the dog")
    assert "the dog" in runs("the  dog!")
    assert {"<do", "dog", "og>"} <= runs("dog")
    assert len(places("dog")) == len(runs("dog"))


@both
def test_what_is_stored_says_the_same_when_it_is_read_again(course: LettersCourse) -> None:
    letters = learned(course)
    again = Letters.of(letters.outputs, letters.arrays())
    before, after = letters.likely("what about the bag"), again.likely("what about the bag")
    assert before.keys() == after.keys()
    assert all(abs(before[name] - after[name]) < 0.05 for name in before)


def test_of_what_may_hold_together_several_are_heard_and_an_unknown_text_is_like_most() -> None:
    does = {
        "erase it and leave me": (1, 1),
        "erase everything": (1, 0),
        "leave me": (0, 1),
        "good morning": (0, 0),
        "hello": (0, 0),
    }
    targets = np.array(list(does.values()), dtype=np.float32)
    letters = learn_letters(
        list(does) * 20, np.tile(targets, (20, 1)), ("erase", "refuse"), LettersCourse(width=16, epochs=30), exclusive=False
    )
    texts = ["erase it, leave me", "please erase everything", "hello good morning", "ყყყ"]
    both, erase, calm, unknown = letters.logits([places(text) for text in texts]) > 0
    assert both.tolist() == [True, True]
    assert erase.tolist() == [True, False]
    assert calm.tolist() == unknown.tolist() == [False, False]
