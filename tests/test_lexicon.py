"""Short words with one meaning, in every language and spelling."""

import pytest

from bot.lexicon import Lexicon

LEXICON = Lexicon.load()


@pytest.mark.parametrize(
    ("text", "language", "meaning"),
    [
        ("tak", "pl", "yes"),
        ("NIE!", "pl", "no"),
        ("usun wszystko", "pl", "delete"),
        ("ні", "uk", "no"),
        ("нет", "ru", "no"),
        ("a person please", "en", "human"),
        ("sterge tot", "ro", "delete"),
        ("SİL", "tr", "delete"),
        ("मुझे इंसान चाहिए", "hi", "human"),
    ],
)
def test_a_short_word_has_its_meaning(text: str, language: str, meaning: str) -> None:
    assert LEXICON.meaning(text, language) == meaning


@pytest.mark.parametrize("text", ["5 человек", "2 osoby", "szef nie wypuszcza mnie z domu i mówi nie", "", "😀", "?"])
def test_what_is_more_than_a_short_word_has_none(text: str) -> None:
    assert LEXICON.meaning(text, "ru") is None


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("english?", "en"),
        ("po polsku proszę", "pl"),
        ("можна українською", "uk"),
        ("на русском пожалуйста", "ru"),
        ("în română vă rog", "ro"),
        ("İngilizce", "en"),
        ("en español por favor", "es"),
    ],
)
def test_a_language_that_is_named_is_understood(text: str, language: str) -> None:
    assert LEXICON.language_named(text) == language


@pytest.mark.parametrize("text", ["my polish boss is rude", "mam polski paszport", "ukrainian girls are kept here", "hi"])
def test_a_language_inside_a_sentence_names_nothing(text: str) -> None:
    assert LEXICON.language_named(text) is None


def test_a_word_that_names_a_language_is_a_no_only_where_it_is_one() -> None:
    assert LEXICON.meaning("hindi", "tl") == "no"
    assert LEXICON.meaning("hindi", "pl") is None
    assert LEXICON.language_named("hindi") == "hi"
