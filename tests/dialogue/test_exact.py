"""A button and a message that is wholly one listed phrase are taken exactly; nothing that stands inside a sentence is."""

from __future__ import annotations

import pytest

from bot.dialogue.commands import EXACT_ONLY, LABELS, MAIN_INTENTS
from bot.dialogue.exact import BUTTONS, LISTED, exact
from bot.language.lexicon import Lexicon
from bot.messages import LANGUAGES

LEXICON = Lexicon.load()
KNOWN = {*LABELS, *EXACT_ONLY}


@pytest.mark.parametrize("button", sorted(BUTTONS))
def test_a_button_does_what_it_says_in_every_language(button: str) -> None:
    found = {exact(f"@{button}", language, LEXICON) for language in LANGUAGES}
    assert len(found) == 1
    (commands,) = found
    assert commands is not None
    assert [str(command) for command in commands.all] == [BUTTONS[button]]


def test_every_button_and_every_list_leads_to_a_command_that_exists() -> None:
    assert [name for name in (*BUTTONS.values(), *LISTED.values()) if name.partition(":")[0] != "ask" and name not in KNOWN] == []
    assert sorted(KNOWN - {name for names in MAIN_INTENTS.values() for name in names}) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_listed_phrase_is_taken_as_a_whole_message_and_not_inside_a_sentence(language: str) -> None:
    for meaning, command in LISTED.items():
        for phrase in list(LEXICON.phrases[language].get(meaning, ()))[:5]:
            whole = exact(phrase, language, LEXICON)
            if LEXICON.meaning(phrase, language) == meaning and LEXICON.language_named(phrase) is None:
                assert whole is not None
                assert [str(one) for one in whole.all] == [command], phrase
            assert exact(f"{phrase} qwxz qwxz qwxz qwxz qwxz", language, LEXICON) is None, phrase


@pytest.mark.parametrize("text", ["@", "@nothing", "@part_", "@lang_xx", "@szef ma mój paszport"])
def test_what_only_looks_like_a_button_does_nothing(text: str) -> None:
    found = exact(text, "pl", LEXICON)
    assert found is None or found.names == {"report:part"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_language_that_is_named_or_pressed_is_wanted(language: str) -> None:
    pressed = exact(f"@lang_{language}", "pl", LEXICON)
    assert pressed is not None
    wanted = pressed.first("want:language")
    assert wanted is not None
    assert wanted.value == language


def test_an_answer_of_the_library_is_asked_for_by_its_button() -> None:
    asked = exact("@ask_sleep_tonight", "uk", LEXICON)
    assert asked is not None
    assert [command.value for command in asked.asked] == ["sleep_tonight"]


@pytest.mark.parametrize(("text", "language", "command"), [("hindi", "tl", "answer:no"), ("hindi", "en", "want:language")])
def test_a_word_that_names_a_language_and_means_something_in_the_one_that_is_written_means_that(
    text: str, language: str, command: str
) -> None:
    found = exact(text, language, LEXICON)
    assert found is not None
    assert [str(one) for one in found.all] == [command]
