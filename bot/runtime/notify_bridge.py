"""Carries events between the processes that share one PostgreSQL, so that a page open at one hears what happens in another.

An event says only where to look, so one that is lost costs time, never a message: everybody who waits also looks by themselves from
time to time (pages every 15 to 30 seconds, the dispatcher every 2). SQLite serves one process, which needs no bridge.
"""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Final

import structlog
from prometheus_client import Counter
from sqlalchemy import make_url, text
from sqlalchemy.exc import SQLAlchemyError

from bot.runtime.background import beside
from bot.runtime.live_events import LiveEvents
from bot.storage.database import Database

log = structlog.get_logger()

CHANNEL: Final = "frontdoor_rings"
NAMES_AT_ONCE: Final = 100  # a notification holds at most 8,000 bytes; a name has some 32
LOOK_SECONDS: Final = 30.0  # how often a silent connection is asked whether it is still there
RETRY_SECONDS: Final = (1.0, 2.0, 5.0, 10.0, 30.0)
# Its name is kept: operators have it in their rules and panels.
BREAKS = Counter("frontdoor_wire_breaks", "How often the wire between processes broke, by direction.", ["direction"])


@asynccontextmanager
async def bridged(database: Database, live_events: LiveEvents) -> AsyncIterator[None]:
    """Let events go to and come from other processes as long as the block lasts; does nothing on SQLite."""
    async with AsyncExitStack() as stack:
        if not database.is_sqlite:
            bridge = NotifyBridge(database, live_events)
            live_events.carry = bridge.take
            stack.callback(setattr, live_events, "carry", None)
            await stack.enter_async_context(beside(bridge.listen(), "wire_in"))
            await stack.enter_async_context(beside(bridge.send(), "wire_out"))
        yield


class NotifyBridge:
    """One process's end of the bridge."""

    def __init__(self, database: Database, live_events: LiveEvents) -> None:
        self.database = database
        self.live_events = live_events
        self.listening = asyncio.Event()
        self._origin = uuid.uuid4().hex
        self._address = make_url(database.url).set(drivername="postgresql").render_as_string(hide_password=False)
        self._waiting: dict[str, None] = {}
        self._work = asyncio.Event()

    def take(self, *names: str) -> None:
        """Take events of this process, to be sent to the others soon."""
        self._waiting.update(dict.fromkeys(names))
        self._work.set()

    async def send(self) -> None:
        """Send what was taken until cancelled; what cannot be sent is dropped, for the others look by themselves."""
        while True:
            await self._work.wait()
            self._work.clear()
            while self._waiting:
                names = list(self._waiting)[:NAMES_AT_ONCE]
                for name in names:
                    del self._waiting[name]
                try:
                    async with self.database.engine.begin() as connection:
                        payload = json.dumps([self._origin, *names])
                        await connection.execute(
                            text("SELECT pg_notify(:channel, :payload)"), {"channel": CHANNEL, "payload": payload}
                        )
                except (SQLAlchemyError, OSError) as error:
                    BREAKS.labels("out").inc()
                    log.warning("wire_broken", direction="out", error=type(error).__name__)
                    await asyncio.sleep(RETRY_SECONDS[0])

    async def listen(self) -> None:
        """Publish what others send until cancelled; after a break everybody is woken, for nobody knows what was missed."""
        import psycopg  # noqa: PLC0415 - SQLite, the default, needs no library of PostgreSQL

        breaks = 0
        while True:
            try:
                async with await psycopg.AsyncConnection.connect(
                    self._address, autocommit=True, connect_timeout=10
                ) as connection:
                    await connection.execute(f"LISTEN {CHANNEL}")
                    self.listening.set()
                    self.live_events.publish_here(*self.live_events.names())
                    while True:
                        async for notification in connection.notifies(timeout=LOOK_SECONDS):
                            self._hear(notification.payload)
                        await connection.execute("SELECT 1")
                        breaks = 0
            except (psycopg.Error, OSError) as error:
                self.listening.clear()
                BREAKS.labels("in").inc()
                log.warning("wire_broken", direction="in", error=type(error).__name__)
                await asyncio.sleep(RETRY_SECONDS[min(breaks, len(RETRY_SECONDS) - 1)])
                breaks += 1

    def _hear(self, payload: str) -> None:
        origin, *names = json.loads(payload)
        if origin != self._origin:
            self.live_events.publish_here(*names)
