"""The listed phrases mean what their list says where they are the whole message, and nothing inside a sentence."""

from __future__ import annotations

import re

import pytest

from bot.dialogue.commands import Commands
from bot.dialogue.exact import exact
from bot.language.folding import keeps_marks
from bot.language.identification import without_diacritics
from bot.language.lexicon import Lexicon
from bot.language.word_lists import CRY
from bot.language.wording import Wording
from bot.messages import LANGUAGES, Indicator, Triage
from bot.screening.rows import Row, read_rows, training_files

LEXICON = Lexicon.load()
WORDING = Wording.load()
# "I don't want any more": of a form, of a conversation, or of living.
WEARY = ("enough", "goodbye", "safer", "withdraw", "joke")
# What one says in parting, also before dying: whole by itself, and what follows it is heard. No beginning of a wish ("je vais dormir …").
FAREWELLS = {"au revoir", "la revedere", "nos vemos", "pa pa", "tạm biệt", "лека нощ", "კარგად იყავით", "مع السلامة"}


def spelt(row: Row) -> str:
    """Return a row's text as phrases are compared with it, with its marks."""
    return row.text.lower() if keeps_marks(row.language) else without_diacritics(row.text.lower())


def cut_short(rows: list[Row]) -> list[tuple[str, str, str, str]]:
    """Return the phrases that are the beginning or the middle of a word of suicide: who sends it in pieces is not taken at the first."""
    despair = [row for row in rows if Indicator.SUICIDE_RISK in row.indicators and row.triage is Triage.EMERGENCY]
    return sorted(
        (row.language, meaning, phrase, row.text)
        for row in despair
        for meaning in WEARY
        for phrase in LEXICON.phrases[row.language][meaning] - FAREWELLS
        if " " in phrase and phrase in spelt(row) and re.search(rf"(?<!\w){re.escape(phrase)} \w", spelt(row))
    )


@pytest.fixture(scope="module")
def rows() -> list[Row]:
    return [row for row in read_rows(training_files()) if row.language in LANGUAGES]


def test_no_listed_phrase_is_a_piece_of_a_word_of_suicide(rows: list[Row]) -> None:
    assert cut_short(rows) == []


# Of which topics a message is in which a list hears this; of any topic what only asks, stops or steers.
TOPICS_OF = {
    "want:human": {"ask_human"},
    "want:erase": {"delete_data"},
    "answer:yes": {"affirm"},
    "answer:no": {"deny"},
    "bye": {"goodbye"},
    "greet": {"greet"},
    "thanks": {"thanks"},
}
ALARMS = {"danger:self", "feel:suicide", "near"}


@pytest.fixture(scope="module")
def heard(rows: list[Row]) -> list[tuple[Row, frozenset[str]]]:
    """Return the messages in which a list hears something, with what it hears."""
    return [(row, said.names) for row in rows if (said := exact(row.text, row.language, LEXICON)) is not None]


def test_no_list_hears_anything_but_an_alarm_in_a_grave_training_message(heard: list[tuple[Row, frozenset[str]]]) -> None:
    grave = [(row.text, names - ALARMS) for row, names in heard if row.triage in {Triage.HIGH, Triage.EMERGENCY}]
    assert [one for one in grave if one[1]] == []


def test_what_a_list_hears_in_a_training_message_is_what_its_label_says(heard: list[tuple[Row, frozenset[str]]]) -> None:
    assert [(row.text, name) for row, names in heard for name in names if row.topic not in TOPICS_OF.get(name, {row.topic})] == []


# Sentences that were found by using the program, and the meaning that a phrase in them had.
@pytest.mark.parametrize(
    ("text", "language", "meaning"),
    [
        ("me voy a matar", "es", "goodbye"),
        ("je m'en vais pour toujours", "fr", "goodbye"),
        ("no quiero seguir viviendo", "es", "enough"),
        ("tôi muốn tự vẫn", "vi", "human"),
        ("nợ tới cổ rồi", "vi", "someone_near"),
        ("đói từ hôm qua", "vi", "code_word"),
        ("sampung tao po kami dito", "tl", "human"),
        ("burada bir insan kilitli", "tr", "human"),
        ("pasaportumu geri al lütfen", "tr", "withdraw"),
        ("mera passport wapas le lo", "hi", "withdraw"),
        ("bawiin mo ang pasaporte ko", "tl", "withdraw"),
        ("trajeron a una persona encerrada", "es", "human"),
    ],
)
def test_a_phrase_of_a_list_is_not_heard_inside_a_sentence_that_means_something_else(
    text: str, language: str, meaning: str
) -> None:
    assert LEXICON.meaning(text, language) != meaning
    assert exact(text, language, LEXICON) in (None, Commands.of("feel:suicide"))


