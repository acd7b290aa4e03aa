"""Restoring a backup into an empty place, and what has to be made good because time has gone by since it was made."""

from __future__ import annotations

import json
import os
import tarfile
import zlib
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.delivery.channel_traits import pushing
from bot.operations.backup.copying import copy_from_file, copy_sqlite_whole, is_empty, refuse_damaged, skip_events
from bot.operations.backup.making import DATABASE, FORMAT, MANIFEST, SETTINGS
from bot.operations.backup.sealing import BackupUnreadable, unseal
from bot.operations.backup.workspace import workspace
from bot.operations.housekeeping import tidy
from bot.program import KEY_FILE, build, utc_now
from bot.settings import Settings
from bot.storage.database import Database
from bot.storage.key_rotation import fit_of
from bot.storage.tables import Conversation, Delivery, Handoff

_NEEDED: Final = frozenset({MANIFEST, DATABASE, KEY_FILE})
_MEMBERS: Final = _NEEDED | {SETTINGS}
_FILES: Final = (KEY_FILE, DATABASE, f"{DATABASE}-wal", f"{DATABASE}-shm")
_READ_AT_ONCE: Final = 1 << 20  # bytes


class PlaceNotEmpty(Exception):
    """There is a database or a key file already where a backup was to be restored; the message says where."""


@dataclass(frozen=True)
class Restored:
    """What was restored. `problem` says what does not open with the keys that came with it, in a sentence."""

    made_at: datetime
    release: str
    conversations: int
    open_cases: int
    sealed: bool
    settings: Path | None
    problem: str | None


async def restore(settings: Settings, backup: Path, private_key: str | None, *, replace: bool = False) -> Restored:
    """Put a backup's database and keys where the settings say, brought up to date with this program and this hour.

    With `replace` they take the place of what is there, which is set aside (SQLite, keys) or dropped (PostgreSQL). Without a private
    key the backup must be one that was not sealed. Raises BackupUnreadable, BackupUnderWay, PlaceNotEmpty, DatabaseUnavailable and
    KeyFileUnusable; then nothing was changed.
    """
    settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    with workspace(settings.data_dir) as scratch:
        archive = backup
        if private_key is not None:
            archive = scratch / "archive.tar.gz"
            unseal(backup, archive, private_key)
        told = _unpack(archive, scratch)
        refuse_damaged(scratch / DATABASE)
        conversations, open_cases, problem = await _make_good(settings, scratch, time_went_by=private_key is not None)
        copy_sqlite_whole(scratch / DATABASE)
        await _put_in_place(settings, scratch, replace=replace)
        # An unsealed copy is the way back of an upgrade: nothing was sent since, and the settings are where they were.
        kept = _put_settings(settings, scratch / SETTINGS) if private_key is not None else None
    return Restored(
        made_at=datetime.fromisoformat(told["made_at"]),
        release=told["release"],
        conversations=conversations,
        open_cases=open_cases,
        sealed=private_key is not None,
        settings=kept,
        problem=problem,
    )


