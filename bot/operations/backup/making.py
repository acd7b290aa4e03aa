"""Making a backup: everything that a restore needs, in one sealed file, and how long such files are kept."""

from __future__ import annotations

import filecmp
import json
import os
import re
import shutil
import tarfile
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from bot.operations.backup.copying import copy_to_file
from bot.operations.backup.record import LastBackup, note
from bot.operations.backup.sealing import seal
from bot.operations.backup.workspace import workspace
from bot.program import KEY_FILE
from bot.runtime.release import release
from bot.settings import ENV_FILE, Settings, listed
from bot.storage.database import Database

DATABASE: Final = "frontdoor.sqlite3"
SETTINGS: Final = "settings.env"
MANIFEST: Final = "manifest.json"
FORMAT: Final = 1  # of the archive; another number means other names in it
_NAME: Final = "frontdoor-%Y%m%dT%H%M%SZ"
_OURS: Final = re.compile(r"frontdoor-\d{8}T\d{6}Z\.(?:age|tar\.gz)")


class BackupImpossible(Exception):
    """A backup cannot be made; the message says why and what to do."""


@dataclass(frozen=True)
class Made:
    """A backup that was made, and the older ones that were deleted; `kept` are over, but the clock may have jumped."""

    file: Path
    size: int
    deleted: tuple[Path, ...]
    kept: tuple[Path, ...] = ()


async def make_backup(settings: Settings, folder: Path, now: datetime, *, sealed: bool = True) -> Made:
    """Write a backup into a folder, then delete the older ones whose time is over.

    Raises BackupImpossible, BackupUnderWay and DatabaseUnavailable; then the older ones are still there. Without `sealed` it can be
    read by whoever has it: for a few minutes on the same machine only.
    """
    recipients = listed(settings.backup_recipients)
    if sealed and not recipients:
        raise BackupImpossible(
            "BACKUP_RECIPIENTS is not set: there is no key to seal the backup to. `python -m bot backup-key` makes a pair of keys."
        )
    _refuse_missing(settings.data_dir / KEY_FILE, folder)
    name = now.astimezone(UTC).strftime(_NAME) + (".age" if sealed else ".tar.gz")
    try:
        with workspace(settings.data_dir) as scratch:
            archive = scratch / "archive.tar.gz"
            await _pack(settings, scratch, archive, now)
            finished = archive
            if sealed:
                finished = scratch / "archive.age"
                seal(archive, finished, recipients)
            size = _put(finished, folder / name)
    except OSError as error:
        raise BackupImpossible(
            f"The backup could not be written to {folder} ({error.strerror}). Is there room, and may this user write there?"
        ) from None
    if sealed:
        note(settings.data_dir, LastBackup(now, str((folder / name).resolve())))
    others = _others(folder, name)
    oldest = (now - timedelta(days=settings.backup_keep_days)).astimezone(UTC).strftime(_NAME)
    old = tuple(path for path in others if path.name < oldest)
    if len(old) == len(others):  # the clock jumped, or nobody made one for long: which it is, the next one will show
        return Made(folder / name, size, (), old)
    for path in old:
        path.unlink()
    return Made(folder / name, size, old)


def _refuse_missing(keys: Path, folder: Path) -> None:
    if not keys.exists():
        raise BackupImpossible(f"There is no key file {keys}: there is nothing to back up, or DATA_DIR is another.")
    if not folder.is_dir():
        raise BackupImpossible(f"There is no folder {folder}. Is the disk of the backups mounted?")


async def _pack(settings: Settings, scratch: Path, archive: Path, now: datetime) -> None:
    database = Database(settings.database)
    try:
        await _copy_with_keys(database, settings.data_dir / KEY_FILE, scratch)
        schema = await database.schema()
    finally:
        await database.close()
    told = {"format": FORMAT, "made_at": now.isoformat(), "release": release(), "schema": schema}
    (scratch / MANIFEST).write_text(json.dumps(told), encoding="utf-8")
    parts = {
        MANIFEST: scratch / MANIFEST,
        DATABASE: scratch / DATABASE,
        KEY_FILE: scratch / KEY_FILE,
        SETTINGS: Path(ENV_FILE),
    }
    with tarfile.open(archive, "w:gz", compresslevel=1, dereference=True) as pack:
        for name, path in parts.items():
            if path.exists():  # the settings may come from the environment alone
                pack.add(path, name, recursive=False, filter=_anonymous)


async def _copy_with_keys(database: Database, keys: Path, scratch: Path) -> None:
    """Copy the database and the keys that it needs: when a key came or went meanwhile, both once more."""
    while True:
        shutil.copy2(keys, scratch / KEY_FILE)
        (scratch / DATABASE).unlink(missing_ok=True)
        await copy_to_file(database, scratch / DATABASE)
        if filecmp.cmp(keys, scratch / KEY_FILE, shallow=False):
            return


def _anonymous(member: tarfile.TarInfo) -> tarfile.TarInfo:
    return member.replace(mode=0o600, uid=0, gid=0, uname="", gname="", deep=False)


def _put(source: Path, target: Path) -> int:
    """Copy a file to where it belongs, wholly or not at all, readable by its owner only; return its size."""
    written = target.with_name(f".{target.name}.part")
    try:
        descriptor = os.open(written, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with source.open("rb") as here, os.fdopen(descriptor, "wb") as there:
            shutil.copyfileobj(here, there)
            there.flush()
            os.fsync(there.fileno())
        written.replace(target)
    finally:
        written.unlink(missing_ok=True)
    return target.stat().st_size


def _others(folder: Path, name: str) -> list[Path]:
    return [path for path in sorted(folder.iterdir()) if _OURS.fullmatch(path.name) and path.name != name]
