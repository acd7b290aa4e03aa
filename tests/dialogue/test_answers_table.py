"""The table of answers is what the program says."""

import shutil
from pathlib import Path

import pytest
import yaml

from bot.commands.answers import table
from bot.dialogue.answers import Library, LibraryInvalid
from bot.language.data import NLU_DATA
from bot.language.wording import Wording

DOCS = Path(__file__).resolve().parents[2] / "docs"


def test_the_table_of_answers_is_current() -> None:
    current = (DOCS / "answers.md").read_text(encoding="utf-8") == table()
    assert current, "write it anew: .venv/bin/python -m bot answers --write"


def test_an_answer_that_rests_on_a_fact_that_is_not_written_down_is_refused_with_both_names(tmp_path: Path) -> None:
    shutil.copytree(NLU_DATA, tmp_path, dirs_exist_ok=True, ignore=shutil.ignore_patterns("messages", "conversations"))
    path = tmp_path / "answers" / "shelter.yml"
    name, entry = next(iter(yaml.safe_load(path.read_text(encoding="utf-8")).items()))
    path.write_text(
        path.read_text(encoding="utf-8").replace(f"facts: [{entry['facts'][0]}", "facts: [N9999", 1), encoding="utf-8"
    )
    with pytest.raises(LibraryInvalid, match=rf"shelter\.yml: {name} rests on N9999,"):
        table(tmp_path)


def test_every_answer_rests_on_facts_that_are_written_down() -> None:
    backing = yaml.safe_load((NLU_DATA / "backing.yml").read_text(encoding="utf-8"))
    library = Library.load()
    assert [(answer.id, fact) for answer in library.answers.values() for fact in answer.facts if fact not in backing] == []
    assert len(library.answers) >= 250


def test_every_text_of_which_a_source_is_told_exists() -> None:
    sources = yaml.safe_load((NLU_DATA / "sources.yml").read_text(encoding="utf-8"))
    assert [key for key in sources if not Wording.load().has(key, "en")] == []
    assert {"suicide", "emergency_victim", "cannot_call"} <= set(sources)
