"""A backup of PostgreSQL is restored anywhere, and one of SQLite into PostgreSQL."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import func, select, text

from bot.messages import Inbound
from bot.operations.backup import restoring
from bot.operations.backup.making import Made, make_backup
from bot.operations.backup.restoring import PlaceNotEmpty, restore
from bot.program import KEY_FILE, Program, build
from bot.storage.database import DatabaseUnavailable
from bot.storage.tables import AlarmCall, CaseNote, Conversation, Delivery, EvaluationRow, Handoff, TriageChange
from bot.storage.tables_outward import CaseEvent
from tests.operations.test_backup import (
    PRIVATE,
    PUBLIC,
    WORDS,
    backup,
    elsewhere,  # noqa: F401 - a fixture
    names,
    shelf,  # noqa: F401 - a fixture
    test_a_backup_is_whole_while_people_write,  # noqa: F401 - here of PostgreSQL
    test_a_case_can_be_read_elsewhere_after_the_machine_is_gone,  # noqa: F401
    test_nobody_without_the_private_key_reads_anything_in_a_backup,  # noqa: F401
    test_other_systems_miss_no_event_after_a_restore,  # noqa: F401
    test_what_was_over_is_not_brought_back_and_nothing_is_sent_a_second_time,  # noqa: F401
)
from tests.support import Clock, PlainAssistant, open_program, rows, settings_in

pytestmark = pytest.mark.postgres
NUMBERED = (AlarmCall, CaseEvent, CaseNote, Delivery, EvaluationRow, TriageChange)


MakeOne = Callable[..., Awaitable[Made]]


@pytest.fixture
def of_sqlite(tmp_path: Path, shelf: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> MakeOne:  # noqa: F811
    """Make a backup of three conversations in SQLite, in which a statement changed something."""
    monkeypatch.setattr("bot.operations.backup.restoring.build", lambda settings, **more: build(settings, clock=clock, **more))

    async def make(statement: str = "SELECT 1") -> Made:
        with monkeypatch.context() as patch:
            patch.delenv("DATABASE_URL")
            (tmp_path / "old").mkdir()
            old = await open_program(tmp_path / "old", PlainAssistant(), clock)
        for who in range(3):
            await receive(old, str(who), clock)
        async with old.database.transaction() as session:
            await session.execute(text(statement))
        settings = old.settings.model_copy(update={"backup_recipients": PUBLIC})
        made = await make_backup(settings, shelf, clock())
        await old.close()
        return made

    return make


async def test_a_backup_of_sqlite_goes_into_an_empty_postgresql_which_counts_on_from_there(
    database_url: str, tmp_path: Path, of_sqlite: MakeOne, clock: Clock
) -> None:
    made = await of_sqlite()
    place = settings_in(tmp_path / "new", database_url=database_url)
    done = await restore(place, made.file, PRIVATE)
    assert (done.conversations, done.open_cases, done.problem) == (3, 3, None)
    new = build(place, assistant=PlainAssistant(), clock=clock)  # type: ignore[arg-type]
    await receive(new, "new", clock)
    assert len(await rows(new, Handoff)) == 4
    async with new.database.transaction() as session:
        for table in NUMBERED:
            last = await session.scalar(select(func.max(table.id))) or 0
            assert await session.scalar(select(func.nextval(f"{table.__tablename__}_id_seq"))) > last
    with pytest.raises(PlaceNotEmpty, match="is not empty"):
        await restore(place, made.file, PRIVATE)
    await new.close()
    assert (await restore(place, made.file, PRIVATE, replace=True)).conversations == 3


async def test_a_restore_that_fails_half_way_leaves_all_that_was_there(
    program: Program, of_sqlite: MakeOne, clock: Clock
) -> None:
    made = await of_sqlite("UPDATE outbox SET error_code = char(0)")  # which PostgreSQL takes in no text; it comes almost last
    await receive(program, "here", clock)
    before = await held(program)
    with pytest.raises(DatabaseUnavailable, match="does not do its work"):
        await restore(program.settings, made.file, PRIVATE, replace=True)
    assert await held(program) == before


async def test_a_restore_that_the_database_does_not_take_in_the_end_leaves_the_keys_too(
    program: Program, database_url: str, of_sqlite: MakeOne, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = await of_sqlite()
    await receive(program, "here", clock)
    before, moved = await held(program), list[bytes]()
    move_in = restoring._move_in

    def move_and_break_the_line(*arguments: Any, **options: Any) -> None:
        move_in(*arguments, **options)
        moved.append((program.settings.data_dir / KEY_FILE).read_bytes())
        with psycopg.connect(database_url.replace("+psycopg", "")) as other:
            other.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()")

    monkeypatch.setattr(restoring, "_move_in", move_and_break_the_line)
    with pytest.raises(DatabaseUnavailable):
        await restore(program.settings, made.file, PRIVATE, replace=True)
    assert moved != [before[1]]
    assert await held(program) == before


async def held(program: Program) -> tuple[list[str], bytes, set[str]]:
    """Return what a program has: its messages, opened, its keys, and the names in its folder."""
    conversations = await rows(program, Conversation)
    async with program.database.reading() as session:
        said = [one.text for row in conversations for one in await program.conversations.messages(session, row.id)]
    assert WORDS in said
    return said, (program.settings.data_dir / KEY_FILE).read_bytes(), names(program.settings.data_dir)


async def receive(program: Program, who: str, clock: Clock) -> None:
    await program.frontdoor.receive(
        Inbound(channel="sms", pseudonym=who, external_id=f"m{who}", text=WORDS, received_at=clock(), language_hint="pl")
    )


async def test_a_backup_of_an_older_schema_is_refused_until_the_program_was_started(
    program: Program,
    shelf: Path,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from bot.storage.database import Database, DatabaseUnavailable

    async def older(_database: Any) -> bool:
        return False

    monkeypatch.setattr(Database, "schema_is_current", older)
    with pytest.raises(DatabaseUnavailable, match="start the program once"):
        await backup(program, shelf)
    assert names(shelf) == set()
