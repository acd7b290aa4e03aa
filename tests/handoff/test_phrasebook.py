"""Checked phrases: complete in the source languages, found again in what a consultant writes."""

from __future__ import annotations

import copy

import pytest

from bot.handoff import phrasebook
from bot.handoff.phrasebook import GROUPS, PREFIX, Phrasebook
from bot.language.wording import SOURCE_LANGUAGES, Wording
from bot.messages import LANGUAGES


@pytest.fixture(scope="module")
def book() -> Phrasebook:
    return Phrasebook(Wording.load())


def test_the_source_languages_have_every_phrase_and_every_group_has_some(book: Phrasebook) -> None:
    assert len(book.keys()) >= 40
    for language in SOURCE_LANGUAGES:
        assert book.missing(language) == []
    assert {phrase.key.removeprefix(PREFIX).partition("_")[0] for phrase in book.phrases("pl")} == set(GROUPS)


@pytest.mark.parametrize("language", [language for language in LANGUAGES if language != "pl"])
def test_every_phrase_is_read_back_in_polish(book: Phrasebook, language: str) -> None:
    for phrase in book.phrases(language):
        assert book.polish(phrase.text, language) == phrase.polish, phrase.key


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_two_phrases_of_a_language_are_the_same(book: Phrasebook, language: str) -> None:
    texts = [phrase.text for phrase in book.phrases(language)]
    assert len(set(texts)) == len(texts)


def test_own_words_around_phrases_are_told_apart(book: Phrasebook) -> None:
    first, second = book.phrases("en")[0], book.phrases("en")[5]
    heard = book.read_back(f"{first.text}\nMaria is here, too.  {second.text}", "en")
    assert [(piece.words, piece.polish) for piece in heard] == [
        (first.text, first.polish),
        ("Maria is here, too.", None),
        (second.text, second.polish),
    ]
    assert book.polish(f"{first.text} Maria.", "en") is None


def test_a_phrase_that_a_language_lacks_comes_in_english_and_says_so() -> None:
    wording = copy.deepcopy(Wording.load())
    key = next(key for key in wording.texts["pl"] if key.startswith(PREFIX))
    wording.texts["uk"] = {name: forms for name, forms in wording.texts["uk"].items() if name != key}  # type: ignore[index]
    phrase = Phrasebook(wording).phrases("uk")[0]
    assert (phrase.key, phrase.language, phrase.text) == (key, "en", phrase.english)


def test_an_answer_of_the_program_is_shown_in_polish(book: Phrasebook) -> None:
    answer = book.wording.text("greeting", "uk")
    assert book.polish(answer, "uk") == book.wording.text("greeting", "pl")
    assert book.polish(book.wording.text("greeting", "pl"), "pl") is None


def test_numbers_stay_together_in_right_to_left_text_and_are_still_recognised(book: Phrasebook) -> None:
    answer = book.wording.text("handoff_accepted", "ar")
    assert book.polish(answer, "ar") == book.wording.text("handoff_accepted", "pl")
    assert book.polish(answer.replace("\u2066", "").replace("\u2069", ""), "ar") == book.wording.text("handoff_accepted", "pl")


def test_a_letter_is_compared_with_few_texts_for_the_page_of_a_case_reads_back_all_that_was_said(
    book: Phrasebook, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared = 0

    def counted(*what: object) -> bool:
        nonlocal compared
        compared += 1
        return starts(*what)  # type: ignore[arg-type]

    starts = phrasebook._starts
    monkeypatch.setattr(phrasebook, "_starts", counted)
    said = "Може, Вам зручніше телефоном, ніж писати? Зателефонуйте на вокзалі. " * 20
    assert [piece.words for piece in book.read_back(said, "uk")] == [said.strip()]
    assert compared < 50 * len(said)
    compared = 0
    assert book.polish(said, "pl") is None
    assert compared == 0
