"""Tells those who wait that something changed: in this process, and in others by PostgreSQL (bot/runtime/notify_bridge.py)."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager

QUEUE = "queue"
OUTBOX = "outbox"
ERASURE = "farewell"  # so it is called between processes, whichever release they run


class LiveEvents:
    """Published by name: a conversation's id, QUEUE, OUTBOX or ERASURE.

    Whoever is woken looks into the database; an event carries nothing.
    """

    def __init__(self) -> None:
        self._waiting: defaultdict[str, set[asyncio.Event]] = defaultdict(set)
        self.carry: Callable[..., None] | None = None
        self.subscribers: list[Callable[[str], None]] = []

    def publish(self, *names: str) -> None:
        """Wake everybody who listens to one of the names, here and in other processes."""
        self.publish_here(*names)
        if self.carry is not None:
            self.carry(*names)

    def publish_here(self, *names: str) -> None:
        """Wake everybody in this process who listens to one of the names; `hearers` are told every name."""
        for name in names:
            for hear in self.subscribers:
                hear(name)
            for event in self._waiting.get(name, ()):
                event.set()

    def names(self) -> list[str]:
        """Return the names that somebody listens to."""
        return list(self._waiting)

    def publish_all(self) -> None:
        """Wake everybody here: the program is stopping."""
        self.publish_here(*self.names())

    @contextmanager
    def listen(self, name: str) -> Iterator[asyncio.Event]:
        """Yield what is set whenever the name is published; the listener clears it before it looks."""
        event = asyncio.Event()
        self._waiting[name].add(event)
        try:
            yield event
        finally:
            self._waiting[name].discard(event)
            if not self._waiting[name]:
                del self._waiting[name]


class ConversationTurns:
    """One turn at a time for each conversation, in the order in which they were asked for."""

    def __init__(self) -> None:
        self._locks: dict[str, tuple[asyncio.Lock, int]] = {}

    @contextmanager
    def _counted(self, name: str) -> Iterator[asyncio.Lock]:
        lock, users = self._locks.get(name, (asyncio.Lock(), 0))
        self._locks[name] = (lock, users + 1)
        try:
            yield lock
        finally:
            lock, users = self._locks[name]
            if users == 1:
                del self._locks[name]
            else:
                self._locks[name] = (lock, users - 1)

    def taken(self, name: str) -> bool:
        """Say whether it is a conversation's turn now."""
        return name in self._locks

    def of(self, name: str) -> _ConversationTurn:
        """Return the turn of a conversation, to be used with `async with`."""
        return _ConversationTurn(self, name)


class _ConversationTurn:
    def __init__(self, turns: ConversationTurns, name: str) -> None:
        self._counted = turns._counted(name)

    async def __aenter__(self) -> None:
        self._lock = self._counted.__enter__()
        try:
            await self._lock.acquire()
        except BaseException:
            self._counted.__exit__(None, None, None)
            raise

    async def __aexit__(self, *_: object) -> None:
        self._lock.release()
        self._counted.__exit__(None, None, None)
