"""What a consultant reads about the dialogue is what the program does."""

from __future__ import annotations

from bot.dialogue import sections, settle
from bot.dialogue.document import BEGIN, END, document
from bot.settings import PROJECT_ROOT

PATH = PROJECT_ROOT / "docs" / "dialogue.md"


def test_the_tables_of_the_document_are_current() -> None:
    text = PATH.read_text(encoding="utf-8")
    assert text.count(BEGIN) == text.count(END) == 1
    assert text[text.index(BEGIN) : text.index(END) + len(END)] == document(), "run: python -m bot dialogue"


def test_every_row_of_the_plan_and_of_the_settling_table_is_in_it() -> None:
    text = document()
    assert [row.situation for row in (*sections.TABLE, *settle.TABLE) if row.situation not in text] == []
