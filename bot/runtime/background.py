"""Work that goes on after its request was answered, or beside it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from typing import Any

import structlog
from prometheus_client import Counter

log = structlog.get_logger()
BACKGROUND_FAILURES = Counter("frontdoor_background_failures", "Work after a request that failed.", ["error"])


class Background:
    """Tasks with an owner: none is forgotten, and all are awaited at the end."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def count(self) -> int:
        """Return how many are running."""
        return len(self._tasks)

    def start(self, work: Coroutine[Any, Any, object]) -> asyncio.Task[None]:
        """Run a coroutine on its own, and return its task; a failure is counted and logged by its kind."""
        task = asyncio.create_task(_watched(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def finished(self) -> None:
        """Wait until nothing runs any more."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    async def close(self, *, patience: float) -> None:
        """Wait for the tasks, at most so many seconds, then cancel the rest."""
        if self._tasks:
            _, late = await asyncio.wait(self._tasks, timeout=patience)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)


async def _watched(work: Coroutine[Any, Any, object]) -> None:
    try:
        await work
    except Exception as error:  # there is nobody to raise to; what was stored is taken up again from the database
        BACKGROUND_FAILURES.labels(type(error).__name__).inc()
        log.error("background_failed", error=type(error).__name__, exc_info=error)


@asynccontextmanager
async def every(seconds: float, job: Callable[[], Awaitable[object]], name: str, *, at_once: bool = False) -> AsyncIterator[None]:
    """Do a job from time to time as long as the block lasts, the first time now when `at_once`; the block does not wait for it."""

    async def loop() -> None:
        wait = 0.0 if at_once else seconds
        while True:
            await asyncio.sleep(wait)
            wait = seconds
            try:
                await job()
            except Exception as error:  # the next round tries again; the log says that one failed
                log.error("job_failed", job=name, error=type(error).__name__, exc_info=error)

    async with beside(loop(), name):
        yield


@asynccontextmanager
async def beside(work: Coroutine[Any, Any, None], name: str) -> AsyncIterator[None]:
    """Run a worker as long as the block lasts."""
    task = asyncio.create_task(work, name=name)
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
