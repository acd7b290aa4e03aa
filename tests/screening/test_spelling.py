"""The spelling that a phone left out is put back from the words of the rows."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.messages import Speaker, Triage
from bot.screening.rows import Row
from bot.screening.spelling import Spelling, learn_spelling


def row(text: str, language: str) -> Row:
    return Row(text, language, "disclose_victim", Triage.NONE, frozenset(), Speaker.VICTIM)


ROWS = [
    row("ciotka każe mi sprzątać w nocy", "pl"),
    row("вони кажуть мені брехати", "uk"),
    row("нас не выпускают", "ru"),
    row("პასპორტი წამართვეს", "ka"),
]


@pytest.fixture(scope="module")
def spelling() -> Spelling:
    return learn_spelling(ROWS)


@pytest.mark.parametrize(
    ("text", "language", "restored"),
    [
        ("ciotka kaze mi sprzatac", "pl", "ciotka każe mi sprzątać"),
        ("vony kazhut' meni brekhaty", "uk", "вони кажуть мені брехати"),
        ("vony kazut meni brehaty", "uk", "вони казут мені брехати"),  # "zh" without its h is nobody's habit: put back by rule
        ("nas ne vypuskayut domoy", "ru", "нас не выпускают домоы"),
        ("pasporti camartves", "ka", "პასპორტი ცამართვეს"),
        ("нас не выпускают", "ru", "нас не выпускают"),
        ("they do not let us out", "en", "they do not let us out"),
        ("ciotka każe", "pl", "ciotka każe"),
        ("tel 24h", "uk", "тел 24h"),
    ],
)
def test_words_are_put_back_into_the_spelling_of_their_language(
    spelling: Spelling, text: str, language: str, restored: str
) -> None:
    assert spelling.restored(text, language) == restored


def test_what_was_learned_is_kept(spelling: Spelling, tmp_path: Path) -> None:
    spelling.save(tmp_path)
    assert Spelling.load(tmp_path) == spelling
