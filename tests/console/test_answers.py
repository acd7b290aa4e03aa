"""The library where it is used: what found no answer is counted without words and people, and what is not true any more is not said."""

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
from bot.messages import LANGUAGES
from bot.program import Program, build
from bot.storage.tables import AuditEntry
from tests.console.conftest import Consultant
from tests.dialogue.talk import Person
from tests.standins.rules_assistant import Reading, RulesAssistant
from tests.support import Clock, settings_in

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
    page = await (await consultant("Ewa", Role.COORDINATOR)).text("/answer-gaps")
    kind, far = page.split("<code>shelter_couple</code>")[1], page.split("Nic nie było blisko")[1]
    assert kind.split("</tr>")[0].count('<td class="amount">10<') == 1
    assert far.split("</tr>")[0].count('<td class="amount">&lt;5<') == 1
    assert "shelter_rules" not in page
    assert "sleep_tonight" not in page
    assert "papug" not in page


async def test_whoever_asks_the_same_all_day_counts_once(program: Program, consultant: People, writes: Writes) -> None:
    for _ in range(30):
        await writes(PARROT)
    page = await (await consultant("Ewa", Role.COORDINATOR)).text("/answer-gaps")
    assert '<td class="amount">&lt;5<' in page
    assert '<td class="amount">30<' not in page


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
    assert "shelter_couple" in await ewa.text("/answer-gaps?weeks=1")
    clock.move(weeks=5)
    iza = await consultant("Iza", Role.COORDINATOR)
    assert "shelter_couple" not in await iza.text("/answer-gaps")
    assert "shelter_couple" in await iza.text("/answer-gaps?weeks=12")
    await purge()
    assert kept() == 2
    clock.move(weeks=8)
    await purge()
    assert kept() == 0


async def test_only_coordinators_see_the_gaps_and_reading_them_is_in_the_audit_log(program: Program, consultant: People) -> None:
    ola, ewa = await consultant("Ola"), await consultant("Ewa", Role.COORDINATOR)
    assert (await ola.get("/answer-gaps")).status == 403
    assert "/console/answers" not in await ola.text("/")
    assert "/console/answers" in await ewa.text("/")
    await ewa.text("/answer-gaps")
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


async def said(program: Program, text: str, *, who: str, language: str = "pl", channel: str = "web") -> tuple[str, ...]:
    """Return the ids of what somebody is told who writes."""
    return (await Person(program, name=who, language=language, channel=channel).writes(text)).said


async def test_an_answer_that_is_switched_off_is_not_said_from_the_next_message_on(program: Program, consultant: People) -> None:
    assert await said(program, "gdzie spać", who="a") == ("answer.sleep_tonight",)
    ewa = await consultant("Ewa", Role.COORDINATOR)
    assert "Zadzwoń: 22 628 01 20" in await ewa.text("/answers/sleep_tonight")
    assert (await ewa.post("/answers/sleep_tonight/off", because="")).status == 422
    assert await said(program, "gdzie spać", who="b") == ("answer.sleep_tonight",)
    assert (await ewa.post("/answers/sleep_tonight/off", because="noclegownia zamknięta")).status == 303
    for language in LANGUAGES:
        assert await said(program, "gdzie spać", who=language, language=language) == ("not_known",)
    assert await said(program, "@ask_sleep_tonight", who="a") == ("not_known",)  # a button that was offered before
    page = await ewa.text("/answers/sleep_tonight")
    assert "noclegownia zamknięta" in page
    assert "sleep_tonight" in (await ewa.text("/answers")).split("Wyłączone", 1)[1]
    assert (await ewa.post("/answers/sleep_tonight/on")).status == 303
    assert await said(program, "gdzie spać", who="d") == ("answer.sleep_tonight",)


async def test_no_button_and_no_repetition_leads_to_what_is_switched_off(program: Program, consultant: People) -> None:
    person = Person(program)
    before = await person.writes("gdzie spać")
    offered = next(button.value for reply in before.replies for button in reply.buttons if button.value.startswith("@ask_"))
    ewa = await consultant("Ewa", Role.COORDINATOR)
    await ewa.get("/answers")
    for name in ("sleep_tonight", offered.removeprefix("@ask_")):
        assert (await ewa.post(f"/answers/{name}/off", because="zmienił się fakt")).status == 303
    again = await person.writes("powtórz")
    assert "answer.sleep_tonight" not in again.said
    assert (await ewa.post("/answers/sleep_tonight/on")).status == 303
    other = await Person(program, name="p2").writes("gdzie spać")
    assert other.said == ("answer.sleep_tonight",)
    assert offered not in [button.value for reply in other.replies for button in reply.buttons]


async def test_whoever_is_tired_is_received_without_the_answer_that_is_switched_off(program: Program, consultant: People) -> None:
    ewa = await consultant("Ewa", Role.COORDINATOR)
    await ewa.get("/answers")
    assert (await ewa.post("/answers/no_strength/off", because="x")).status == 303
    person = Person(program)
    heard = [(await person.writes(text)).said for text in ("@tired", "@tired", "@tired")]
    assert heard[0] == ("tired_heard",)
    assert all(heard)
    assert "answer.no_strength" not in {text for texts in heard for text in texts}


async def test_another_process_on_the_same_database_switches_it_off_as_well(
    program: Program, assistant: RulesAssistant, consultant: People, clock: Clock, tmp_path: Path
) -> None:
    other = build(settings_in(tmp_path), assistant=assistant, clock=clock)  # type: ignore[arg-type]
    try:
        assert await said(other, "gdzie spać", who="a") == ("answer.sleep_tonight",)
        ewa = await consultant("Ewa", Role.COORDINATOR)
        await ewa.get("/answers")
        await ewa.post("/answers/sleep_tonight/off", because="zmienił się fakt")
        assert await said(other, "gdzie spać", who="b") == ("not_known",)
        await ewa.post("/answers/sleep_tonight/on")
        assert await said(other, "gdzie spać", who="c") == ("answer.sleep_tonight",)
    finally:
        await other.close()


async def test_only_coordinators_switch_and_every_switch_is_in_the_audit_log(program: Program, consultant: People) -> None:
    ola, ewa = await consultant("Ola"), await consultant("Ewa", Role.COORDINATOR)
    await ola.get("/")
    assert (await ola.post("/answers/sleep_tonight/off", because="x")).status == 403
    await ewa.get("/answers")
    for path in ("off", "off", "on", "on"):
        assert (await ewa.post(f"/answers/sleep_tonight/{path}", because="x")).status == 303
    assert (await ewa.post("/answers/no_such_answer/off", because="x")).status == 404
    assert (await ewa.client.post("/console/answers/sleep_tonight/off", data={"because": "x"})).status == 403  # no token
    async with program.database.transaction() as session:
        entries = await session.scalars(select(AuditEntry).where(AuditEntry.action.startswith("answer_")))
        assert [(entry.action, entry.subject) for entry in entries] == [
            ("answer_off", "sleep_tonight"),
            ("answer_on", "sleep_tonight"),
        ]


async def test_answers_are_found_by_matter_and_by_their_words(consultant: People) -> None:
    ewa = await consultant("Ewa", Role.COORDINATOR)
    assert "sleep_tonight" not in await ewa.text("/answers")
    assert "sleep_tonight" in await ewa.text("/answers?matter=shelter")
    assert "sleep_tonight" in await ewa.text("/answers?q=dla+ilu+os%C3%B3b")
    assert "sleep_tonight" not in await ewa.text("/answers?matter=police&q=dla+ilu+os%C3%B3b")
