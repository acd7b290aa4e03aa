"""The table of answers is what the program says."""

from pathlib import Path

import yaml

from bot.commands.answers import table
from bot.dialogue.answers import Library
from bot.language.data import NLU_DATA
from bot.language.wording import Wording

DOCS = Path(__file__).resolve().parents[2] / "docs"


def test_the_table_of_answers_is_current() -> None:
    assert (DOCS / "answers.md").read_text(encoding="utf-8") == table()


def test_every_answer_rests_on_facts_that_are_written_down() -> None:
    backing = yaml.safe_load((NLU_DATA / "backing.yml").read_text(encoding="utf-8"))
    library = Library.load()
    assert [(answer.id, fact) for answer in library.answers.values() for fact in answer.facts if fact not in backing] == []
    assert len(library.answers) >= 250


def test_every_text_of_which_a_source_is_told_exists() -> None:
    sources = yaml.safe_load((NLU_DATA / "sources.yml").read_text(encoding="utf-8"))
    assert [key for key in sources if not Wording.load().has(key, "en")] == []
    assert {"suicide", "emergency_victim", "cannot_call"} <= set(sources)
