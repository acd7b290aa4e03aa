"""The numbers for reports: counted right, kept without people, shown so that nobody is given away."""

from __future__ import annotations

import csv
import io
import itertools
import sqlite3
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from bot.console.spreadsheet import as_csv
from bot.console.staff import Role
from bot.console.suppression import figure, protect
from bot.program import Program
from bot.storage.tables import AuditEntry, Conversation
from tests.console.conftest import Consultant
from tests.support import Clock, declare_for_a_while, look_at_alarms

People = Callable[..., Awaitable[Consultant]]
Writes = Callable[..., Awaitable[str]]


async def table(someone: Consultant, query: str = "") -> dict[tuple[str, str], str]:
    """Return the file's counts by table and code, in English."""
    response = await someone.get(f"/numbers.csv{query}", headers={"Accept-Language": "en"})
    assert response.status == 200
    text = (await response.read()).decode("utf-8-sig")
    return {(row[0], row[2] or row[1]): row[3] for row in csv.reader(io.StringIO(text))}


async def test_contacts_are_counted_once_a_day_with_their_highest_triage_and_latest_language(
    consultant: People, writes: Writes, clock: Clock
) -> None:
    for number in range(8):
        await writes("dzień dobry", who=f"a{number}", channel="sms")
        await writes("zabrał mi paszport", who=f"a{number}", channel="sms")
        await writes("@lang_uk", who=f"a{number}", channel="sms")
    for number in range(6):
        await writes("dzień dobry", who=f"b{number}", channel="web")
    clock.move(days=1)
    for number in range(6):
        await writes("dzień dobry", who=f"b{number}", channel="web")
    counted = await table(await consultant("Ewa", Role.COORDINATOR))
    assert counted["Contacts", "all"] == "20"
    assert (counted["Contacts by day", "2026-11-24"], counted["Contacts by day", "2026-11-25"]) == ("15", "5")
    assert (counted["Contacts by channel", "sms"], counted["Contacts by channel", "web"]) == ("10", "10")
    assert (counted["Contacts by triage", "high"], counted["Contacts by triage", "none"]) == ("10", "10")
    assert (counted["Contacts by language", "pl"], counted["Contacts by language", "uk"]) == ("10", "10")
    topics = "Contacts by topic (one contact may have several)"
    assert (counted[topics, "disclose_victim"], counted[topics, "ask_support"]) == ("10", "20")


async def test_a_day_is_a_day_in_poland(consultant: People, writes: Writes, clock: Clock) -> None:
    clock.move(hours=10, minutes=59)  # 22:59 UTC: still the 24th in Warsaw
    for number in range(5):
        await writes("dzień dobry", who=f"a{number}")
    clock.move(minutes=2)
    for number in range(10):
        await writes("dzień dobry", who=f"b{number}")
    counted = await table(await consultant("Ewa", Role.COORDINATOR))
    assert (counted["Contacts by day", "2026-11-24"], counted["Contacts by day", "2026-11-25"]) == ("5", "10")


async def test_the_numbers_stay_when_conversations_are_erased_or_expire(
    program: Program, consultant: People, writes: Writes, clock: Clock, tmp_path: Path
) -> None:
    for number in range(10):
        await writes("zabrał mi paszport", who=f"person-{number}", channel="sms")
    async with program.database.transaction() as session:
        first = await program.conversations.find(session, "sms", "person-0")
    assert first is not None
    await program.frontdoor.erase(first.id)
    clock.move(days=200)
    async with program.database.transaction() as session:
        assert await program.conversations.purge(session, clock()) == 9
        assert await session.scalar(select(func.count()).select_from(Conversation)) == 0
    counted = await table(await consultant("Ewa", Role.ADMINISTRATOR), "?from=2026-11&to=2026-11")
    assert counted["Contacts", "all"] == "10"
    assert counted["Contacts by triage", "high"] == "10"
    rows = sqlite3.connect(tmp_path / "frontdoor.sqlite3").execute("SELECT day, measure, key FROM day_counts").fetchall()
    assert {len(day) for day, _, _ in rows} == {10}  # no time of day
    assert {measure for _, measure, _ in rows} == {"contacts", "channel", "language", "triage", "topic", "opened"}
    assert not any("person" in key or len(key) > 30 for _, _, key in rows)


