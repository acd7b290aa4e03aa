"""The machine: settings, keys, rights of files, the disk, backups."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from tempfile import TemporaryDirectory
from typing import Final
from urllib.parse import urlsplit

from bot.commands.checks.finding import Finding
from bot.operations.backup.record import last_backup
from bot.program import KEY_FILE, utc_now
from bot.runtime.unknown_settings import unknown_settings
from bot.settings import Settings
from bot.storage.capacity import MEGABYTE, disk_of, nearest
from bot.storage.files import open_to_others
from bot.storage.vault import KeyFileUnusable, open_vault

BACKUP_LATE: Final = timedelta(hours=50)  # one night may be missed


def check_settings(settings: Settings) -> Iterator[Finding]:
    """Say whether every setting can be used."""
    unknown = unknown_settings()
    for one in unknown:
        hint = f" Is {one.meant} meant?" if one.meant else ""
        yield Finding("settings", "missing", f"{one.name} in {one.place} is no setting, and has no effect.{hint}")
    if not unknown:
        yield Finding("settings", "ready", "Every value can be used, and no name is unknown.")
    address = urlsplit(settings.public_url or "")
    if address.scheme == "http" and address.hostname not in {"localhost", "127.0.0.1"}:
        yield Finding("settings", "missing", "PUBLIC_URL is not https: what people write could be read on the way.")


def check_keys(settings: Settings) -> Iterator[Finding]:
    """Say whether the keys are there."""
    try:
        vault = open_vault(settings.data_dir / KEY_FILE)
    except KeyFileUnusable as problem:
        yield Finding("keys", "missing", str(problem))
        return
    yield Finding(
        "keys",
        "ready",
        f"{len(vault.keys)} encryption key(s). Without this file nothing can be read; sealed backups hold it too.",
    )


def check_rights(settings: Settings) -> Iterator[Finding]:
    """Say what the program cannot write, and what others can read."""
    folder = settings.data_dir
    where = nearest(folder)
    try:
        with TemporaryDirectory(dir=where):
            pass
    except OSError:
        cannot = "be written to" if where == folder else f"be made: nothing can be written into {where}"
        yield Finding("rights", "missing", f"The folder {folder} (DATA_DIR) cannot {cannot}. The program's user must own it.")
    files = settings.data_dir / "frontdoor.sqlite3", settings.data_dir / KEY_FILE
    if listed := sorted({str(path) for file in files for path in open_to_others(file)}):
        sentence = f"Others than its owner may read or write {', '.join(listed)}. Run: chmod -R go= {settings.data_dir}"
        yield Finding("rights", "missing", sentence)


def check_disk(settings: Settings) -> Iterator[Finding]:
    """Say how full the disk is."""
    disk = disk_of(settings.data_dir)
    if not disk.size:
        return  # no disk: that nothing can be written there is told already
    told = f"The disk of {settings.data_dir.name}/ is {disk.used:.0%} full, {disk.free // MEGABYTE} MB are free."
    if disk.free < settings.disk_reserve_mb * MEGABYTE:
        yield Finding("disk", "missing", f"{told} Below {settings.disk_reserve_mb} MB nobody can open a web chat: make room now.")
    elif disk.filling:
        yield Finding("disk", "missing", f"{told} Make room: a full disk takes no message.")
    else:
        yield Finding("disk", "ready", told)


def check_backup(settings: Settings) -> Iterator[Finding]:
    """Say when the newest backup was made."""
    made = last_backup(settings.data_dir)
    if not settings.backup_recipients:
        yield Finding(
            "backup", "off", "BACKUP_RECIPIENTS is not set: a broken disk takes every case. `backup-key` is the first step."
        )
    elif made is None:
        yield Finding("backup", "missing", "No backup was made here yet: `python -m bot backup FOLDER`, every night.")
    else:
        late = utc_now() - made.at > BACKUP_LATE
        told = f"The newest one is of {made.at:%Y-%m-%d %H:%M} UTC: {made.file}."
        yield Finding("backup", "missing" if late else "ready", told)
