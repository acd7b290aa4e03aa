"""Freezes what a release stores, once, when it is made: `python -m tests.releases.freeze` writes tests/releases/<version>/.

A later program must be able to bring that up to date. Nothing in the folder of a release that was made is ever changed.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import sqlite3
import subprocess
import sys
import tempfile
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import func, make_url, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.api.tokens import Tokens
from bot.console.case_files import CaseFiles
from bot.console.staff import Accounts, Role
from bot.delivery.provider_erasures import ProviderErasure, put
from bot.dialogue.entry import Entry
from bot.messages import Inbound, Indicator, Reply
from bot.operations.backup.copying import copy_from_file, copy_sqlite_whole
from bot.program import KEY_FILE, Program
from bot.runtime.release import release
from bot.screening.phrase_corrections import CorrectionKind, PhraseCorrection
from bot.settings import PROJECT_ROOT
from bot.storage import clock as clock_watch
from bot.storage import written_answers
from bot.storage.answer_switches import switch_off
from bot.storage.audit import PROGRAM, AuditLog
from bot.storage.corrections import CorrectionStore
from bot.storage.database import Database
from bot.storage.gaps import count_gaps
from bot.storage.receipts import first_time
from bot.storage.return_codes import ReturnCodes, digits_of
from bot.storage.tables import (
    Alarm,
    AlarmCall,
    EvaluationRow,
    Handoff,
    Staff,
    StaffSession,
    Table,
    TriageChange,
)
from bot.storage.tables_seals import CaseKeyGiven, CaseSealing, StaffKey
from bot.storage.vault import Vault
from tests.postgres.cluster import cluster, programs
from tests.support import NOON, PlainAssistant, open_program

RELEASES = PROJECT_ROOT / "tests" / "releases"
MIGRATIONS = PROJECT_ROOT / "bot" / "storage" / "migrations" / "versions"
WORDS = "szef ma mój paszport"
NOTE = "zadzwonić jutro"
CAR = Entry(
    id="car_there",
    matter="shelter",
    facts=("N34",),
    asked={"pl": ("gdzie zostawię auto",)},
    words={
        "pl": {"title": "Samochód", "text": "Zapytaj o miejsce na auto: {hotline}.", "again": "Zapytaj.", "quiet": "Zapytaj."}
    },
    next=("shelter_rules",),
)
PHRASE = PhraseCorrection(CorrectionKind.SAYS, "wożą nas do pana", Indicator.SEXUAL_EXPLOITATION)


def hashes() -> dict[str, str]:
    """Return the hash of each migration, by the name of its file."""
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(MIGRATIONS.glob("*.py"))}


async def fill(program: Program) -> None:
    """Let there be a row in each table."""
    message = Inbound(channel="sms", pseudonym="p1", external_id="SM1", text=WORDS, received_at=NOON, address="+48601234567")
    await program.frontdoor.receive(message)
    audit = AuditLog(program.vault)
    later: dict[str, Any] = {"expires_at": NOON + timedelta(days=30)}
    async with program.database.transaction() as session:
        await Accounts(program.vault, audit).add(session, name="Ola", role=Role.CONSULTANT, by=PROGRAM, now=NOON)
        await Tokens(program.vault, audit).add(session, name="Chatwoot", writes=True, texts=False, by=PROGRAM, now=NOON)
        case, ola = await session.scalar(select(Handoff)), await session.scalar(select(Staff))
        assert case is not None
        assert ola is not None
        ola.totp_secret = program.vault.seal("JBSWY3DPEHPK3PXP", f"totp:{ola.id}")
        session.add(
            StaffKey(staff_id=ola.id, public_key="k", private_key=program.vault.seal("w", f"staff-key:{ola.id}"), made_at=NOON)
        )
        session.add(CaseSealing(id="5" * 32, conversation_id=case.conversation_id, up_to=0, made_at=NOON))
        await session.flush()
        session.add(CaseKeyGiven(sealing_id="5" * 32, staff_id=ola.id, given="g"))
        session.add(StaffSession(token_hash="h", staff_id=ola.id, csrf="c", created_at=NOON, seen_at=NOON, **later))
        await CaseFiles(program.vault).add_note(session, case, staff_id=ola.id, text=NOTE, now=NOON)
        await CaseFiles(program.vault).set_consents(session, case, victim="confidential", witness=None)
        change = {"before": "high", "after": "emergency", "changed_by": ola.id, "changed_at": NOON}
        session.add(TriageChange(conversation_id=case.conversation_id, **change, **later))
        times = {"since": NOON, "raised_at": NOON, "state": "sounding"}
        session.add(Alarm(id="a" * 16, key="k", kind="case", handoff_id=case.id, triage="high", language="pl", **times, **later))
        await session.flush()
        session.add(AlarmCall(alarm_id="a" * 16, way="mail1", state="sent", due_at=NOON))
        verdict = {
            "verdict": "right",
            "triage": "high",
            "indicators": "",
            "speaker": "victim",
            "language": "pl",
            "channel": "sms",
        }
        session.add(EvaluationRow(day="2026-11-24", **verdict, **later))
        await first_time(session, program.vault, channel="sms", external_id="SM2", now=NOON)
        replies = (Reply(text="Gotowe.", language="pl"),)
        where = {"channel": "sms", "address": "+48601234567", "language": "pl", "quiet": False}
        put(session, program.vault, ProviderErasure(**where, replies=replies, traces=(), at=NOON))  # type: ignore[arg-type]
        await clock_watch.look(session, NOON)
        await _change_what_is_answered(session, program.vault)
    await program.capacity.try_writing()
    codes = ReturnCodes(program.database, program.vault)
    code = digits_of(await codes.make(case.conversation_id))
    assert code is not None
    await codes.open(code, pseudonym="p2")
    async with program.database.transaction() as session:
        for table in Table.metadata.sorted_tables:
            assert await session.scalar(select(func.count()).select_from(table)), table.name


async def _change_what_is_answered(session: AsyncSession, vault: Vault) -> None:
    """Switch an answer off, write and publish one, correct a phrase, and count a question without an answer."""
    await switch_off(session, "cost", by="Ola", because="no longer so", now=NOON)
    revision = await written_answers.save(session, CAR.id, CAR.model_dump_json(), seen=0, by="Ola", now=NOON)
    await written_answers.publish(session, CAR.id, revision, by="Iga", now=NOON)
    await CorrectionStore(vault).add(session, PHRASE, by="Iga", now=NOON)
    count_gaps(session, NOON, ["cost"], "pl")


async def freeze() -> Path:
    """Write the folder of this release."""
    place = RELEASES / release()
    place.mkdir()
    with tempfile.TemporaryDirectory() as name, cluster() as url:
        folder = Path(name)
        program = await open_program(folder, PlainAssistant())
        await fill(program)
        await program.close()
        copy_sqlite_whole(folder / "frontdoor.sqlite3")
        with sqlite3.connect(folder / "frontdoor.sqlite3") as connection:
            (place / "sqlite.sql").write_text("\n".join(connection.iterdump()) + "\n", encoding="utf-8")
        (place / KEY_FILE).write_bytes((folder / KEY_FILE).read_bytes())
        database = Database(url)
        async with database.migrated() as target:
            await copy_from_file(folder / "frontdoor.sqlite3", target)
        await database.close()
        (place / "postgresql.sql").write_text(_dumped(url), encoding="utf-8")
    (place / "migrations.txt").write_text("".join(f"{digest}  {name}\n" for name, digest in hashes().items()))
    return place


def _dumped(url: str) -> str:
    found = [programs() / "pg_dump", Path("/usr/bin/pg_dump")]
    tool = next(path for path in found if path.exists())
    options = ["--inserts", "--no-owner", "--no-privileges", "--no-comments"]
    host = str(make_url(url).query["host"])
    command = [str(tool), *options, "-U", "frontdoor", "-h", host, "postgres"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env={**os.environ, "PGOPTIONS": ""})
    kept = [line for line in done.stdout.splitlines() if line and not line.startswith(("--", "\\"))]
    return "\n".join(kept) + "\n"


if __name__ == "__main__":
    sys.stdout.write(f"{asyncio.run(freeze())}\n")
