"""Jobs that are done from time to time."""

from __future__ import annotations

import asyncio

from bot.runtime.background import every

PATIENCE = 20  # seconds, on a machine that is busy


async def test_a_job_is_done_at_once_where_that_is_wanted_and_nobody_waits_for_it() -> None:
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def job() -> None:
        begun.set()
        await go_on.wait()

    async with asyncio.timeout(PATIENCE), every(3600, job, "job", at_once=True):
        assert not begun.is_set()  # the block has begun before it
        await begun.wait()


async def test_a_job_that_fails_is_done_again() -> None:
    done = asyncio.Semaphore(0)

    async def job() -> None:
        done.release()
        raise RuntimeError("once more")

    async with asyncio.timeout(PATIENCE), every(0.001, job, "job"):
        for _ in range(3):
            await done.acquire()


async def test_a_job_that_is_not_wanted_at_once_waits() -> None:
    begun = asyncio.Event()

    async def job() -> None:
        begun.set()

    async with every(3600, job, "job"):
        for _ in range(10):
            await asyncio.sleep(0)
        assert not begun.is_set()
