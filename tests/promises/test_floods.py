"""A flood of false emergencies hides nobody, wakes staff once for all of it, and takes nothing from anybody."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import func, select

from bot.alarms.watch import AlarmWatch
from bot.handoff.waves import bring_back, open_cases, set_aside, waves
from bot.program import Program
from bot.storage.tables import Alarm, Handoff, Message
from tests.conversation.test_frontdoor import count, inbound
from tests.support import Clock, look_at_alarms


async def flooded(program: Program, clock: Clock) -> str:
    """Let a hundred send the same words, and one in the middle their own; return the case of that one."""
    for number in range(100):
        await program.frontdoor.receive(inbound(f"zamknęli mnie, pomocy {number}", who=f"fake{number}"))
        if number == 50:
            await program.frontdoor.receive(inbound("zamknęli nas w szklarni pod Kaliszem", who="real"))
    clock.move(minutes=2)
    async with program.database.transaction() as session:
        conversation = await program.conversations.find(session, "web", "real")
        assert conversation is not None
        case = await program.queue.of_conversation(session, conversation.id)
    assert case is not None
    return case.id


async def test_the_real_one_is_in_no_wave_and_has_an_alarm_of_its_own(program: Program, clock: Clock) -> None:
    real = await flooded(program, clock)
    await AlarmWatch(program, {}).look_once()
    async with program.database.transaction() as session:
        (wave,) = waves(await open_cases(session))
        alarms = {alarm.handoff_id: alarm.cases for alarm in await session.scalars(select(Alarm).where(Alarm.kind == "case"))}
    assert real not in {case.id for case in wave.cases}
    assert len(wave.cases) == 100
    assert sorted(alarms.values()) == [1, 100]
    assert alarms[real] == 1


async def test_setting_aside_closes_and_deletes_nothing_and_is_undone_whole(program: Program, clock: Clock) -> None:
    await flooded(program, clock)
    messages = await count(program, Message)
    async with program.database.transaction() as session:
        (wave,) = waves(await open_cases(session))
        assert len(await set_aside(session, wave.mark, until=clock(), by="ola", now=clock())) == 100
        assert waves(await open_cases(session)) == []
    assert await count(program, Message) == messages
    async with program.database.transaction() as session:
        assert await session.scalar(select(func.count()).where(Handoff.closed_at.is_not(None))) == 0
        assert await bring_back(session, wave.mark) == 100
        assert len(waves(await open_cases(session))[0].cases) == 100


async def test_nobody_waits_for_the_alarms_of_all_who_are_unlike(
    program: Program, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.alarms.due.MOST_AT_ONCE", 2)
    for number in range(19):  # too few for a wave
        await program.frontdoor.receive(inbound(f"zamknęli mnie {'abcdefghijklmnopqrst'[number] * 4}", who=f"fake{number}"))
    clock.move(minutes=2)
    looking = asyncio.create_task(AlarmWatch(program, {}).look_once())
    await program.frontdoor.receive(inbound("jak mi pomożecie", who="stranger"))
    assert await count(program, Alarm) < 19
    await looking
    assert await count(program, Alarm) == 19


async def test_nobody_waits_for_the_next_round_of_all_of_them_either(
    program: Program, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(9):
        await program.frontdoor.receive(inbound(f"zamknęli mnie {'abcdefghi'[number] * 4}", who=f"fake{number}"))
    clock.move(minutes=2)
    await AlarmWatch(program, {}).look_once()
    monkeypatch.setattr("bot.alarms.rounds.MOST_AT_ONCE", 4)
    clock.move(minutes=20)
    rounds = []
    for _ in range(3):
        async with program.database.transaction() as session:
            more = await look_at_alarms(program, session)
            rounds.append((more, (await session.scalars(select(func.count()).where(Alarm.round == 2))).one()))
    assert rounds == [(True, 4), (True, 8), (False, 9)]