async def test_waiting_times_and_targets_are_counted_when_a_case_is_taken(
    program: Program, consultant: People, writes: Writes, clock: Clock
) -> None:
    async def taken_after(seconds: int, who: str) -> None:
        case = await writes("jestem zamknięta", who=who)
        clock.move(seconds=seconds)
        async with program.database.transaction() as session:
            await program.queue.take(session, case, "somebody", clock())

    for number in range(15):
        await taken_after(50, f"quick{number}")
    for number in range(5):
        await taken_after(100, f"slow{number}")
    counted = await table(await consultant("Ewa", Role.COORDINATOR))
    assert counted["Taken", "emergency"] == "20"
    assert counted["Half were taken within (median)", "emergency"] == "≤ 1 min"
    assert counted["90 % were taken within", "emergency"] == "≤ 2 min"
    assert (counted["In time", "emergency"], counted["Late", "emergency"]) == ("15", "5")
    assert counted["In time, %", "emergency"] == "75 %"
    assert counted["Target", "emergency"] == "≤ 1 min"


async def test_a_share_tells_no_more_than_the_counts_beside_it(
    program: Program, consultant: People, writes: Writes, clock: Clock
) -> None:
    for number in range(18):
        case = await writes("jestem zamknięta", who=f"a{number}")
        clock.move(seconds=50 if number < 13 else 100)
        async with program.database.transaction() as session:
            await program.queue.take(session, case, "somebody", clock())
    counted = await table(await consultant("Ewa", Role.COORDINATOR))
    assert (counted["In time", "emergency"], counted["Late", "emergency"]) == ("15", "5")
    assert counted["In time, %", "emergency"] == "75 %"  # not the 72 % of 13 and 5


async def test_in_time_counts_from_when_a_case_became_urgent(
    program: Program, consultant: People, writes: Writes, clock: Clock
) -> None:
    for number in range(6):
        await writes("@human", who=f"a{number}")
    clock.move(hours=2)
    for number in range(6):
        case = await writes("jestem zamknięta", who=f"a{number}")
        async with program.database.transaction() as session:
            await program.queue.take(session, case, "somebody", clock())
    counted = await table(await consultant("Ewa", Role.COORDINATOR))
    assert (counted["In time", "emergency"], counted["Late", "emergency"]) == ("5", "0")
    assert counted["Half were taken within (median)", "emergency"] == "≤ 2 h"


async def test_an_alarm_that_sounds_again_unheard_was_missed(
    program: Program, consultant: People, writes: Writes, clock: Clock
) -> None:
    async def look() -> None:
        async with program.database.transaction() as session:
            await look_at_alarms(program, session)

    for number, place in enumerate("kuchnia piwnica strych garaż hala barak dom szopa busie biurze".split()):
        await writes(f"jestem zamknięta {place}", who=f"a{number}")  # the same words from many would be one wave, and one alarm
    clock.move(seconds=61)
    await look()
    async with program.database.transaction() as session:
        for alarm_id in sorted(await program.alarms.sounding(session))[:5]:
            await program.alarms.acknowledge(session, alarm_id, by="somebody", now=clock())
    for _ in range(3):
        clock.move(seconds=125)
        await look()
    counted = await table(await consultant("Ewa", Role.COORDINATOR))
    alarms = next(key for key in counted if key[0].startswith("Alarms that nobody") and key[1] == "emergency")
    assert (counted["Alarms", "emergency"], counted[alarms]) == ("10", "5")


async def test_small_counts_are_hidden_on_the_page_and_in_the_file(consultant: People, writes: Writes) -> None:
    for number in range(3):
        await writes("dzień dobry", who=f"t{number}", channel="telegram")
    for number in range(40):
        await writes("dzień dobry", who=f"w{number}", channel="web")
    someone = await consultant("Ewa", Role.COORDINATOR)
    counted = await table(someone)
    assert (counted["Contacts by channel", "telegram"], counted["Contacts by channel", "web"]) == ("<5", "40")
    assert counted["Contacts", "all"] == "45"
    page = await someone.text("/numbers")
    assert "&lt;5" in page
    assert ">3<" not in page
    assert ">43<" not in page


@given(st.dictionaries(st.text("abcdefgh", min_size=1, max_size=2), st.integers(0, 12), max_size=6))
def test_no_hidden_count_can_be_computed(counts: dict[str, int]) -> None:
    """Whoever tries all tables that could lie behind what is shown finds several values for every hidden cell."""
    shown = protect(counts)
    if shown.withheld:
        assert shown.cells == {}
        return
    assert shown.total is not None
    least, most = shown.total.bounds
    ranges = [range(cell.bounds[0], cell.bounds[1] + 1) for cell in shown.cells.values()]
    behind = [found for found in itertools.product(*ranges) if least <= sum(found) <= most]
    assert tuple(counts.values()) in behind
    for place, cell in enumerate(shown.cells.values()):
        if cell.shown is None:
            assert len({found[place] for found in behind}) >= 3


