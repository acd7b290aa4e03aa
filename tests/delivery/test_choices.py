from __future__ import annotations

import pytest

from bot.delivery.choices import chosen, numbered, titled
from bot.language.wording import Wording
from bot.messages import LANGUAGES, Button

SECOND = ["2", "2.", " 2 ", "(2)", "#2", "2!", "nr 2", "№2", "2️⃣", "٢", "२", "dwa", "Dwa", "DWA.", "druga", "two", "nie", "NIE!"]
NUMBERED = ["number 2", "no. 2", "n 2", "num 2", "Numer 2"]
NO_CHOICE = ["", "0", "3", "22", "2 2", "112", "22 628 01 20", "2 osoby", "dwie osoby", "nie wiem", "?", "do"]
WORDS = {"uk": "друге", "vi": "hai", "ka": "ორი", "ar": "اثنين", "hi": "do", "tr": "iki", "bg": "второ"}
YES_NO = (Button("Tak", "@yes"), Button("Nie", "@no"))


@pytest.mark.parametrize("text", [*SECOND, *NUMBERED])
def test_a_number_a_number_word_or_the_title_chooses_the_second(text: str) -> None:
    assert chosen(text, YES_NO, "pl") == "@no"


@pytest.mark.parametrize("text", NO_CHOICE)
def test_anything_else_is_a_message_and_no_choice(text: str) -> None:
    assert chosen(text, YES_NO, "pl") is None


@pytest.mark.parametrize(("language", "word"), WORDS.items())
def test_number_words_are_known_in_the_language_of_the_conversation(language: str, word: str) -> None:
    assert chosen(word, YES_NO, language) == "@no"


def test_a_word_that_is_a_number_elsewhere_does_not_choose() -> None:
    assert chosen("sami", (*YES_NO, Button("Pomiń", "@skip")), "pl") is None  # three in Georgian, "alone" in Polish


def test_a_question_that_may_only_be_skipped_takes_numbers_as_answers() -> None:
    skip = (Button("Pomiń", "@skip"),)
    assert chosen("1", skip, "pl") is None
    assert chosen("pomiń", skip, "pl") == "@skip"
    assert numbered(skip) == "(Pomiń)"


def test_a_list_of_all_languages_is_chosen_from_by_name_and_costs_no_lines() -> None:
    languages = [Wording.load().button(f"lang_{code}", "pl") for code in LANGUAGES]
    assert numbered(languages) == ""
    assert chosen("2", languages, "pl") is None
    assert chosen("українська", languages, "pl") == "@lang_uk"


def test_choices_are_numbered_through_all_replies_of_a_turn() -> None:
    assert numbered(YES_NO, before=3, in_turn=5) == "4 Tak\n5 Nie"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_button_can_be_chosen_by_the_title_that_is_offered(language: str) -> None:
    wording = Wording.load()
    buttons = [wording.button(name, language) for name in ("yes", "no", "skip", "human", "delete")]
    for button in buttons:
        assert chosen(button.title, buttons, language) == button.value


IN_LATIN = {
    "hi": {
        "anurodh vapas len": "@withdraw",
        "Anurodh wapas len!": "@withdraw",
        "kisi vyakti se baat": "@human",
        "kaise chhipaen?": "@hide",
    },
    "ru": {"otmenit' zapros": "@withdraw", "pogovorit s chelovekom": "@human", "Kak eto skryt": "@hide"},
    "uk": {"skasuvaty zapyt": "@withdraw", "pohovoryty z lyudynoyu": "@human", "yak tse prykhovaty": "@hide"},
    "ar": {"elagha iltalb": "@withdraw", "kif akhfi hatha": "@hide"},
    "ka": {
        "tkhovnis gaukmeba": "@withdraw",
        "txovnis gauqmeba": "@withdraw",
        "adamiani minda": "@human",
        "rogor davmalo": "@hide",
    },
}


@pytest.mark.parametrize(
    ("language", "text", "value"), [(code, text, value) for code, texts in IN_LATIN.items() for text, value in texts.items()]
)
def test_a_title_that_is_offered_can_be_typed_in_the_latin_letters_of_chats(language: str, text: str, value: str) -> None:
    buttons = [Wording.load().button(name, language) for name in ("withdraw", "human", "hide", "safe_time")]
    assert chosen(text, buttons, language) == value


@pytest.mark.parametrize("text", ["otmenit vstrechu", "ne otmenit", "otmeni", "chelovek", "", "s", "...", "kak"])
def test_what_only_begins_like_a_title_in_latin_letters_is_a_message(text: str) -> None:
    buttons = [Wording.load().button(name, "ru") for name in ("withdraw", "human", "hide", "safe_time")]
    assert chosen(text, buttons, "ru") is None


def test_letters_are_left_out_of_no_title_that_is_in_latin_letters_already() -> None:
    assert chosen("ung", (Button("Đúng", "@yes"),), "vi") is None


def test_what_two_titles_are_in_latin_letters_chooses_neither() -> None:
    assert chosen("mir", (Button("Мир", "@a"), Button("Мір", "@b")), "uk") is None


def test_the_title_of_any_button_is_its_value_but_a_plain_yes_answers_what_is_asked() -> None:
    titles = {"yes": "Tak", "no": "Nie", "cannot_call": "Nie mogę dzwonić"}
    assert titled("nie moge dzwonic!", titles) == "@cannot_call"
    assert [titled(text, titles) for text in ("tak", "nie", "", "😀", "mogę dzwonić")] == [None] * 5
