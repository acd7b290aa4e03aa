"""The question that stands inside a longer message."""

import pytest

from bot.lexicon import Lexicon
from bot.questions import questions_in, told_beside

LEXICON = Lexicon.load()


@pytest.mark.parametrize(
    ("text", "language", "question"),
    [
        ("szef zabrał nam paszporty, kiedy mogę do was zadzwonić?", "pl", "kiedy mogę do was zadzwonić?"),
        ("szef zabrał nam paszporty kiedy mogę do was zadzwonić", "pl", "kiedy mogę do was zadzwonić"),
        ("he took my passport. when can I call you", "en", "when can I call you"),
        ("у мене забрали паспорт, скільки коштує дзвінок", "uk", "скільки коштує дзвінок"),
        ("хозяин забрал паспорт а где мне спать", "ru", "где мне спать"),
        ("me quitó el pasaporte, ¿cuándo puedo llamar?", "es", "¿cuándo puedo llamar?"),
    ],
)
def test_the_question_of_a_disclosure_is_found(text: str, language: str, question: str) -> None:
    assert questions_in(text, language, LEXICON)[0] == question


@pytest.mark.parametrize("text", ["szef zabrał nam paszporty", "on mnie bije, boję się", "tak", "", "po 22, jak on śpi"])
def test_what_asks_nothing_holds_no_question(text: str) -> None:
    assert questions_in(text, "pl", LEXICON) in ([], ["jak on śpi"])


def test_the_last_questions_come_first_and_few_are_looked_at() -> None:
    assert questions_in("ile to kosztuje? kto to czyta? gdzie to jest? kiedy? jak długo to trwa?", "pl", LEXICON) == [
        "jak długo to trwa?",
        "gdzie to jest?",
        "kto to czyta?",
    ]


def test_what_a_message_tells_is_read_apart_from_what_it_asks() -> None:
    told = told_beside("szef zabrał nam paszporty, ile kosztuje telefon do was?", "pl", LEXICON)
    assert told == "szef zabrał nam paszporty,"
    assert told_beside("ile kosztuje telefon, kto to czyta?", "pl", LEXICON) == ""
    assert told_beside("szef zabrał nam paszporty", "pl", LEXICON) == ""
