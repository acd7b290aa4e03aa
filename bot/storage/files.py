"""The files of a SQLite database are for their owner's eyes only, whatever umask the program was started with."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

FOLDER_MODE: Final = 0o700
FILE_MODE: Final = 0o600
_OTHERS: Final = 0o077


def close_to_others(database: Path) -> None:
    """Take everybody else's rights from a file, what SQLite keeps beside it, and their folder; make the file when it is new.

    SQLite gives what it makes beside a database the rights of the database. What belongs to somebody else is left: see `open_to_others`.
    """
    if not database.parent.is_dir() or database.name == ":memory:":
        return
    with suppress(FileExistsError):  # only then nobody has it open: closing it here would end SQLite's locks on it
        os.close(os.open(database, os.O_WRONLY | os.O_CREAT | os.O_EXCL, FILE_MODE))
    for path in open_to_others(database):
        with suppress(PermissionError):
            path.chmod(FOLDER_MODE if path.is_dir() else FILE_MODE)


def open_to_others(database: Path) -> Iterator[Path]:
    """Return what others than its owner may read or write: the folder, and the files of a database in it."""
    files = [database.with_name(f"{database.name}{ending}") for ending in ("", "-wal", "-shm", "-journal")]
    for path in (database.parent, *files):
        with suppress(FileNotFoundError):
            mode = path.stat().st_mode
            if mode & _OTHERS and not mode & stat.S_ISVTX:  # a folder for everybody, such as /tmp, stays one
                yield path
