"""The folder in which a backup is made or opened: there it lies in the clear for a moment, and nothing of it may stay."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

FOLDER: Final = ".backup"


class BackupUnderWay(Exception):
    """Another backup is being made or restored."""


@contextmanager
def workspace(data_dir: Path) -> Iterator[Path]:
    """Yield an empty folder that only this user reads and that is gone afterwards; raises BackupUnderWay and OSError."""
    with _alone(data_dir):
        folder = data_dir / FOLDER
        shutil.rmtree(folder, ignore_errors=True)  # a process that was killed could not clear it away
        folder.mkdir(mode=0o700)
        try:
            yield folder
        finally:
            shutil.rmtree(folder)


def clear_leftovers(data_dir: Path) -> None:
    """Delete what a backup left behind that was killed."""
    if (data_dir / FOLDER).exists():
        try:
            with _alone(data_dir):
                shutil.rmtree(data_dir / FOLDER, ignore_errors=True)
        except BackupUnderWay:
            return


@contextmanager
def _alone(data_dir: Path) -> Iterator[None]:
    descriptor = os.open(data_dir, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError:
        raise BackupUnderWay("Another backup is being made or restored just now: try again when it is done.") from None
    finally:
        os.close(descriptor)
