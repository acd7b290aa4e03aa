"""How a language is written stands in its folder, and a file that is not of the expected form says what is wrong with it."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.language.writing import WritingInvalid, read_writing, writing_files, writings
from bot.messages import LANGUAGES

FORM = "names: {pl: nepalski, en: Nepali}\nscript: DEVANAGARI\nclauses: र तर कि\n"
IN_LATIN = "in_latin: {letters: {क: k}, habits: [{}]}\n"
WHOLE = FORM + IN_LATIN


def test_every_language_that_is_served_says_how_it_is_written() -> None:
    assert set(writings()) == set(LANGUAGES)
    assert [path for path in writing_files() if not path.exists()] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_put_back_into_the_letters_of_a_language_are_its_letters(language: str) -> None:
    table = writings()[language].in_latin
    if table is not None:
        assert all(latin.isascii() and not own.isascii() for latin, own in table.rules)
        assert all(
            character in table.letters | table.vowels for habit in table.habits for character in habit if not character.isascii()
        )


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (WHOLE.replace("script", "scirpt"), "scirpt"),
        (WHOLE.replace("names: {pl: nepalski, en: Nepali}", "names: {pl: nepalski}"), "names.en"),
        (WHOLE.replace("र तर कि", "[र, तर]"), "clauses"),
        (WHOLE + "regions: nepal\n", "regions"),
        (WHOLE + "regions: NP XX\n", "regions.*XX"),
        (WHOLE.replace("DEVANAGARI", "DEVANAGRI"), "script.*DEVANAGRI"),
        (FORM, "in_latin is missing"),
        (FORM + "in_latin: {letters: {क: k}, habits: []}\n", "in_latin.habits"),
        (FORM + "in_latin: {letters: {क: k}, habits: [{}], back: k क kh}\n", "back must hold pairs"),
        ("names: {pl: nepalski", "cannot be read"),
    ],
)
def test_a_file_of_another_form_is_refused_and_says_where(content: str, told: str, tmp_path: Path) -> None:
    path = tmp_path / "writing.yml"
    path.write_text(WHOLE, encoding="utf-8")
    assert read_writing(path).conjunctions == {"र", "तर", "कि"}
    path.write_text(content, encoding="utf-8")
    with pytest.raises(WritingInvalid, match=told) as refused:
        read_writing(path)
    assert str(path) in str(refused.value)


@pytest.mark.parametrize(
    "content", [FORM + "not_in_latin: its letters are on every phone\n", FORM.replace("DEVANAGARI", "LATIN")]
)
def test_a_language_may_say_why_nobody_writes_it_in_latin_letters_and_one_in_them_need_not(content: str, tmp_path: Path) -> None:
    path = tmp_path / "writing.yml"
    path.write_text(content, encoding="utf-8")
    assert read_writing(path).in_latin is None


def test_a_missing_file_is_refused_and_says_where_to_read_more(tmp_path: Path) -> None:
    with pytest.raises(WritingInvalid, match=r"docs/translating\.md"):
        read_writing(tmp_path / "writing.yml")
