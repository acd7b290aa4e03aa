"""What a consultant writes about a case: triage, consents, notes, tags, the report, a verdict."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import select

from bot.console.case_files import CaseFiles
from bot.console.staff import Role
from bot.program import Program
from bot.storage.tables import CaseFile, CaseNote, Conversation, EvaluationRow, Handoff, TriageChange
from tests.console.cases import case_row


async def test_a_consultants_triage_holds_with_its_reason_and_orders_the_queue(
    consultant: Any, writes: Any, program: Program
) -> None:
    first, second = await writes("zamknęli mnie", who="a"), await writes("zabrał mi paszport", who="b")
    ola = await consultant()
    assert (await ola.post(f"/cases/{first}/triage", triage="medium", reason="")).headers["Location"].endswith("reason_missing")
    assert (await case_row(program, first)).triage == "emergency"
    await ola.post(f"/cases/{first}/triage", triage="medium", reason="Drzwi się zacięły <b>")
    await writes("już wyszłam", who="a")
    assert (await case_row(program, first)).triage == "medium"
    page = await ola.text("/")
    assert page.index(second) < page.index(first)
    assert "Drzwi się zacięły &lt;b&gt;" in await ola.text(f"/cases/{first}")
    async with program.database.transaction() as session:
        change = (await session.execute(select(TriageChange).where(TriageChange.reason.is_not(None)))).scalar_one()
    assert change.reason is not None
    assert b"Drzwi" not in change.reason
    await writes("zamknęli mnie znowu", who="a")
    assert (await case_row(program, first)).triage == "emergency"


async def test_consents_of_victim_and_witness_are_kept_apart(consultant: Any, writes: Any, program: Program) -> None:
    case, ola = await writes("zabrał mi paszport"), await consultant()
    await ola.post(f"/cases/{case}/consent", victim="confidential", witness="share")
    async with program.database.transaction() as session:
        file = await session.get_one(CaseFile, case)
    assert (file.victim_consent, file.witness_consent) == ("confidential", "share")
    await ola.post(f"/cases/{case}/consent", victim="", witness="nonsense")
    async with program.database.transaction() as session:
        file = await session.get_one(CaseFile, case)
    assert (file.victim_consent, file.witness_consent) == (None, None)


async def test_notes_tags_and_reports_are_sealed_and_shown(consultant: Any, writes: Any, program: Program) -> None:
    case, ola = await writes("zabrał mi paszport"), await consultant()
    await ola.post(f"/cases/{case}/note", note="Oddzwonić po 20:00")
    await ola.post(f"/cases/{case}/tags", tags="hotel,  dzieci , hotel")
    await ola.post(f"/cases/{case}/report", where="Magazyn przy torach", who="<i>Trzech</i>")
    page = await ola.text(f"/cases/{case}")
    for words in ("Oddzwonić po 20:00", "hotel, dzieci", "Magazyn przy torach", "&lt;i&gt;Trzech&lt;/i&gt;"):
        assert words in page
    async with program.database.transaction() as session:
        note = (await session.execute(select(CaseNote))).scalar_one()
        file = await session.get_one(CaseFile, case)
    stored = note.content + (file.tags or b"") + (file.report or b"")
    for words in ("Oddzwonić", "hotel", "Magazyn"):
        assert words.encode() not in stored


async def test_what_the_person_arranged_is_shown(consultant: Any, writes: Any, program: Program) -> None:
    case, ola = await writes("zabrał mi paszport"), await consultant()
    assert 'id="arranged"' not in await ola.text(f"/cases/{case}")
    async with program.database.transaction() as session:
        conversation = await session.get_one(Conversation, (await session.get_one(Handoff, case)).conversation_id)
        told = {"safe_time": "po 22, <i>gdy on śpi</i>", "code_word": "gruszka"}
        conversation.arranged = program.vault.seal_json(told, f"arranged:{conversation.id}")
    page = await ola.text(f"/cases/{case}")
    for words in ('id="arranged"', "po 22, &lt;i&gt;gdy on śpi&lt;/i&gt;", "gruszka", "Kiedy bezpiecznie pisać"):
        assert words in page


async def test_a_verdict_becomes_a_row_that_leads_back_to_nobody(consultant: Any, writes: Any, program: Program) -> None:
    case, ola = await writes("zamknęli mnie"), await consultant()
    coordinator = await consultant("Ewa", Role.COORDINATOR)
    for _ in range(2):
        await ola.post(f"/cases/{case}/verdict", verdict="no_emergency", right_triage="none", example="")
    rows = [json.loads(line) for line in (await coordinator.text("/verdicts.jsonl")).splitlines()]
    assert rows == [
        {
            "month": "2026-11",
            "verdict": "no_emergency",
            "triage": "emergency",
            "right_triage": "none",
            "indicators": ["documents_taken"],
            "speaker": "victim",
            "language": "pl",
            "channel": "web",
            "text": None,
        }
    ]
    columns = {column.name for column in EvaluationRow.__table__.columns}
    assert not columns & {"conversation_id", "handoff_id", "staff_id", "pseudonym"}
    assert (await ola.get("/verdicts.jsonl")).status == 403


async def test_what_is_too_long_for_a_field_is_refused_and_told_and_nothing_is_cut(
    consultant: Any, writes: Any, program: Program
) -> None:
    case, ola = await writes("zabrał mi paszport"), await consultant()
    await ola.text(f"/cases/{case}")
    for form, field, most in (
        ("note", "note", 4000),
        ("report", "what", 4000),
        ("triage", "reason", 1000),
        ("verdict", "example", 1000),
        ("tags", "tags", 504),
    ):
        given = {"triage": "emergency", "verdict": "right", field: "ą" * (most + 1)}
        response = await ola.post(f"/cases/{case}/{form}", **given)
        assert response.status == 422, form
        assert f"Nic nie zapisano: tekst jest za długi, mieści się {most} znaków." in await response.text()
    for tags in (",".join(f"etykieta {number}" for number in range(13)), "ą" * 41):
        told = (await ola.post(f"/cases/{case}/tags", tags=tags)).headers["Location"]
        assert told.endswith("told=too_many_tags")
    async with program.database.transaction() as session:
        file = await session.get(CaseFile, case)
        assert file is None or (file.tags, file.report, file.verdict) == (None, None, None)
        assert list(await session.scalars(select(CaseNote))) == []


async def test_what_just_fits_is_kept_whole_with_its_lines(consultant: Any, writes: Any, program: Program) -> None:
    case, ola = await writes("zabrał mi paszport"), await consultant()
    await ola.text(f"/cases/{case}")
    note = ("a" * 39 + "\r\n") * 99 + "b" * 40  # a browser sends two characters for the end of a line
    assert (await ola.post(f"/cases/{case}/note", note=note)).status == 303
    tags = [f"{number:02}" + "e" * 38 for number in range(12)]
    assert (await ola.post(f"/cases/{case}/tags", tags=", ".join(tags))).headers["Location"].endswith("told=saved")
    async with program.database.transaction() as session:
        row, conversation = await program.queue.get(session, case), (await session.execute(select(Conversation))).scalar_one()
        assert row is not None
        written = await CaseFiles(program.vault).read(session, row, conversation)
    assert written.notes[0].text == note.replace("\r\n", "\n")
    assert written.tags == tuple(tags)