def _unpack(archive: Path, scratch: Path) -> Mapping[str, Any]:
    try:
        with tarfile.open(archive, "r:gz") as pack:
            for member in pack:
                source = pack.extractfile(member) if member.name in _MEMBERS and member.isfile() else None
                if source is None:
                    continue
                with os.fdopen(os.open(scratch / member.name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as target:
                    while block := source.read(_READ_AT_ONCE):
                        target.write(block)
        told: Mapping[str, Any] = json.loads((scratch / MANIFEST).read_text(encoding="utf-8"))
    except (tarfile.TarError, EOFError, zlib.error, ValueError, OSError):
        raise BackupUnreadable(
            f"{archive.name} is not a backup of this program, or it is damaged. A sealed one needs its private key."
        ) from None
    if told.get("format") != FORMAT or any(not (scratch / name).exists() for name in _NEEDED):
        raise BackupUnreadable(f"The backup was made by another version of this program ({told.get('release')}): use that one.")
    return told


async def _put_in_place(settings: Settings, scratch: Path, *, replace: bool) -> None:
    """Move or copy database and keys to where they belong: both, or neither."""
    folder = settings.data_dir
    if not replace:
        _refuse_other_keys(folder / KEY_FILE, scratch / KEY_FILE)
    with ExitStack() as undo:
        if settings.database_url is None:
            if not replace and _there(folder / DATABASE):
                raise PlaceNotEmpty(
                    f"There is a database at {folder / DATABASE}. Restore into an empty folder, or move it away first."
                )
            _move_in(scratch, folder, (KEY_FILE, DATABASE), undo, replace=replace)
        else:
            database = Database(settings.database)
            try:
                async with database.migrated(anew=replace) as connection:
                    if not await is_empty(connection):
                        raise PlaceNotEmpty("The database of DATABASE_URL is not empty. Make a new one, and name it there.")
                    await copy_from_file(scratch / DATABASE, connection)
                    _move_in(scratch, folder, (KEY_FILE,), undo, replace=replace)
            finally:
                await database.close()
        undo.pop_all()


def _move_in(scratch: Path, folder: Path, names: Sequence[str], undo: ExitStack, *, replace: bool) -> None:
    """Move files into a folder; with `replace` what is there is moved aside. `undo` learns how all of it is moved back."""
    if replace and (old := [name for name in _FILES if _there(folder / name)]):
        aside = folder / f"replaced-{utc_now():%Y%m%dT%H%M%SZ}"
        aside.mkdir(mode=0o700)
        undo.callback(aside.rmdir)
        for name in old:
            _move(folder / name, aside / name, undo)
    for name in names:
        if not _there(folder / name):  # else the keys are the same ones
            _move(scratch / name, folder / name, undo)


def _refuse_other_keys(place: Path, keys: Path) -> None:
    if place.exists() and place.read_bytes() != keys.read_bytes():
        raise PlaceNotEmpty(f"There is another key file at {place}. Restore into an empty folder, or move that file away first.")


def _there(path: Path) -> bool:
    return path.exists()


def _move(source: Path, target: Path, undo: ExitStack) -> None:
    source.replace(target)
    undo.callback(target.replace, source)


def _put_settings(settings: Settings, copy: Path) -> Path | None:
    if not copy.exists():
        return None
    place = settings.data_dir / SETTINGS
    copy.replace(place)
    return place


async def _make_good(settings: Settings, scratch: Path, *, time_went_by: bool) -> tuple[int, int, str | None]:
    """Bring what a backup holds up to date, before it is put in place: whoever is interrupted after that leaves nothing half done.

    What is over by now is forgotten, and nothing is sent again when time went by. Returns what is there, and what does not open.
    """
    program = build(settings.model_copy(update={"data_dir": scratch, "database_url": None}), assistant=None)
    try:
        await program.database.migrate()
        async with program.database.transaction() as session:
            if time_went_by:
                await _send_nothing_again(session, program.clock())
            await skip_events(await session.connection())
        await tidy(program)
        async with program.database.transaction() as session:
            conversations = await session.scalar(select(func.count()).select_from(Conversation))
            cases = await session.scalar(select(func.count()).select_from(Handoff).where(Handoff.closed_at.is_(None)))
            fit = await fit_of(session, program.vault)
        return int(conversations or 0), int(cases or 0), fit.problem(settings.data_dir / KEY_FILE)
    finally:
        await program.close()


async def _send_nothing_again(session: AsyncSession, now: datetime) -> None:
    """End what was on its way: most of it has arrived since, and whoever reads along must not see it a second time."""
    await session.execute(
        update(Delivery)
        .where(Delivery.finished_at.is_(None), Delivery.channel.in_(pushing()))
        .values(state="unknown", finished_at=now)
        .execution_options(synchronize_session=False)
    )
