"""Short words with one meaning, in every language and spelling."""

import re
import shutil
from pathlib import Path

import pytest

from bot.language.data import NLU_DATA
from bot.language.lexicon import ADULT, Lexicon
from bot.language.word_lists import MEANINGS, LexiconInvalid
from bot.language.wording import Wording
from bot.messages import LANGUAGES

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


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("yes: [tak", "cannot be read"),
        ("- tak\n- nie\n", "must hold meanings"),
        ("yes: tak\n", "must be a list"),
        ("yess: [tak]\n", "yess"),
        ("language_names: [polski]\n", "language_names"),
        ("language_names: {xx: [polski]}\n", "language_names"),
    ],
)
def test_a_malformed_list_is_refused_and_the_file_is_named(tmp_path: Path, content: str, told: str) -> None:
    shutil.copytree(NLU_DATA, tmp_path / "data", ignore=shutil.ignore_patterns("messages", "answers", "evaluation", "concepts"))
    broken = tmp_path / "data" / "uk" / "lexicon.yml"
    broken.write_text(content)
    with pytest.raises(LexiconInvalid, match=told) as refused:
        Lexicon.load(tmp_path / "data")
    assert str(broken) in str(refused.value)


def test_a_language_without_its_list_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LexiconInvalid, match="restore"):
        Lexicon.load(tmp_path)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_meaning_has_words_in_every_language(language: str) -> None:
    assert [meaning for meaning in MEANINGS if not LEXICON.phrases[language][meaning]] == []
    assert all(LEXICON.words_of[name][language] for name in ("asking", "times"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_words_that_the_texts_name_for_changing_an_arrangement_are_understood(language: str) -> None:
    for key, meaning in (("safe_time_noted", "safe_time"), ("code_word_noted", "code_word")):
        quoted = re.findall(r"[„“«\"”]\s?([^„“«»\"”]+?)\s?[“”»\"]", Wording.load().text(key, language, _value="x"))
        assert any(LEXICON.meaning(word, language) == meaning for word in quoted), (key, quoted)


@pytest.mark.parametrize(
    ("text", "current", "written", "language"),
    [
        ("quiero escribir en inglés", "es", "es", "en"),
        ("mejor en español", "en", "es", "es"),
        ("hola, no hablo inglés", "en", "es", "es"),
        ("can you speak english please", "es", "en", "en"),
        ("chcę inaczej", "pl", "pl", None),
        ("po polsku albo po angielsku", "uk", "pl", None),
    ],
)
def test_a_wish_for_a_language_says_which_inside_a_sentence(text: str, current: str, written: str, language: str | None) -> None:
    assert LEXICON.language_inside(text, current=current, written=written) == language


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_knows_how_to_send(language: str) -> None:
    assert LEXICON.phrases[language]["send"]


@pytest.mark.parametrize(
    ("text", "language", "minor"),
    [
        ("mam 15 lat", "pl", True),
        ("mam 14 i każą mi", "pl", True),
        ("mam 15 minut", "pl", False),
        ("pracuję 15 lat", "pl", False),
        ("mam 18 lat", "pl", False),
        ("hii im 16 f", "en", True),
        ("i worked 15 years", "en", False),
        ("мені 15", "uk", True),
        ("мне 16 лет", "ru", True),
        ("tengo 15 años", "es", True),
        ("tengo 15 años trabajando", "es", False),
        ("16 yaşındayım, korkuyorum", "tr", True),
        ("15 წლის ვარ", "ka", True),
        ("main 15 saal ki hu", "hi", True),
        ("5 osób", "pl", False),
    ],
)
def test_who_tells_that_they_are_under_age_is_known_as_such(text: str, language: str, minor: bool) -> None:
    age = LEXICON.own_age(text, language)
    assert (age is not None and age < ADULT) is minor


@pytest.mark.parametrize(
    ("text", "language", "meaning"),
    [
        ("no tak, skasuj", "pl", "delete"),
        ("dobra to usuwaj", "pl", "delete"),
        ("ну давай удали", "ru", "delete"),
        ("no", "pl", None),
    ],
)
def test_words_in_front_of_a_wish_change_nothing(text: str, language: str, meaning: str | None) -> None:
    assert LEXICON.meaning(text, language) == meaning


@pytest.mark.parametrize(
    "text", ["tylko między 10 a 12", "between 2 and 4", "с 13 до 14", "de 2 a 4", "po 22:00", "10am", "at 9 PM", "18h"]
)
def test_hours_are_a_time_in_every_language(text: str) -> None:
    assert LEXICON.names_time(text, "vi")


@pytest.mark.parametrize("text", ["mam ¹ lat", "im ①5", "mam ١٥ lat"])
def test_a_sign_that_looks_like_a_number_harms_nobody(text: str) -> None:
    assert LEXICON.own_age(text, "pl") in {None, 5, 15}


@pytest.mark.parametrize(
    "text", ["don't delete this", "don’t delete this", "can't delete this", "nie usuwaj tego", "не видаляй це"]
)
def test_an_order_that_is_denied_erases_nothing(text: str) -> None:
    assert not any(LEXICON.orders_erasure(text, language) for language in LANGUAGES)
    assert LEXICON.orders_erasure("no wait delete this", "en")


def test_a_question_is_heard_after_the_full_stop_of_its_own_script() -> None:
    assert LEXICON.asks("मालिक ने पासपोर्ट ले लिया है। कहाँ जाऊँ", "hi")
    assert not LEXICON.asks("मालिक ने पासपोर्ट ले लिया है", "hi")