@pytest.mark.parametrize(("count", "text"), [(0, "0"), (1, "<5"), (4, "<5"), (5, "5"), (7, "5"), (8, "10"), (1002, "1000")])
def test_a_count_is_rounded_to_five(count: int, text: str) -> None:
    assert figure(count).text == text


def test_a_total_that_gives_its_cells_away_is_withheld_with_them() -> None:
    assert protect({"a": 4, "b": 4}).withheld  # about ten in two hidden cells: both are four
    assert protect({"a": 2, "b": 1}).withheld
    assert not protect({"a": 4, "b": 40}).withheld


async def test_no_cell_of_the_file_is_a_formula(
    program: Program, consultant: People, writes: Writes, monkeypatch: pytest.MonkeyPatch
) -> None:
    evil = ['=HYPERLINK("http://x")', "+1", "-1", "@SUM(A1)", "\tx", "\r=1", " =1+1", "＝1"]
    declare_for_a_while(monkeypatch, *evil)
    for channel in evil:
        for number in range(5):
            await writes("dzień dobry", who=f"a{number}", channel=channel)
    someone = await consultant("Ewa", Role.COORDINATOR)
    for language in ("pl", "en"):
        response = await someone.get("/numbers.csv", headers={"Accept-Language": language})
        body = await response.read()
        assert body.startswith(b"\xef\xbb\xbf")
        rows = list(csv.reader(io.StringIO(body.decode("utf-8-sig"), newline=""), delimiter=";" if language == "pl" else ","))
        assert {len(row) for row in rows} == {4}
        cells = [cell for row in rows for cell in row]
        assert [
            cell for cell in cells if cell.lstrip().startswith(("=", "+", "-", "@", "＝")) or (cell[:1] in "\t\r\n" and cell)
        ] == []
        assert '\'=HYPERLINK("http://x")' in cells


@given(st.lists(st.text(), min_size=1))
def test_what_is_written_into_a_file_comes_out_as_text(cells: list[str]) -> None:
    [row] = csv.reader(io.StringIO(as_csv([cells], separator=",").decode("utf-8-sig", "surrogatepass"), newline=""))
    for before, after in zip(cells, row, strict=True):
        assert after in {before, f"'{before}"}
        assert not after.startswith(("=", "+", "-", "@", "\t", "\r"))


async def test_consultants_do_not_see_the_numbers_and_who_reads_or_takes_them_is_in_the_audit_log(
    program: Program, consultant: People
) -> None:
    ola, ewa = await consultant("Ola"), await consultant("Ewa", Role.COORDINATOR)
    for path in ("/numbers", "/numbers.csv"):
        assert (await ola.get(path)).status == 403
    assert "/console/numbers" not in await ola.text("/")
    assert "/console/numbers" in await ewa.text("/")
    await ewa.text("/numbers")
    assert (await ewa.get("/numbers.csv")).status == 200
    async with program.database.transaction() as session:
        found = (await session.scalars(select(AuditEntry).order_by(AuditEntry.number.desc()).limit(2))).all()
    assert [(entry.action, entry.subject) for entry in found] == [
        ("numbers_exported", "2026-11_2026-11"),
        ("numbers_read", "2026-11_2026-11"),
    ]


async def test_periods_are_whole_months_in_either_order_and_long_ones_are_told_by_month(
    consultant: People, writes: Writes, clock: Clock
) -> None:
    for _ in range(5):
        for number in range(10):
            await writes("dzień dobry", who=f"a{number}")
        clock.move(days=31)
    ewa = await consultant("Ewa", Role.COORDINATOR)
    counted = await table(ewa, "?from=2027-03&to=2026-11")
    assert [key[1] for key in counted if key[0] == "Contacts by month"] == ["2026-11", "2026-12", "2027-01", "2027-02", "2027-03"]
    assert counted["Contacts", "all"] == "50"
    assert counted["Contacts by month", "2027-01"] == "10"
    one = await table(ewa, "?from=2026-12&to=2026-12")
    assert one["Contacts", "all"] == "10"
    assert (await table(ewa, "?from=9999-99&to='x"))["Period", "2027-04 – 2027-04"] == ""


async def test_charts_are_drawn_without_script_or_style_and_say_what_they_show(consultant: People, writes: Writes) -> None:
    for number in range(12):
        await writes("dzień dobry", who=f"a{number}")
    page = await (await consultant("Ewa", Role.COORDINATOR)).text("/numbers")
    charts = page.split("<svg")[1:]
    assert len(charts) >= 4
    for chart in charts:
        inside = chart.partition("</svg>")[0]
        assert 'role="img"' in inside
        assert "<title" in inside
        assert "<desc" in inside
        assert "style=" not in inside
    assert "onload" not in page
