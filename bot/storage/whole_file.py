"""Reading a SQLite file from end to end: damage lies where nobody looks for months otherwise."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from pathlib import Path
from typing import Final

_POLITENESS: Final = 19  # the reading takes what answers leave over


async def quick_check(path: Path) -> str:
    """Return what SQLite says of a whole file, "ok" when it is as it should be; raises sqlite3.Error when it cannot be read.

    It is read in a thread of its own, as a snapshot of a connection of its own: nobody who reads or writes waits for it. Who gives it
    up, as when the program stops, does not wait for the rest of the file.
    """
    with (
        ThreadPoolExecutor(1, "quick-check", _be_polite) as thread,
        closing(sqlite3.connect(path, isolation_level=None, check_same_thread=False)) as connection,
    ):
        reading = asyncio.get_running_loop().run_in_executor(thread, _read, connection)
        try:
            await asyncio.wait([reading])
        except asyncio.CancelledError:
            connection.interrupt()
            with suppress(sqlite3.OperationalError):
                await reading
            raise
        return reading.result()


def _be_polite() -> None:
    if sys.platform == "linux":  # elsewhere a thread has no priority of its own
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _POLITENESS)


def _read(connection: sqlite3.Connection) -> str:
    connection.execute("PRAGMA query_only=ON")
    [(told,)] = connection.execute("PRAGMA quick_check(1)").fetchall()
    return str(told)
