"""Promise of the threat model: of a question that found no answer only a week and one property at a time are counted."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from bot.dialogue.commands import UNKNOWN, Command
from bot.program import Program
from tests.dialogue.talk import Person
from tests.standins.rules_assistant import Reading, RulesAssistant
from tests.support import in_files

WORDS = "czy u pani Zofii Niezwykłej można trzymać papugę"


@pytest.fixture
def assistant() -> RulesAssistant:
    return RulesAssistant({WORDS: Reading((Command("ask", UNKNOWN, near=("shelter_couple", "shelter_rules")),))})


async def test_a_gap_is_a_week_and_one_property_and_holds_no_words_no_channel_and_nobody(
    program: Program, tmp_path: Path
) -> None:
    outcome = await Person(program, channel="sms", name="somebody-special").writes(WORDS)
    assert outcome.said == ("not_known_near",)
    rows = sqlite3.connect(tmp_path / "frontdoor.sqlite3").execute("SELECT week, measure, key, count FROM answer_gaps").fetchall()
    assert sorted(rows) == [("2026-11-23", "language", "pl", 1), ("2026-11-23", "near", "shelter_couple", 1)]
    assert b"papug" not in in_files(tmp_path)


async def test_the_count_of_a_gap_stays_when_its_person_erases_everything_and_leads_to_nobody(
    program: Program, tmp_path: Path
) -> None:
    person = Person(program)
    await person.writes(WORDS, "@delete", "@delete_yes")
    tables = sqlite3.connect(tmp_path / "frontdoor.sqlite3")
    assert tables.execute("SELECT count(*) FROM conversations").fetchone() == (0,)
    assert tables.execute("SELECT count(*) FROM answer_gaps").fetchone() == (2,)
    assert [column for _, column, *_ in tables.execute("PRAGMA table_info(answer_gaps)")] == [
        "week",
        "measure",
        "key",
        "count",
        "expires_at",
    ]
