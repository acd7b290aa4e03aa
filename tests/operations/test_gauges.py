"""What the operator's alerts look at is measured as it is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from prometheus_client import REGISTRY
from sqlalchemy import update

from bot.operations.gauges import measure, verify_audit
from bot.operations.housekeeping import tidy
from bot.program import Program
from bot.storage.tables import AuditEntry
from tests.console.conftest import *  # noqa: F403 - people who write
from tests.support import Clock, open_program


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
