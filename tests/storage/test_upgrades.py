"""What an earlier release stored is brought up to date and loses nothing; what another line stored is refused with a way out."""

from __future__ import annotations

import asyncio
import re
import shutil
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import select, text

from bot.__main__ import main
from bot.conversation.edition import entry_of
from bot.program import Program, build
from bot.runtime.release import release
from bot.settings import PROJECT_ROOT
from bot.storage.audit import AuditLog
from bot.storage.corrections import CorrectionStore
from bot.storage.database import Database, DatabaseUnavailable
from bot.storage.key_rotation import fit_of
from bot.storage.schema import MIGRATIONS, NEWEST
from bot.storage.tables import CaseNote, Conversation, Handoff, Staff
from bot.storage.tables_outward import Table
from bot.storage.written_answers import published
from tests.releases.freeze import CAR, NOTE, PHRASE, RELEASES, WORDS, fill, hashes
from tests.support import Clock, PlainAssistant, settings_in

EVERY_RELEASE = sorted(
    (path.name for path in RELEASES.iterdir() if (path / "sqlite.sql").exists()),
    key=lambda name: [int(part) for part in name.split(".")],
)


def released(version: str) -> dict[str, str]:
    """Return the hashes of the migrations that a release had, by the names of their files."""
    lines = (RELEASES / version / "migrations.txt").read_text(encoding="utf-8").splitlines()
    return {name: digest for digest, name in (line.split("  ") for line in lines)}


def opened(folder: Path, version: str, **changes: Any) -> Program:
    """Return this program over what a release left."""
    shutil.copy(RELEASES / version / "keys.json", folder / "keys.json")
    return build(settings_in(folder, **changes), assistant=PlainAssistant(), clock=Clock())  # type: ignore[arg-type]


async def assert_up_to_date_and_whole(program: Program) -> None:
    await program.database.migrate()
    async with program.database.engine.connect() as connection:
        differences = await connection.run_sync(
            lambda sync: compare_metadata(MigrationContext.configure(sync, opts={"render_as_batch": True}), Table.metadata)
        )
    assert differences == []
    async with program.database.transaction() as session:
        fit = await fit_of(session, program.vault)
        assert fit.problem(program.settings.data_dir) is None
        assert fit.values > 5
        await AuditLog(program.vault).verify(session)
        conversation = (await session.scalars(select(Conversation))).one()
        assert WORDS in [said.text for said in await program.conversations.messages(session, conversation.id)]
        note = (await session.scalars(select(CaseNote))).one()
        assert program.vault.open(note.content, f"note:{note.handoff_id}") == NOTE
        assert all(entry_of(row) == CAR for row in await published(session))
        assert all(made.correction == PHRASE for made in await CorrectionStore(program.vault).all(session))
        staff = (await session.scalars(select(Staff))).one()
        case = (await session.scalars(select(Handoff))).one()
    async with program.database.transaction() as session:
        await program.queue.take(session, case.id, staff.id, program.clock())
    assert await program.frontdoor.consultants.say(conversation.id, staff_id=staff.id, text="Dzień dobry")
    await program.close()


@pytest.mark.parametrize("version", EVERY_RELEASE)
async def test_what_a_release_stored_is_brought_up_to_date_and_loses_nothing(tmp_path: Path, version: str) -> None:
    with sqlite3.connect(tmp_path / "frontdoor.sqlite3") as connection:
        connection.executescript((RELEASES / version / "sqlite.sql").read_text(encoding="utf-8"))
    await assert_up_to_date_and_whole(opened(tmp_path, version))


@pytest.mark.parametrize("version", EVERY_RELEASE)
def test_a_migration_that_was_released_is_never_changed(version: str) -> None:
    assert released(version).items() <= hashes().items()


def headings() -> list[str]:
    """Return the headings of the changelog, the newest first."""
    return re.findall(r"^## (.+)$", (PROJECT_ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)


def test_this_release_is_frozen_and_in_the_changelog_with_its_day() -> None:
    assert release() == EVERY_RELEASE[-1]
    assert [heading for heading in headings() if re.fullmatch(rf"{re.escape(release())}, \d{{4}}-\d\d-\d\d", heading)]


def test_a_migration_that_came_after_the_newest_release_is_told_in_the_changelog() -> None:
    if hashes().keys() - released(EVERY_RELEASE[-1]):
        heading, _, said = (PROJECT_ROOT / "CHANGELOG.md").read_text(encoding="utf-8").partition("\n## ")[2].partition("\n")
        assert heading == "Next"
        assert "**Database**" in said.partition("\n## ")[0]


async def test_what_freezes_a_release_leaves_no_table_empty(program: Program) -> None:
    await fill(program)  # which looks into each itself


async def test_a_database_of_another_line_is_refused_with_the_way_out(
    program: Program, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    async with program.database.engine.begin() as connection:
        await connection.run_sync(lambda sync: sync.execute(text("UPDATE alembic_version SET version_num = 'f00dfeed0000'")))
    with pytest.raises(DatabaseUnavailable, match="another version of this program, which this one does not know"):
        await program.database.migrate()
    told = await said_by_check(program, monkeypatch, capsys)
    assert "restore the backup that was made before it" in told


async def test_an_older_schema_is_told_apart_from_another_line(
    program: Program, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    async with program.database.engine.begin() as connection:
        await connection.run_sync(lambda sync: sync.execute(text("DELETE FROM alembic_version")))
    assert "starting the program brings it up to date" in await said_by_check(program, monkeypatch, capsys)


async def said_by_check(program: Program, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> str:
    monkeypatch.setenv("DATA_DIR", str(program.settings.data_dir))
    assert await asyncio.to_thread(main, ["check"]) == 1
    [line] = [line for line in capsys.readouterr().out.splitlines() if line.split()[1] == "database"]
    return line


async def test_migrate_brings_the_schema_up_to_date_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    shutil.copy(RELEASES / release() / "keys.json", tmp_path / "keys.json")
    assert await asyncio.to_thread(main, ["migrate"]) == 0
    assert "The schema is current" in capsys.readouterr().out
    database = Database(f"sqlite:///{tmp_path / 'frontdoor.sqlite3'}")
    assert await database.schema_is_current()
    await database.close()


def test_the_version_that_needs_no_migration_is_the_last_one_that_there_is() -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    assert ScriptDirectory.from_config(config).get_heads() == [NEWEST]
