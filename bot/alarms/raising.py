"""What raises an alarm: cases that wait too long, waves of cases that are alike, the self-test, a way that fails, a disk that fills."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.alarms.alarm import AlarmKind, other_ways, quiet_ways
from bot.alarms.due import MOST_AT_ONCE, AlarmsDue, NewlyDue, still_calling
from bot.alarms.ending import WAVE, key_of, mark_in
from bot.alarms.record import way_records
from bot.alarms.rounds import AlarmRounds
from bot.alarms.rules import AlarmRules
from bot.handoff.hours import latest
from bot.storage.tables import Alarm


class AlarmRaising:
    """Raises what is due by the rules of one program; the same reason raises one alarm, whichever process looks."""

    def __init__(self, rules: AlarmRules, rounds: AlarmRounds) -> None:
        self.rules = rules
        self.rounds = rounds

    async def raise_due(self, session: AsyncSession, found: AlarmsDue, now: datetime) -> None:
        """Raise what is due."""
        await self._raise_waves(session, found, now)
        await self._raise_cases(session, found.new, now)
        await self._raise_self_test(session, now)
        await self._raise_failing_ways(session, now)
        await self._raise_disk(session, now)

    async def _raise_cases(self, session: AsyncSession, found: Sequence[NewlyDue], now: datetime) -> None:
        if not found:
            return
        since = {due.case.id: due.since for due in found}
        for case in await still_calling(session, [due.case for due in found]):
            await self.rounds.open(session, AlarmKind.CASE, key=key_of(case), now=now, case=case, since=since[case.id])

    async def _raise_waves(self, session: AsyncSession, found: AlarmsDue, now: datetime) -> None:
        """Raise one alarm for each wave, however many are in it."""
        if not found.due:
            return
        alarms = await wave_alarms(session)
        for wave in found.waves:
            alarm, overdue = alarms.get(wave.mark), [case for case in wave.cases if case.id in found.due]
            if alarm is not None and (alarm.triage == wave.triage or not overdue):
                alarm.cases = len(wave.cases)
            elif overdue and (waiting := await still_calling(session, overdue[:MOST_AT_ONCE])):
                if alarm is not None:  # it has become more urgent, or less: that is another alarm
                    await self.rounds.finish(session, alarm, "changed", now)
                key = f"{WAVE}{wave.mark}:{wave.triage.value}:{now.isoformat()}"
                first, cases = waiting[0], len(wave.cases)
                await self.rounds.open(
                    session,
                    AlarmKind.CASE,
                    key=key,
                    now=now,
                    case=first,
                    triage=wave.triage,
                    since=first.waiting_since,
                    cases=cases,
                )

    async def _raise_self_test(self, session: AsyncSession, now: datetime) -> None:
        if self.rules.self_test_at is None or not self.rules.ways:
            return
        due = latest(self.rules.self_test_at, self.rules.zone, now)
        key = f"self_test:{due.date().isoformat()}"
        if not await session.scalar(select(Alarm.id).where(Alarm.key == key)):
            await self.rounds.open(session, AlarmKind.SELF_TEST, key=key, now=now)

    async def _raise_failing_ways(self, session: AsyncSession, now: datetime) -> None:
        """Tell of each way that does not work through the other ways, once a day."""
        for record in await way_records(session, self.rules.ways):
            others = other_ways(self.rules.ways, record.name)
            key = f"way:{record.name}:{now.astimezone(self.rules.zone).date().isoformat()}"
            if record.state != "failing" or not others or await session.scalar(select(Alarm.id).where(Alarm.key == key)):
                continue
            await self.rounds.open(session, AlarmKind.WAY, key=key, now=now, ways=others)

    async def _raise_disk(self, session: AsyncSession, now: datetime) -> None:
        """Tell that the disk is filling, once a day."""
        key = f"disk:{now.astimezone(self.rules.zone).date().isoformat()}"
        if not self.rules.ways or not self.rules.disk().filling or await session.scalar(select(Alarm.id).where(Alarm.key == key)):
            return
        await self.rounds.open(session, AlarmKind.DISK, key=key, now=now, ways=quiet_ways(self.rules.ways))


async def wave_alarms(session: AsyncSession) -> dict[str, Alarm]:
    """Return the alarms of waves that are not over, by mark."""
    found = await session.scalars(select(Alarm).where(Alarm.ended_at.is_(None), Alarm.key.startswith(WAVE)))
    return {mark: alarm for alarm in found if (mark := mark_in(alarm.key)) is not None}
