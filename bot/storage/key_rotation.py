"""Whether the key file and the database belong together, and how a new key takes over from an old one."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

from sqlalchemy import Connection, inspect, literal, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from bot.storage.audit import AuditLog
from bot.storage.case_keys import is_of_case
from bot.storage.database import Database, unavailable
from bot.storage.sealed import SEALED, Sealed, counted_by_key, next_rows
from bot.storage.tables import Table
from bot.storage.vault import (
    KEY_ID_BYTES,
    KeyFileUnusable,
    SealBroken,
    Vault,
    change_keys,
    is_coming,
    key_id,
    newest_key_only,
    with_coming_key,
    with_new_key,
)

ROWS_AT_ONCE: Final = 200


@dataclass(frozen=True)
class Fit:
    """How a key file fits a database.

    `foreign` counts the values, by table, whose key is not in the file; `damaged` those of the tried ones that do not open though
    it is. `knows_people`: pseudonyms are made with the key that made the stored ones.
    """

    values: int
    foreign: Counter[str]
    damaged: Counter[str]
    knows_people: bool

    def problem(self, path: Path) -> str | None:
        """Return what is wrong, in one sentence; None when nothing is."""
        if (wrong := self.wrong_file(path)) is not None:
            return wrong
        if strange := sum(self.foreign.values()):
            return (
                f"{strange} of {self.values} stored values ({_listed(self.foreign)}) need a key that {path} does not hold:"
                " put the key back from your backup, at the end of encryption_keys."
            )
        if self.damaged:
            return (
                f"Of the stored values that were tried some do not open ({_listed(self.damaged)}): they were changed or damaged."
            )
        return None

    def wrong_file(self, path: Path) -> str | None:
        """Return the sentence about a key file that belongs to another database; None when it does not."""
        if self.values and sum(self.foreign.values()) == self.values:
            return (
                f"The key file {path} is not the one that this database was written with: none of its {self.values} stored values"
                " opens. Put the right file back from your backup."
            )
        if not self.knows_people:
            return (
                f"The pseudonym_key in {path} is not the one that this database was written with: people who write again would be"
                " strangers. Put the right file back from your backup."
            )
        return None


def _listed(counts: Counter[str]) -> str:
    return ", ".join(f"{name} {count}" for name, count in sorted(counts.items()))


async def fit_of(session: AsyncSession, vault: Vault) -> Fit:
    """Look which keys sealed what is stored, and open a value of each kind."""
    ours = {key_id(key) for key in vault.keys}
    values, foreign, damaged = 0, Counter[str](), Counter[str]()
    for sealed in SEALED:
        counted = await counted_by_key(session, sealed)
        values += sum(counted.values())
        foreign[sealed.table.__tablename__] += sum(count for key, count in counted.items() if key not in ours)
        for row in await next_rows(session, sealed, most=1):
            value = getattr(row, sealed.column)
            known = value[:KEY_ID_BYTES] in ours
            damaged[sealed.table.__tablename__] += known and not vault.opens(value, sealed.place_of(row))
    return Fit(values, +foreign, +damaged, await AuditLog(vault).is_ours(session))


async def refuse_lost_keys(database: Database, path: Path) -> None:
    """Raise KeyFileUnusable when there is no key file, but a database that was written with one."""
    if _missing(path) and await _holds_rows(database):
        raise KeyFileUnusable(
            f"There is no key file at {path}, but the database was written with one: put it back from your backup. No new one is"
            " made, for with it nothing stored could be read and nobody could log in."
        )


def _missing(path: Path) -> bool:
    return not path.exists()


async def _holds_rows(database: Database) -> bool:
    if database.is_sqlite and _missing(Path(database.engine.url.database or "")):
        return False
    try:
        async with database.readers.connect() as connection:
            return await connection.run_sync(_finds_row)
    except (SQLAlchemyError, OSError) as error:
        raise unavailable(error, database.url) from error


def _finds_row(connection: Connection) -> bool:
    there = set(inspect(connection).get_table_names())
    chosen = (select(literal(1)).select_from(table).limit(1) for table in Table.metadata.sorted_tables if table.name in there)
    return any(connection.execute(one).first() for one in chosen)


KeyRole = Literal["sealing", "coming", "older", "missing"]


@dataclass(frozen=True)
class KeyInUse:
    """A key, by what names it in hexadecimal: how many stored values it sealed, and whether it is in the file, and for what."""

    name: str
    values: int
    role: KeyRole


def announce_key(path: Path) -> None:
    """Put a coming key into the file, unless there is one: whoever reads it from now on can open what it seals."""
    change_keys(path, with_coming_key)


def begin_key(path: Path) -> Vault:
    """Put the coming key, or a new one, in front: what is sealed from now on is sealed with it."""
    return change_keys(path, with_new_key)


async def keys_in_use(database: Database, vault: Vault, path: Path) -> list[KeyInUse]:
    """Return the keys of the file in their order, then those that something stored needs and the file does not hold."""
    sealed_by: Counter[bytes] = Counter()
    async with database.reading() as session:
        for sealed in SEALED:
            sealed_by.update(await counted_by_key(session, sealed))
    ours = [key_id(key) for key in vault.keys]
    coming = ours[-1] if is_coming(path) else None

    def role(key: bytes) -> KeyRole:
        if key not in ours:
            return "missing"
        return "sealing" if key == ours[0] else "coming" if key == coming else "older"

    return [KeyInUse(key.hex(), sealed_by[key], role(key)) for key in (*ours, *sorted(sealed_by.keys() - set(ours)))]


@dataclass(frozen=True)
class Resealed:
    """What came of sealing everything again; `lost` values did not open and were left as they are."""

    done: int
    lost: int


async def seal_again(database: Database, vault: Vault) -> Resealed:
    """Seal everything with the newest key that another one sealed; it may be broken off at any time, and begun again."""
    done = lost = 0
    for sealed in SEALED:
        after: Any = None
        while True:
            async with database.transaction() as session:
                rows = await next_rows(session, sealed, most=ROWS_AT_ONCE, after=after)
                for row in rows:
                    changed = _reseal(vault, sealed, row)
                    done, lost = done + (changed is True), lost + (changed is None)
                if not rows:
                    break
                after = getattr(rows[-1], sealed.key.key)
    return Resealed(done, lost)


def _reseal(vault: Vault, sealed: Sealed, row: Table) -> bool | None:
    """Seal one value with the newest key; False when it is already, or is sealed to the staff; None when it does not open."""
    value, place = getattr(row, sealed.column), sealed.place_of(row)
    if value.startswith(key_id(vault.keys[0])) or is_of_case(value):
        return False
    try:
        setattr(row, sealed.column, vault.seal(vault.open(value, place), place))
    except SealBroken:
        return None
    return True


async def retire_old_keys(database: Database, vault: Vault, path: Path) -> int:
    """Take all keys but the sealing one out of the file when nothing needs them; return how many values still do."""
    newest, needed = key_id(vault.keys[0]), 0
    async with database.transaction() as session:
        for sealed in SEALED:
            needed += sum(count for key, count in (await counted_by_key(session, sealed)).items() if key != newest)
    if not needed:
        change_keys(path, newest_key_only)
    return needed