@pytest.mark.parametrize(("text", "meaning"), [("một người thật", "human"), ("una persona", "human"), ("geri al", "withdraw")])
def test_what_is_heard_only_as_a_whole_message_is_still_heard(text: str, meaning: str) -> None:
    assert meaning in {LEXICON.meaning(text, language) for language in ("vi", "es", "tr")}


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("tự vẫn", "dying"),
        ("tu van", None),  # advice or suicide: without marks nobody knows
        ("tư vấn viên", "human"),
        ("dừng", "stop"),
        ("đúng", "yes"),
        ("dung", None),
        ("không", "no"),
        ("nợ", None),
        ("no", None),
        ("xoá hết", "delete"),
        ("xóa hết", "delete"),
        ("toi muon gap nguoi that", "human"),
    ],
)
def test_vietnamese_is_told_apart_by_its_marks(text: str, meaning: str | None) -> None:
    assert LEXICON.meaning(text, "vi") == meaning


@pytest.mark.parametrize(
    ("text", "language", "meaning"),
    [
        ("dur", "tr", "stop"),
        ("wala", "tl", "no"),
        ("nada", "es", "skip"),
        ("nada", "pt", "skip"),
        ("rien", "fr", "skip"),
        ("لا شيء", "ar", "skip"),
        ("कुछ नहीं", "hi", "skip"),
    ],
)
def test_the_usual_words_are_listed(text: str, language: str, meaning: str) -> None:
    assert LEXICON.meaning(text, language) == meaning


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_cry_for_help_alone_is_one_however_often_and_loudly_it_is_cried(language: str) -> None:
    for cry in LEXICON.phrases[language][CRY]:
        assert LEXICON.meaning(cry, language) == CRY, cry
        assert LEXICON.meaning(f"{cry}!!! {cry.upper()}!", language) == CRY, cry


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("ayuda con mi contrato", "es"),
        ("help 5 people", "en"),
        ("potrzebuję pomocy z umową", "pl"),
        ("info", "en"),
        ("menu", "fr"),
    ],
)
def test_more_than_a_cry_is_none(text: str, language: str) -> None:
    assert LEXICON.meaning(text, language) != CRY


def test_ten_of_anything_are_no_age_and_ten_years_are() -> None:
    assert LEXICON.own_age("عندي 10", "ar") is None
    assert LEXICON.own_age("عندي 15 سنة", "ar") == 15


# What the texts tell people to type, and what it must do.
TYPED = {
    "ask_human": "human",
    "menu": "human",
    "handoff_declined": "human",
    "ask_hotline_languages": "language",
    "hide_tips": "delete",
    "report_kept_unsent": "delete",
    "handoff_told": "withdraw",
    "handoff_told_night": "withdraw",
    "handoff_accepted": "withdraw",
    "withdraw_ask_again": "withdraw",
    "quiet_on": "unquiet",
    "nothing_here": "hide",
}
_QUOTED = re.compile(r"[„“«\"]\s?([^„“«»\"”]{1,40}?)\s?[“”»\"]")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_words_that_texts_tell_to_type_are_listed_and_stop_nothing(language: str) -> None:
    missing, stopping = [], []
    for key, forms in WORDING.texts[language].items():
        for form, text in forms.items():
            capitals = [word for word in re.findall(r"[^\W\d_]{2,}(?: [^\W\d_]{2,})*", text) if word.isupper()]
            meanings = {LEXICON.meaning(word, language) for word in [*_QUOTED.findall(text), *capitals]}
            if key in TYPED and form != "sms" and TYPED[key] not in meanings and _QUOTED.search(text):
                missing.append((key, form))
            if "stop" in meanings and "STOP" not in text:
                stopping.append((key, form))
    assert (missing, stopping) == ([], [])
