"""The table of answers is what the program says."""

from pathlib import Path

import yaml

from bot.commands.answers import table
from bot.messages import QUESTION_TOPICS
from bot.wording import NLU_DATA

DOCS = Path(__file__).resolve().parents[1] / "docs"


def test_the_table_of_answers_is_current() -> None:
    assert (DOCS / "answers.md").read_text(encoding="utf-8") == table()


def test_every_answer_says_what_it_rests_on() -> None:
    sources = yaml.safe_load((NLU_DATA / "sources.yml").read_text())
    assert set(QUESTION_TOPICS) <= set(sources)
    assert {"home_violence", "suicide", "emergency_victim", "residence_plain", "cannot_call"} <= set(sources)
