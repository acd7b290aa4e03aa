"""Alarms in the console: the banner of every page, acknowledging, the ways and their test."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from bot.console.staff import Role
from bot.program import Program
from bot.runtime.live_events import QUEUE
from bot.storage.tables import Alarm, AlarmCall, AuditEntry
from tests.support import Clock, declare_for_a_while, look_at_alarms

EMERGENCY = "zamknęli mnie w piwnicy"


async def look(program: Program) -> None:
    """Let the book look and tell open pages of it, as the watch does every two seconds."""
    async with program.database.transaction() as session:
        await look_at_alarms(program, session)
    program.live_events.publish(QUEUE)


async def settle(program: Program, way: str, state: str, code: str | None = None) -> None:
    """Let the newest call through a way have come out as it may."""
    async with program.database.transaction() as session:
        newest = select(AlarmCall.id).where(AlarmCall.way == way).order_by(AlarmCall.id.desc()).limit(1).scalar_subquery()
        values = {"state": state, "error_code": code, "tried_at": program.clock(), "finished_at": program.clock()}
        await session.execute(update(AlarmCall).where(AlarmCall.id == newest).values(**values))


def level(page: str) -> str:
    found = re.search(r'data-level="(\w+)"', page)
    assert found is not None
    return found.group(1)


@pytest.fixture
def alarmed(program: Program, clock: Clock) -> Program:
    program.alarms.rules.ways[:] = ["email1", "sms1", "webhook"]
    program.alarms.rules.self_test_at = None
    return program


async def test_an_alarm_stands_on_every_page_with_its_ways_and_no_word_of_the_conversation(
    consultant: Any, writes: Any, alarmed: Program, clock: Clock
) -> None:
    ewa = await consultant("Ewa", Role.COORDINATOR)
    case = await writes(EMERGENCY)
    clock.move(minutes=4)
    await look(alarmed)
    await settle(alarmed, "email1", "sent")
    await settle(alarmed, "sms1", "arrived")
    await settle(alarmed, "webhook", "failed", "500")
    for path in ("/", "/conversations", "/audit", "/password", "/alarms", f"/cases/{case}", "/attention"):
        page = await ewa.text(path)
        banner = page.partition('id="alarms-sounding"')[2].partition("</section>")[0]
        words = re.sub(r"<[^>]+>|\s+", " ", banner)
        assert "zagrożenie" in words.lower(), path
        assert "4 min" in words
        assert re.search(r"doszło: +SMS 1 .*wysłano: +e-mail 1 .*nie doszło: +webhook \(500\)", words), words
        assert "piwnic" not in banner
        assert f"/console/cases/{case}" in banner
        assert "Droga alarmu nie działa: webhook." in page


async def test_who_acknowledges_silences_it_for_all_and_everybody_sees_who_it_was(
    consultant: Any, writes: Any, alarmed: Program, clock: Clock
) -> None:
    ola, jan = await consultant("Ola"), await consultant("Jan")
    case = await writes(EMERGENCY)
    clock.move(minutes=1)
    await look(alarmed)
    page = await ola.text("/attention")
    assert level(page) == "emergency"
    path = re.search(r'action="/console(/attention/[0-9a-f]{16}/acknowledge)"', page).group(1)  # type: ignore[union-attr]
    assert (await ola.post(path, headers={"X-Script": "1"})).status == 204
    assert (await jan.post(path, headers={"X-Script": "1"})).status == 204  # he was slower, and it does no harm
    banner = await jan.text("/attention")
    assert level(banner) == "none"
    assert "Alarm potwierdza: Ola." in banner
    assert "alarms-sounding" not in banner
    assert case in await jan.text("/")
    async with alarmed.database.transaction() as session:
        entries = (await session.scalars(select(AuditEntry).filter_by(action="alarm_acknowledged"))).all()
    assert [entry.subject for entry in entries] == [case]
    clock.move(minutes=15)
    await look(alarmed)
    assert level(await jan.text("/attention")) == "emergency"


async def test_taking_a_case_acknowledges_its_alarm_at_once(consultant: Any, writes: Any, alarmed: Program, clock: Clock) -> None:
    ola = await consultant()
    case = await writes(EMERGENCY)
    clock.move(minutes=1)
    await look(alarmed)
    await ola.text("/")
    await ola.post(f"/cases/{case}/take")
    async with alarmed.database.transaction() as session:
        (alarm,) = (await session.scalars(select(Alarm))).all()
        calls = (await session.scalars(select(AlarmCall.state))).all()
    assert alarm.state == "acknowledged"
    assert set(calls) == {"cancelled"}
    assert level(await ola.text("/attention")) == "none"


async def test_a_page_is_loud_from_the_first_moment_and_only_for_what_is_urgent_and_free(
    consultant: Any, writes: Any, alarmed: Program
) -> None:
    ola = await consultant()
    assert level(await ola.text("/attention")) == "none"
    high = await writes("zabrał mi paszport", who="b")
    assert level(await ola.text("/attention")) == "high"
    emergency = await writes(EMERGENCY, who="c")
    page = await ola.text("/attention")
    assert (level(page), re.findall(r'data-waiting="(\d+)"', page)) == ("emergency", ["2"])
    await ola.text("/")
    await ola.post(f"/cases/{emergency}/take")
    assert level(await ola.text("/attention")) == "high"
    await ola.post(f"/cases/{high}/take")
    page = await ola.text("/attention")
    assert (level(page), re.findall(r'data-waiting="(\d+)"', page)) == ("none", ["0"])


async def test_only_coordinators_see_and_test_the_ways(consultant: Any, alarmed: Program, clock: Clock) -> None:
    ola, ewa = await consultant("Ola"), await consultant("Ewa", Role.COORDINATOR)
    for path in ("/alarms", "/alarms/live"):
        assert (await ola.get(path)).status == 403
    assert (await ola.post("/alarms/test")).status == 403
    page = await ewa.text("/alarms")
    assert page.count("niewypróbowana") == 3
    assert (await ewa.post("/alarms/test")).headers["Location"] == "/console/alarms?told=started"
    assert (await ewa.post("/alarms/test")).headers["Location"] == "/console/alarms?told=just_now"
    clock.move(seconds=2)
    await settle(alarmed, "email1", "sent")
    await settle(alarmed, "sms1", "failed", "30003")
    page = await ewa.text("/alarms")
    assert re.search(r'id="way-sms1">.*?nie działa.*?telefon wyłączony', page, re.DOTALL)
    assert "e-mail 1: wysłano" in page
    assert "webhook: w drodze" in page
    async with alarmed.database.transaction() as session:
        assert len((await session.scalars(select(AlarmCall))).all()) == 3
    assert level(await ola.text("/attention")) == "none"  # a test calls nobody to the queue


async def test_a_self_test_that_failed_or_did_not_happen_is_seen_by_everybody(
    consultant: Any, alarmed: Program, clock: Clock
) -> None:
    ola = await consultant()
    alarmed.alarms.rules.self_test_at = clock().time()
    await look(alarmed)
    await settle(alarmed, "sms1", "failed", "30003")
    page = await ola.text("/attention")
    assert "Droga alarmu nie działa: SMS 1." in page
    assert "Nie powiodła się codzienna próba." in page
    assert "/console/alarms" not in page  # a page that a consultant may not open
    clock.move(hours=27)
    alarmed.alarms.watched_at = clock() - timedelta(minutes=5)
    ola = await consultant("Jan")
    page = await ola.text("/attention")
    assert "Codzienna próba alarmu się nie odbyła." in page
    assert "Program przestał pilnować czasu oczekiwania." in page


async def test_a_program_that_can_call_nobody_says_so_on_every_page(consultant: Any) -> None:
    assert "Alarmy są wyłączone" in await (await consultant()).text("/")


async def test_a_stranger_acknowledges_nothing(browser: Any, writes: Any, alarmed: Program, clock: Clock) -> None:
    await writes(EMERGENCY)
    clock.move(minutes=1)
    await look(alarmed)
    async with alarmed.database.transaction() as session:
        (alarm,) = (await session.scalars(select(Alarm))).all()
    client = await browser()
    assert (await client.post(f"/console/attention/{alarm.id}/acknowledge")).status in {401, 403}
    assert (await client.get("/console/attention", allow_redirects=False)).status == 303
    async with alarmed.database.transaction() as session:
        assert (await session.get_one(Alarm, alarm.id)).state == "sounding"


async def test_a_language_or_a_name_with_tricks_stays_text_in_the_banner(
    consultant: Any, writes: Any, alarmed: Program, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    declare_for_a_while(monkeypatch, "<b>")
    ola = await consultant()
    await writes(f"{EMERGENCY} <script>alert(1)</script>", channel="<b>", who="a")
    clock.move(minutes=1)
    await look(alarmed)
    page = await ola.text("/attention")
    assert "&lt;b&gt;" in page
    assert "<b>" not in page
    assert "alert" not in page.replace('role="alert"', "")
