"""Whether there is room to keep what people write: the database takes a writing, and the disk is not nearly full.

A disk that is full takes no message. So it is tried by writing; the operator is told long before; and near the end nobody opens a new
conversation in the web chat, so that those who are in the middle of one can go on.
"""

from __future__ import annotations

import asyncio
import secrets
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

import structlog
from prometheus_client import Counter, Gauge

from bot.storage.database import Database, DatabaseUnavailable
from bot.storage.tables_watch import Trial

if TYPE_CHECKING:
    from bot.settings import Settings

log = structlog.get_logger()

FILLING: Final = 0.8  # of the disk: from here on the operator is told
TRIAL_BYTES: Final = 16 * 1024  # more than a message needs: four pages of the database
FRESH_SECONDS: Final = 5.0  # however often anybody asks, it is written once in that time
LOOK_SECONDS: Final = 60.0
TELL_SECONDS: Final = 3600.0
CONVERSATION_BYTES: Final = 256 * 1024  # what a long conversation takes, with its case, its alarms and its part of the indexes
MEGABYTE: Final = 1024 * 1024

DISK_FREE = Gauge("frontdoor_disk_free_bytes", "Bytes that are free on the disk of DATA_DIR.")
TURNED_AWAY = Counter("frontdoor_conversations_refused", "New conversations of the web chat for which there was no room.")


@dataclass(frozen=True)
class Disk:
    """How full a disk is: the share that is used, and the bytes that this process may still write; `size` is 0 of what is no disk."""

    used: float
    free: int
    size: int = 1

    @property
    def filling(self) -> bool:
        """Say whether the operator must make room."""
        return self.used >= FILLING


def nearest(folder: Path) -> Path:
    """Return a folder, or of one that is not there yet the folder in which it will be made."""
    return next((place for place in (folder, *folder.absolute().parents) if place.exists()), Path("/"))


def disk_of(folder: Path) -> Disk:
    """Return how full the disk of a folder is; of one that is not there yet, the disk where it will be."""
    total, used, free = shutil.disk_usage(nearest(folder))
    return Disk(used / max(used + free, 1) if total else 0.0, free, total)


class StorageCapacity:
    """Knows of one program's database and disk whether there is room. `reserve` is kept for conversations that are open, in bytes."""

    def __init__(self, settings: Settings, database: Database, clock: Callable[[], datetime]) -> None:
        self.folder = settings.data_dir
        self.reserve = settings.disk_reserve_mb * MEGABYTE
        self.database = database
        self.clock = clock
        self.look_at: Callable[[Path], Disk] = disk_of
        self._one = asyncio.Lock()
        self._tried_at = float("-inf")
        self._problem: DatabaseUnavailable | None = None
        self._told_at = float("-inf")

    @property
    def disk(self) -> Disk:
        """Return how full the disk is now."""
        return self.look_at(self.folder)

    @property
    def conversations(self) -> int:
        """Return how many more conversations may be opened before the reserve is touched."""
        return max(0, (self.disk.free - self.reserve) // CONVERSATION_BYTES)

    def turns_away(self) -> bool:
        """Say whether a new conversation of the web chat is one too many; count it."""
        if self.conversations:
            return False
        TURNED_AWAY.inc()
        return True

    async def try_writing(self) -> None:
        """Write as much as a message into the database; raises DatabaseUnavailable when it does not take it."""
        async with self._one:
            now = asyncio.get_running_loop().time()
            if now - self._tried_at >= FRESH_SECONDS:
                self._tried_at, self._problem = now, await self._written()
            if self._problem is not None:
                raise self._problem

    async def look(self) -> None:
        """Measure the disk; tell the operator once an hour while it fills."""
        disk, now = self.disk, asyncio.get_running_loop().time()
        DISK_FREE.set(disk.free)
        if disk.filling and now - self._told_at >= TELL_SECONDS:
            self._told_at = now
            log.error("disk_filling", used=round(disk.used, 2), free_mb=disk.free // MEGABYTE, conversations=self.conversations)

    async def _written(self) -> DatabaseUnavailable | None:
        try:
            async with self.database.transaction() as session:
                await session.merge(Trial(id=1, at=self.clock(), filling=secrets.token_hex(TRIAL_BYTES // 2)))
        except DatabaseUnavailable as problem:
            log.error("database_takes_no_writing", problem=str(problem))
            return problem
        return None
