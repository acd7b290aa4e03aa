"""The database: its schema, whether what is stored opens, how closed cases are sealed."""

from __future__ import annotations

from sqlalchemy import func, select

from bot.commands.checks.finding import Finding
from bot.operations.backup.record import way_out
from bot.program import KEY_FILE
from bot.settings import Settings
from bot.storage.closed_cases import PATIENCE, count_closed
from bot.storage.database import Database, DatabaseDamaged, DatabaseUnavailable
from bot.storage.key_rotation import fit_of
from bot.storage.tables import Message
from bot.storage.vault import KeyFileUnusable, open_vault


async def check_database(settings: Settings) -> list[Finding]:
    """Say whether the database answers, and what of it opens."""
    kind = "PostgreSQL" if settings.database_url else "SQLite"
    if not settings.database_url and not (settings.data_dir / "frontdoor.sqlite3").exists():
        return [Finding("database", "missing", "There is no database yet; the first start makes one.")]
    database = Database(settings.database)
    try:
        await database.ping()
        await database.refuse_damage()
        await database.refuse_other_line()
        current = await database.schema_is_current()
        sealed = [*await _sealed(settings, database), await _closed(settings, database)] if current else []
    except DatabaseDamaged as problem:
        return [Finding("database", "missing", f"{problem} {way_out(settings.data_dir)}")]
    except DatabaseUnavailable as problem:
        return [Finding("database", "missing", str(problem))]
    finally:
        await database.close()
    if not current:
        return [Finding("database", "missing", "The schema is of an older version; starting the program brings it up to date.")]
    return [Finding("database", "ready", f"{kind} answers and its schema is current."), *sealed]


async def _sealed(settings: Settings, database: Database) -> list[Finding]:
    """Say whether what is stored opens with the keys that are there."""
    path = settings.data_dir / KEY_FILE
    try:
        vault = open_vault(path)
    except KeyFileUnusable:
        return []  # told above
    async with database.transaction() as session:
        fit = await fit_of(session, vault)
        aside = await session.scalar(select(func.count()).select_from(Message).where(Message.state == "unreadable")) or 0
    problem = fit.problem(path)
    if problem is None and aside:
        problem = f"{aside} messages of people did not open when they were to be answered; their cases say so."
    if problem is not None:
        return [Finding("stored", "missing", problem)]
    return [Finding("stored", "ready", f"The keys open what is stored ({fit.values} values).")]


async def _closed(settings: Settings, database: Database) -> Finding:
    """Say how many closed cases are sealed to the staff's own keys."""
    if settings.seal_closed_minutes == 0:
        return Finding("closed", "off", "SEAL_CLOSED_MINUTES is 0: the server's key opens closed cases as well.")
    async with database.transaction() as session:
        there = await count_closed(session)
    told = f"{there.sealed} of {there.closed} closed cases are sealed to the staff's own keys."
    if there.with_code:
        told += f" {there.with_code} are not, because their people hold a code that opens the conversation."
    if not there.coordinators:
        return Finding("closed", "off", f"{told} No coordinator has a key yet: it is made at the next login.")
    if there.awaited:
        told += f" {there.awaited} account(s) have none: let them log in; they are waited for {PATIENCE.days} days from the first key on."
    told += f" New ones are sealed to {there.holders} people, {there.coordinators} of whom can give keys to others."
    if there.coordinators == 1:
        return Finding("closed", "off", f"{told} If they lose their password, what nobody else opens is lost: let there be two.")
    return Finding("closed", "ready", told)
