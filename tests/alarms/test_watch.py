"""The watch of the alarms looks, goes on after a crash, and is missed when it does not look."""

from __future__ import annotations

import asyncio
import json
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from bot.alarms.due import AlarmsDue
from bot.storage.database import DatabaseUnavailable
from bot.storage.tables import Conversation
from tests.alarms.conftest import NONE, ONE_EACH, Night
from tests.support import look_at_alarms


async def test_a_restart_in_the_middle_goes_on_where_it_stopped(night: Night) -> None:
    await night.writes()
    night.clock.move(seconds=60)
    async with night.program.database.transaction() as session:  # claimed, and then the process dies
        await look_at_alarms(night.program, session)
        assert len(await night.watch._claim(session, night.clock())) == 5
    watch = await night.restart()
    await watch.look_once()
    assert night.counts() == NONE
    night.clock.move(seconds=60)
    await watch.look_once()
    assert night.counts() == ONE_EACH
    assert len(await night.alarms()) == 1


async def test_two_processes_raise_one_alarm(night: Night) -> None:
    other = await night.restart()
    await night.writes()
    await night.passes(seconds=60)
    await other.look_once()
    assert night.counts() == ONE_EACH


async def test_an_erased_conversation_ends_its_alarm(night: Night) -> None:
    case = await night.writes()
    await night.passes(seconds=60)
    conversation = (await night.case(case)).conversation_id
    async with night.program.database.transaction() as session:
        await session.delete(await session.get(Conversation, conversation))
    await night.passes(minutes=5)
    assert await night.alarms() == []
    assert night.counts() == ONE_EACH


async def test_a_clock_that_is_set_back_delays_no_alarm(night: Night) -> None:
    await night.writes()
    await night.passes(hours=-5)
    assert night.counts() == ONE_EACH
    assert json.loads(night.hook.posts[0][1])["waits_seconds"] == 0
    await night.writes(who="b")
    night.hook.statuses = [500]
    await night.passes(seconds=60)
    failed, before = night.counts(), len(await night.alarms())
    await night.passes(hours=-5)
    assert night.counts()["email"] == failed["email"] + 2  # both sound again at once
    assert night.counts()["webhook"] > failed["webhook"]
    assert night.counts()["call"] == failed["call"] + 1
    assert len(await night.alarms()) == before == 2


async def test_a_watch_that_cannot_store_what_it_saw_does_not_count_as_watching(
    night: Night, monkeypatch: pytest.MonkeyPatch
) -> None:
    from bot.storage import database

    async def full(_session: Any) -> None:
        raise OSError("no space left on device")

    await night.passes()
    with monkeypatch.context() as broken:
        broken.setattr(database, "store_counts", full)
        await night.passes(minutes=3)
    assert await night.state() == ("failing", ("watch_stopped",))


async def test_a_watch_that_never_could_look_is_missed(night: Night, monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(_session: Any, _found: Any, _now: Any) -> None:
        raise RuntimeError

    monkeypatch.setattr(night.program.alarms, "see_to", broken)
    async with asyncio.TaskGroup() as group:
        running = group.create_task(night.watch.run())
        await asyncio.sleep(0)  # it begins, and fails
        night.clock.move(minutes=3)
        assert await night.state() == ("failing", ("watch_stopped",))
        running.cancel()


async def test_a_call_goes_out_although_the_database_cannot_be_read_afterwards(
    night: Night, monkeypatch: pytest.MonkeyPatch
) -> None:
    await night.writes()
    night.clock.move(seconds=60)
    reads = iter([night.program.alarms.sounding])

    async def once(session: AsyncSession) -> frozenset[str]:
        read = next(reads, None)
        if read is None:
            raise DatabaseUnavailable
        return await read(session)

    monkeypatch.setattr(night.program.alarms, "sounding", once)
    await night.watch.look_once()
    assert night.counts() == ONE_EACH


async def test_who_writes_waits_for_no_look_at_the_queue(night: Night, monkeypatch: pytest.MonkeyPatch) -> None:
    await night.writes()
    look, written = night.program.alarms.due, []

    async def long(session: AsyncSession, now: datetime) -> AlarmsDue:
        found = await look(session, now)
        async with asyncio.timeout(5), asyncio.TaskGroup() as others:
            others.create_task(night.writes(who="b"))
        written.append(len(found.due))
        return found

    monkeypatch.setattr(night.program.alarms, "due", long)
    await night.passes(seconds=60)
    assert written == [1]
    assert night.counts() == ONE_EACH


async def test_a_case_that_is_taken_while_the_watch_looks_calls_nobody(night: Night) -> None:
    case = await night.writes()
    night.clock.move(seconds=60)
    async with night.program.database.reading() as session:
        found = await night.program.alarms.due(session, night.clock())
    assert [due.case.id for due in found.new] == [case]
    await night.take(case)
    async with night.program.database.transaction() as session:
        await night.program.alarms.see_to(session, found, night.clock())
    assert await night.alarms() == []


async def test_a_case_that_comes_back_while_the_watch_looks_keeps_its_alarm(night: Night) -> None:
    case = await night.writes()
    await night.passes(seconds=60)
    await night.set_aside(case, "a wave")
    async with night.program.database.reading() as session:
        found = await night.program.alarms.due(session, night.clock())
    assert len(found.ending) == 1
    await night.set_aside(case, None)
    async with night.program.database.transaction() as session:
        await night.program.alarms.see_to(session, found, night.clock())
    assert [alarm.state for alarm in await night.alarms()] == ["sounding"]


async def test_a_wave_that_is_set_aside_while_the_watch_looks_calls_nobody(night: Night) -> None:
    cases = [await night.writes(who=who) for who in "abcde"]
    night.clock.move(seconds=60)
    async with night.program.database.reading() as session:
        found = await night.program.alarms.due(session, night.clock())
    assert [len(wave.cases) for wave in found.waves] == [5]
    for case in cases:
        await night.set_aside(case, "a wave")
    async with night.program.database.transaction() as session:
        await night.program.alarms.see_to(session, found, night.clock())
    assert await night.alarms() == []
