"""What is open is read once for all who look at the same moment, and anew as soon as something changes."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import event

from bot.console.open_queue import FRESH_SECONDS, OpenQueue
from bot.program import Program
from bot.runtime.live_events import QUEUE


async def looks(program: Program, queue: OpenQueue) -> int:
    """Return how many statements a look costs."""
    asked: list[str] = []

    def count(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        asked.append(statement)

    async with program.database.reading() as session:
        connection = (await session.connection()).sync_connection
        assert connection is not None
        event.listen(connection, "before_cursor_execute", count)
        await queue.read(session)
        event.remove(connection, "before_cursor_execute", count)
    return len(asked)


async def test_pages_that_look_at_the_same_moment_read_the_database_once(program: Program, writes) -> None:
    await writes("zamknęli mnie w piwnicy, pomocy", who="a")
    now = [0.0]
    queue = OpenQueue(program.live_events, clock=lambda: now[0])
    assert [await looks(program, queue) for _ in range(3)] == [2, 0, 0]
    now[0] = FRESH_SECONDS
    assert [await looks(program, queue) for _ in range(2)] == [2, 0]


async def test_those_who_write_have_their_turn_while_many_cases_are_read(
    program: Program, writes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.storage.slices.AT_ONCE", 1)
    for number in range(6):
        await writes("zamknęli mnie w piwnicy, pomocy", who=str(number))
    turns, queue = 0, OpenQueue(program.live_events)

    async def write() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    async with program.database.reading() as session:
        await session.connection()
        other = asyncio.create_task(write())
        assert len((await queue.read(session)).cases) == 6
        other.cancel()
    assert turns >= 6


async def test_who_asks_while_it_is_read_waits_for_that(program: Program, writes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.storage.slices.AT_ONCE", 1)
    await writes("zamknęli mnie w piwnicy, pomocy", who="a")
    queue = OpenQueue(program.live_events, clock=lambda: 0.0)
    assert sorted(await asyncio.gather(looks(program, queue), looks(program, queue))) == [0, 2]


async def test_what_changed_while_it_was_read_is_read_by_who_looks_next(program: Program, writes) -> None:
    await writes("zamknęli mnie w piwnicy, pomocy", who="a")
    changes = [True]

    def clock() -> float:
        if changes:
            changes.pop()
            program.live_events.publish(QUEUE)
        return 0.0

    queue = OpenQueue(program.live_events, clock=clock)
    assert [await looks(program, queue) for _ in range(3)] == [2, 2, 0]


async def test_whatever_changes_in_the_queue_is_seen_at_once(program: Program, consultant, writes) -> None:
    queue = OpenQueue(program.live_events, clock=lambda: 0.0)
    for number in range(3):
        await writes("zamknęli mnie w piwnicy, pomocy", who=str(number))
        async with program.database.reading() as session:
            assert len((await queue.read(session)).cases) == number + 1
    program.live_events.publish("a conversation")
    assert await looks(program, queue) == 0
    program.live_events.publish(QUEUE)
    assert await looks(program, queue) == 2
    ola = await consultant()
    case = (await queue_now(program, queue))[0]
    await ola.post(f"/cases/{case}/take")
    assert (await queue_now(program, queue, taken=True)) == [case]


async def queue_now(program: Program, queue: OpenQueue, *, taken: bool = False) -> list[str]:
    async with program.database.reading() as session:
        return [case.id for case in (await queue.read(session)).cases if (case.taken_by is not None) == taken]
