"""What is left of erased rows outside of the tables, in the files of SQLite, and how it is cleared away.

SQLite overwrites with zeros what a deleted row held (`PRAGMA secure_delete`), but not everywhere. Its write-ahead log holds the pages
as they were before; and where entries of an index moved to another page because their own became too full, copies stay in the gap
(tried with SQLite 3.46: of 1,620 values of 36 erased people, four ids were still found in the file). So the log is written into
the database and cut to no bytes after each erasure and every minute, and the whole file is written anew (`VACUUM`) within minutes
of an erasure, and every hour. PostgreSQL offers no such thing: docs/operations.md says what its operator can do.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import structlog
from sqlalchemy.exc import SQLAlchemyError

from bot.storage.database import Database
from bot.storage.sqlite import in_thread

log = structlog.get_logger()

LOOK_SECONDS: Final = 60
PATIENCE_MS: Final = 500  # writers wait meanwhile: somebody who reads for longer, such as a backup, must not hold them up
SHARE: Final = 1 / 300  # of the time that may go into writing the file anew: whoever erases and erases again slows nobody down
# Writing that much takes ten seconds on a slow disk, as long as a turn waits for the database at most (50 MB/s were measured).
LARGEST_BYTES: Final = 400 * 2**20


class ResidualData:
    """Clears what erased rows left in the files of a database; `erased` says that there may be something since the last time."""

    def __init__(self, database: Database, seconds: Callable[[], float] = time.monotonic) -> None:
        self.database = database
        self.erased = False
        self._seconds = seconds
        self._not_before = 0.0

    async def look(self) -> None:
        """Clear the log, and write the file anew when something was erased and the last time is long enough ago; every minute."""
        if self.erased and self._seconds() >= self._not_before:
            await self.write_anew()
        else:
            await self.clear_log()

    async def clear_log(self) -> bool:
        """Write the log into the database and cut it to no bytes; False while another connection reads: then the next look does it."""
        if not self.database.is_sqlite:
            return True
        result = await self._statement("PRAGMA wal_checkpoint(TRUNCATE)")
        return result is not None and result[0] == 0

    async def write_anew(self) -> bool:
        """Write the whole file anew, without gaps, and clear the log; False when it could not be done now."""
        if not self.database.is_sqlite:
            return True
        size = self._size()
        if size > LARGEST_BYTES:
            log.error(
                "database_too_large_to_write_anew",
                megabytes=size // 2**20,
                remedy="Stop the service, run `python -m bot purge`, start.",
            )
            self._not_before = self._seconds() + 3600
            return await self.clear_log()
        return await self.write_anew_whatever_its_size()

    async def write_anew_whatever_its_size(self) -> bool:
        """Do the same also where everybody waits meanwhile: for a command that runs while the service does not."""
        if not self.database.is_sqlite:
            return True
        begun, self.erased = self._seconds(), False
        written = await self._statement("VACUUM") is not None
        cleared = await self.clear_log()
        # Every page went through the cache of the connection, and would stay there.
        await self._statement("PRAGMA shrink_memory")
        self.erased |= not (written and cleared)
        now = self._seconds()
        self._not_before = now + (now - begun) / SHARE
        return not self.erased

    def _size(self) -> int:
        return Path(self.database.engine.url.database or "").stat().st_size

    async def _statement(self, statement: str) -> list[int] | None:
        """Run a statement outside of any transaction: inside of one nothing of this can be done. None when it could not be done now.

        It takes the one connection that writes, so that nobody of this process writes meanwhile.
        """
        try:
            async with self.database.engine.connect() as connection:
                driver: Any = (await connection.get_raw_connection()).driver_connection
                return await connection.run_sync(lambda _connection: in_thread(_run, driver, statement))
        except (
            sqlite3.Error,
            SQLAlchemyError,
        ) as error:  # what was erased is erased: a full disk must not tell its person otherwise
            log.warning("remains_not_cleared", error=type(error).__name__, again_after_seconds=LOOK_SECONDS)
            return None


def _run(driver: sqlite3.Connection, statement: str) -> list[int]:
    driver.execute(f"PRAGMA busy_timeout={PATIENCE_MS}")
    try:
        rows = driver.execute(statement).fetchall()
    finally:
        driver.execute("PRAGMA busy_timeout=0")
    return [int(value) for value in (rows[0] if rows else ())]
