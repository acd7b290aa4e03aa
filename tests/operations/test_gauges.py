"""What the operator's alerts look at is measured as it is."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer
from prometheus_client import REGISTRY
from sqlalchemy import update
from structlog.testing import capture_logs

from bot.operations.backup.making import make_backup
from bot.operations.backup.sealing import new_key
from bot.operations.gauges import measure, verify_audit, verify_database
from bot.operations.housekeeping import tidy
from bot.program import Program
from bot.server import metrics_application
from bot.storage.tables import AuditEntry
from bot.storage.whole_file import quick_check
from tests.console.conftest import *  # noqa: F403 - people who write
from tests.support import Clock, damage_file, open_program

DAMAGED = "Plik bazy danych jest uszkodzony"


def value(name: str, **labels: str) -> float | None:
    return REGISTRY.get_sample_value(f"frontdoor_{name}", labels)


async def test_cases_that_wait_and_replies_that_are_overdue_are_measured(program: Program, writes: Any, clock: Clock) -> None:
    await measure(program)
    assert value("cases_waiting", triage="high") == 0
    await writes("zabrał mi paszport", channel="sms")
    clock.move(minutes=4)
    await writes("zabrał mi paszport", who="b")
    await measure(program)
    assert value("cases_waiting", triage="high") == 2
    assert value("case_longest_wait_seconds", triage="high") == 240
    assert value("case_longest_wait_seconds", triage="emergency") == 0
    assert value("delivery_overdue_seconds", channel="sms") == 240
    assert value("delivery_overdue_seconds", channel="telegram") == 0
    assert value("model_loaded") == 1
    assert 0 < (value("disk_free_ratio") or 0) < 1
    assert value("measured_timestamp_seconds") == clock().timestamp()


async def test_a_program_without_a_model_is_seen(tmp_path: Path) -> None:
    program = await open_program(tmp_path, None)
    await measure(program)
    assert value("model_loaded") == 0
    await program.close()


async def test_a_purge_and_a_broken_audit_log_are_seen(program: Program, writes: Any, consultant: Any, clock: Clock) -> None:
    await tidy(program)
    assert value("purged_timestamp_seconds") == clock().timestamp()
    await consultant()
    await verify_audit(program)
    assert value("audit_whole") == 1
    async with program.database.transaction() as session:
        await session.execute(update(AuditEntry).where(AuditEntry.number == 1).values(action="logged_out"))
    await verify_audit(program)
    assert value("audit_whole") == 0


async def test_a_file_that_is_damaged_where_nobody_looks_is_told_in_the_log_the_metrics_and_the_console(
    program: Program, tmp_path: Path, writes: Any, consultant: Any
) -> None:
    someone = await consultant()
    await verify_database(program)
    async with TestClient(TestServer(metrics_application())) as monitor:
        assert "frontdoor_database_whole 1.0" in await (await monitor.get("/metrics")).text()
        assert DAMAGED not in await someone.text("/")
        program.settings.backup_recipients = new_key()[0]
        made = await make_backup(program.settings, tmp_path, program.clock())
        damage_file(tmp_path / "frontdoor.sqlite3", "answer_gaps")
        with capture_logs() as told:
            await verify_database(program)
        [line] = [line for line in told if line["event"] == "database_damaged"]
        assert line["log_level"] == "error"
        assert f"{tmp_path / 'frontdoor.sqlite3'} is damaged" in line["problem"]
        assert f"The newest backup is of 2026-11-24 12:00 UTC: {made.file}" in line["remedy"]
        assert "frontdoor_database_whole 0.0" in await (await monitor.get("/metrics")).text()
    assert DAMAGED in await someone.text("/")
    assert await writes("zabrał mi paszport")  # whoever writes is still served


async def test_a_file_that_cannot_be_read_any_more_is_no_whole_one(program: Program, tmp_path: Path) -> None:
    await verify_database(program)
    (tmp_path / "frontdoor.sqlite3").write_bytes(b"x" * 4096)
    with capture_logs() as told:
        await verify_database(program)
    assert [line["event"] for line in told] == ["database_damaged"]
    assert value("database_whole") == 0


async def test_who_gives_up_reading_a_file_leaves_no_connection_open_on_it_and_no_failure(tmp_path: Path) -> None:
    path, failures = tmp_path / "large.sqlite3", []
    asyncio.get_running_loop().set_exception_handler(lambda _loop, told: failures.append(told))
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("CREATE TABLE t AS SELECT zeroblob(20000000)")
    reading = asyncio.create_task(quick_check(path))
    await asyncio.sleep(0)
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    assert not path.with_name("large.sqlite3-wal").exists()  # the last connection takes it away
    assert await quick_check(path) == "ok"
    assert not failures
