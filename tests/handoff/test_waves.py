"""The alarms of a wave are one alarm; whoever is no part of it has one of their own."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from bot.handoff.waves import open_cases, set_aside, waves
from bot.storage.tables import Alarm
from tests.alarms.conftest import Night

pytestmark = pytest.mark.program

FAKE = "szef mnie zamknął, pomocy"


async def flood(night: Night, count: int, text: str = FAKE, *, name: str = "fake") -> list[str]:
    return [await night.writes(f"{text} {number}", who=f"{name}{number}") for number in range(count)]


async def alarms(night: Night, *states: str) -> list[Alarm]:
    async with night.program.database.transaction() as session:
        found = await session.scalars(select(Alarm).where(Alarm.kind == "case", Alarm.state.in_(states or ("sounding",))))
        return list(found)


async def test_a_wave_raises_one_alarm_that_says_how_many(night: Night) -> None:
    await flood(night, 30)
    await night.passes(minutes=2)
    (alarm,) = await alarms(night)
    assert alarm.cases == 30
    (mail,) = night.mailbox.texts()
    assert "ZAGROŻENIE ŻYCIA: 30 podobnych rozmów" in mail
    assert len(night.twilio.calls) == 1


async def test_whoever_writes_their_own_words_in_a_flood_has_an_alarm_of_their_own(night: Night) -> None:
    await flood(night, 10)
    real = await night.writes("zamknęli nas w szklarni i zabrali telefony", who="real")
    await flood(night, 10, name="more")
    await night.passes(minutes=2)
    assert sorted(alarm.cases for alarm in await alarms(night)) == [1, 20]
    assert [alarm.handoff_id for alarm in await alarms(night) if alarm.cases == 1] == [real]


async def test_those_who_join_a_wave_join_its_alarm(night: Night) -> None:
    await flood(night, 10)
    await night.passes(minutes=2)
    await flood(night, 10, name="later")
    await night.passes(minutes=2)
    (alarm,) = await alarms(night)
    assert alarm.cases == 20


async def test_the_alarm_goes_on_for_the_others_when_one_of_the_wave_is_taken(night: Night) -> None:
    cases = await flood(night, 10)
    await night.passes(minutes=2)
    before = (await alarms(night))[0]
    async with night.program.database.transaction() as session:
        await night.program.alarms.acknowledge_case(session, cases[0], by="ola", now=night.clock())
    await night.take(cases[0])
    await night.passes(seconds=2)
    (alarm,) = await alarms(night)
    assert (alarm.id, alarm.handoff_id != cases[0], alarm.cases) == (before.id, True, 9)


async def test_a_wave_that_was_set_aside_calls_nobody(night: Night) -> None:
    await flood(night, 10)
    await night.passes(minutes=2)
    async with night.program.database.transaction() as session:
        (wave,) = waves(await open_cases(session))
        await set_aside(session, wave.mark, until=night.clock(), by="ola", now=night.clock())
    await night.passes(hours=1)
    assert await alarms(night, "sounding", "acknowledged") == []
    assert [alarm.ended_because for alarm in await alarms(night, "ended")] == ["set_aside"]


async def test_a_later_wave_of_the_same_words_calls_again(night: Night) -> None:
    cases = await flood(night, 6)
    await night.passes(minutes=2)
    for case in cases:
        await night.take(case)
    await night.passes(minutes=2)
    assert await alarms(night) == []
    await flood(night, 6, name="again")
    await night.passes(minutes=2)
    assert [alarm.cases for alarm in await alarms(night)] == [6]
