"""What raises an alarm: cases that wait too long, waves of cases that are alike, the self-test, a way that fails, a disk that fills."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.alarms.alarm import AlarmKind, other_ways, quiet_ways
from bot.alarms.ending import WAVE, key_of, mark_in
from bot.alarms.record import way_records
from bot.alarms.rounds import MOST_AT_ONCE, AlarmRounds
from bot.alarms.rules import AlarmRules
from bot.handoff.hours import latest
from bot.handoff.queue import urgent_since
from bot.handoff.waves import OpenCase, Wave, open_cases, waves
from bot.messages import Triage
from bot.storage.tables import Alarm, Handoff


class AlarmRaising:
    """Raises what is due by the rules of one program; the same reason raises one alarm, whichever process looks."""

    def __init__(self, rules: AlarmRules, rounds: AlarmRounds) -> None:
        self.rules = rules
        self.rounds = rounds

    async def raise_due(self, session: AsyncSession, now: datetime) -> bool:
        """Raise what is due; say whether there may be more than is raised at once."""
        more = await self._raise_cases(session, now)
        await self._raise_self_test(session, now)
        await self._raise_failing_ways(session, now)
        await self._raise_disk(session, now)
        return more

    async def _raise_cases(self, session: AsyncSession, now: datetime) -> bool:
        watched = set(self.rules.patience)
        if self.rules.other_patience and self.rules.duty.on_duty(now):
            watched = {level.value for level in Triage}  # who only asked for a person is told of as well, when somebody is there
        everybody = await open_cases(session)
        due = [
            case
            for case in everybody
            if case.triage in watched and calls(case) and not self.rules.may_wait(case.triage, case.waiting_since, now)
        ]
        if not due:
            return False
        known = set(
            await session.scalars(
                select(Alarm.key).join(Handoff, Handoff.id == Alarm.handoff_id).where(Handoff.closed_at.is_(None))
            )
        )
        in_waves, raised = await self._raise_waves(session, waves(everybody), {case.id for case in due}, now), 0
        for case in due:
            if case.id in in_waves or key_of(case) in known:
                continue
            since = await urgent_since(session, case)
            if not self.rules.may_wait(case.triage, since, now):
                await self.rounds.open(session, AlarmKind.CASE, key=key_of(case), now=now, case=case, since=since)
                raised += 1
            if raised == MOST_AT_ONCE:
                return True
        return False

    async def _raise_waves(self, session: AsyncSession, found: Sequence[Wave], due: set[str], now: datetime) -> set[str]:
        """Raise one alarm for each wave, however many are in it; return the cases that it covers."""
        alarms = await wave_alarms(session)
        for wave in found:
            alarm, overdue = alarms.get(wave.mark), [case for case in wave.cases if case.id in due]
            if alarm is not None and (alarm.triage == wave.triage or not overdue):
                alarm.cases = len(wave.cases)
            elif overdue:
                if alarm is not None:  # it has become more urgent, or less: that is another alarm
                    await self.rounds.finish(session, alarm, "changed", now)
                key = f"{WAVE}{wave.mark}:{wave.triage.value}:{now.isoformat()}"
                first, cases = overdue[0], len(wave.cases)
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
        return {case.id for wave in found for case in wave.cases}

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


def calls(case: OpenCase) -> bool:
    """Say whether a case that nobody has may call somebody: an emergency also when it was taken back, and none that was set aside."""
    wanted = case.withdrawn_at is None or case.triage is Triage.EMERGENCY
    return case.taken_by is None and case.set_aside_as is None and wanted


async def wave_alarms(session: AsyncSession) -> dict[str, Alarm]:
    """Return the alarms of waves that are not over, by mark."""
    found = await session.scalars(select(Alarm).where(Alarm.ended_at.is_(None), Alarm.key.startswith(WAVE)))
    return {mark: alarm for alarm in found if (mark := mark_in(alarm.key)) is not None}
