"""When the newest backup was made and where it lies, noted beside the database for whoever asks whether there is one."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from prometheus_client import Gauge

from bot.storage.files import FILE_MODE

RECORD: Final = "last-backup.json"
MADE_AT = Gauge("frontdoor_last_backup_timestamp_seconds", "When the newest sealed backup was made here; 0: never.")


@dataclass(frozen=True)
class LastBackup:
    """The newest backup that was made here."""

    at: datetime
    file: str


def note(data_dir: Path, made: LastBackup) -> None:
    """Note a backup, at once or not at all."""
    written = data_dir / f".{RECORD}"
    written.touch(mode=FILE_MODE)
    written.chmod(FILE_MODE)  # it may have been left by a program that died
    written.write_text(json.dumps({"at": made.at.isoformat(), "file": made.file}), encoding="utf-8")
    written.replace(data_dir / RECORD)


def last_backup(data_dir: Path) -> LastBackup | None:
    """Return what was noted last; None when nothing was, or it cannot be read."""
    try:
        content = json.loads((data_dir / RECORD).read_text(encoding="utf-8"))
        return LastBackup(datetime.fromisoformat(content["at"]), str(content["file"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def way_out(data_dir: Path) -> str:
    """Return where to begin when the database is lost, in a sentence."""
    made = last_backup(data_dir)
    where = f"The newest backup is of {made.at:%Y-%m-%d %H:%M} UTC: {made.file}" if made else "No backup was made here"
    return f"{where}. docs/operations.md, “The bad night”, says how to go on; keep the damaged file until that is done."


def watch(data_dir: Path) -> None:
    """Let the server tell when the newest backup was made; 0 when there is none."""

    def made_at() -> float:
        made = last_backup(data_dir)
        return made.at.timestamp() if made is not None else 0.0

    MADE_AT.set_function(made_at)
