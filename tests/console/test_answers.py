"""The library where it is used: questions that found no answer are counted without words and without people."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.__main__ import main
from bot.console.staff import Role
from bot.dialogue.commands import UNKNOWN, Command
from bot.program import Program
from bot.storage.tables import AuditEntry
from tests.console.conftest import Consultant
from tests.standins.rules_assistant import Reading, RulesAssistant
from tests.support import Clock

People = Callable[..., Awaitable[Consultant]]
Writes = Callable[..., Awaitable[str]]
PARROT = "czy mogę tam wziąć papugę"


@pytest.fixture
def assistant() -> RulesAssistant:
    """Know one question: where somebody may sleep; and one that no answer fits, near to that."""
    unknown = Command("ask", UNKNOWN, near=("shelter_couple", "shelter_rules"))
    return RulesAssistant(
        {PARROT: Reading((unknown,)), "gdzie spać": Reading(("ask:sleep_tonight",)), "co to za ptak": Reading(("ask:none",))}
    )


async def test_questions_without_an_answer_are_counted_by_the_nearest_one(consultant: People, writes: Writes) -> None:
    for number in range(9):
        await writes(PARROT, who=f"a{number}")
    for number in range(3):
        await writes("co to za ptak", who=f"b{number}")
    await writes("gdzie spać", who="c")
    page = await (await consultant("Ewa", Role.COORDINATOR)).text("/answers/gaps")
    kind, far = page.split("<code>shelter_couple</code>")[1], page.split("Nic nie było blisko")[1]
    assert kind.split("</tr>")[0].count('<td class="amount">10<') == 1
    assert far.split("</tr>")[0].count('<td class="amount">&lt;5<') == 1
    assert "shelter_rules" not in page
    assert "sleep_tonight" not in page
    assert "papug" not in page


async def test_whoever_asks_the_same_all_day_counts_once(program: Program, consultant: People, writes: Writes) -> None:
    for _ in range(30):
        await writes(PARROT)
    page = await (await consultant("Ewa", Role.COORDINATOR)).text("/answers/gaps")
    assert '<td class="amount">&lt;5<' in page
    assert '<td class="amount">30<' not in page


async def test_what_is_stored_of_a_gap_is_a_week_and_one_property(program: Program, writes: Writes, tmp_path: Path) -> None:
    await writes(PARROT, channel="sms")
    rows = sqlite3.connect(tmp_path / "frontdoor.sqlite3").execute("SELECT week, measure, key, count FROM answer_gaps").fetchall()
    assert sorted(rows) == [("2026-11-23", "language", "pl", 1), ("2026-11-23", "near", "shelter_couple", 1)]


async def test_gaps_are_forgotten_after_twelve_weeks_and_told_by_weeks(
    program: Program, consultant: People, writes: Writes, clock: Clock, tmp_path: Path
) -> None:
    def kept() -> int:
        [[count]] = sqlite3.connect(tmp_path / "frontdoor.sqlite3").execute("SELECT count(*) FROM answer_gaps").fetchall()
        return int(count)

    async def purge() -> None:
        async with program.database.transaction() as session:
            await program.conversations.purge(session, clock())

    await writes(PARROT)
    ewa = await consultant("Ewa", Role.COORDINATOR)
    assert "shelter_couple" in await ewa.text("/answers/gaps?weeks=1")
    clock.move(weeks=5)
    iza = await consultant("Iza", Role.COORDINATOR)
    assert "shelter_couple" not in await iza.text("/answers/gaps")
    assert "shelter_couple" in await iza.text("/answers/gaps?weeks=12")
    await purge()
    assert kept() == 2
    clock.move(weeks=8)
    await purge()
    assert kept() == 0


async def test_only_coordinators_see_the_gaps_and_reading_them_is_in_the_audit_log(program: Program, consultant: People) -> None:
    ola, ewa = await consultant("Ola"), await consultant("Ewa", Role.COORDINATOR)
    assert (await ola.get("/answers/gaps")).status == 403
    assert "/console/answers" not in await ola.text("/")
    assert "/console/answers" in await ewa.text("/")
    await ewa.text("/answers/gaps")
    async with program.database.transaction() as session:
        newest = await session.scalar(select(AuditEntry).order_by(AuditEntry.number.desc()).limit(1))
    assert newest is not None
    assert (newest.action, newest.subject) == ("gaps_read", "answers")


async def test_the_command_line_lists_the_gaps(
    writes: Writes, clock: Clock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    clock.now = datetime.now(UTC)
    for number in range(6):
        await writes(PARROT, who=f"a{number}")
    await writes("co to za ptak", who="b")
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    assert await asyncio.to_thread(main, ["answers", "--gaps"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "    5  shelter        shelter_couple",
        "   <5  -              nothing near",
        "Languages: pl 5",
    ]
