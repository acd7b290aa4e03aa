"""What an operator must see and no counter tells: the queue, the outbox, the disk, the model, the purge, the audit log, the file."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

import structlog
from prometheus_client import Gauge
from sqlalchemy import func, select

from bot.delivery.channel_traits import pushing
from bot.messages import Triage
from bot.operations.backup.record import way_out
from bot.storage.audit import START, AuditBroken, AuditHead, AuditLog
from bot.storage.capacity import disk_of
from bot.storage.database import DatabaseUnavailable
from bot.storage.tables import Delivery, Handoff

if TYPE_CHECKING:
    from bot.program import Program

log = structlog.get_logger()
MEASURE_SECONDS: Final = 30
VERIFY_SECONDS: Final = 24 * 3600

WAITING = Gauge("frontdoor_cases_waiting", "Cases that wait for a consultant, by triage.", ["triage"])
LONGEST_WAIT = Gauge("frontdoor_case_longest_wait_seconds", "How long the longest of them waits, by triage; 0: none.", ["triage"])
OVERDUE = Gauge("frontdoor_delivery_overdue_seconds", "How long the oldest reply on its way is overdue, by channel.", ["channel"])
DISK_FREE = Gauge("frontdoor_disk_free_ratio", "Part of the disk of DATA_DIR that is free, 0 to 1.")
MODEL = Gauge("frontdoor_model_loaded", "Whether the model is loaded: without it people get the number and a consultant only.")
PURGED = Gauge("frontdoor_purged_timestamp_seconds", "When what was over was last deleted.")
AUDIT_WHOLE = Gauge("frontdoor_audit_whole", "Whether the audit log was whole when it was last verified, once a day.")
DATABASE_WHOLE = Gauge(
    "frontdoor_database_whole", "Whether SQLite's file was whole when it was last read, once a day; 1 with PostgreSQL."
)
MEASURED = Gauge("frontdoor_measured_timestamp_seconds", "When these gauges were last brought up to date.")


async def measure(program: Program) -> None:
    """Bring the gauges up to date; every half minute."""
    now = program.clock()
    MODEL.set(program.assistant is not None)
    DISK_FREE.set(1 - disk_of(program.settings.data_dir).used)
    open_cases = (Handoff.closed_at.is_(None), Handoff.taken_by.is_(None))
    waits = (*open_cases, Handoff.withdrawn_at.is_(None), Handoff.set_aside_as.is_(None))
    late = (Delivery.finished_at.is_(None), Delivery.due_at < now)
    async with program.database.reading() as session:
        cases = await session.execute(
            select(Handoff.triage, func.count(), func.min(Handoff.waiting_since)).where(*waits).group_by(Handoff.triage)
        )
        waiting = {triage: (count, since) for triage, count, since in cases}
        due = await session.execute(
            select(Delivery.channel, func.min(Delivery.created_at)).where(*late).group_by(Delivery.channel)
        )
        overdue = {channel: since for channel, since in due}
    for triage in Triage:
        count, since = waiting.get(triage.value, (0, now))
        WAITING.labels(triage.value).set(count)
        LONGEST_WAIT.labels(triage.value).set(_seconds(now - since))
    for channel in pushing():
        OVERDUE.labels(channel).set(_seconds(now - overdue.get(channel, now)))
    MEASURED.set(now.timestamp())


def purged(now: datetime) -> None:
    """Note that what was over has been deleted."""
    PURGED.set(now.timestamp())


async def verify_audit(program: Program) -> None:
    """Verify the audit log, in small steps between which others get the database; once a day."""
    audit = AuditLog(program.vault)
    head, reached = None, AuditHead(0, START)
    try:
        while reached != head:
            head = reached
            async with program.database.reading() as session:
                reached = await audit.verify_next(session, head)
    except AuditBroken as problem:
        log.error("audit_broken", problem=str(problem))  # entries by their numbers
        AUDIT_WHOLE.set(0)
    else:
        AUDIT_WHOLE.set(1)


async def verify_database(program: Program) -> None:
    """Read the whole file of the database, beside everything else; once a day."""
    try:
        await program.database.refuse_damage()
    except DatabaseUnavailable as problem:
        log.error("database_damaged", problem=str(problem), remedy=way_out(program.settings.data_dir))
    DATABASE_WHOLE.set(program.database.whole)


def _seconds(wait: timedelta) -> float:
    return max(0.0, wait.total_seconds())
