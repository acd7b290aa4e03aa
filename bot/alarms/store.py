"""The alarms as they are kept: raised, sounding round after round, acknowledged, ended; and whether the ways work.

Everything is in the database, so that a restart, or another process, goes on where this one stopped.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from itertools import chain
from typing import Final, Literal
from zoneinfo import ZoneInfo

from prometheus_client import Counter, Gauge
from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.alarms.alarm import LINK, AlarmKind, Links, first_ways, later_ways, other_ways, quiet_ways, way_names
from bot.alarms.ending import WAVE, cases_alarms_over, key_of, mark_in
from bot.alarms.record import WayRecord, WayState, way_records
from bot.handoff.hours import DutyHours, latest
from bot.handoff.queue import urgent_since
from bot.handoff.waves import OpenCase, Wave, open_cases, waves
from bot.messages import Triage
from bot.settings import Settings
from bot.storage.audit import PROGRAM, AuditLog
from bot.storage.capacity import Disk, disk_of
from bot.storage.claims import OPEN
from bot.storage.counts import count
from bot.storage.tables import Alarm, AlarmCall, Handoff
from bot.storage.vault import Vault

QUICK_ROUNDS: Final = 10  # then it sounds less often, but does not fall silent
SLOW_ROUND: Final = timedelta(minutes=15)
KEEP_TESTS: Final = timedelta(days=30)
SELF_TEST_LATE: Final = timedelta(hours=26)
WATCH_LATE: Final = timedelta(minutes=2)
CLOCK_STEP: Final = timedelta(minutes=1)  # what lies further ahead than it can was written when the clock was wrong
LONGEST_PAUSE: Final = timedelta(minutes=2)  # of a call: leases, retries and gaps between calls are shorter
IDS_AT_ONCE: Final = 500
MOST_AT_ONCE: Final = (
    50  # alarms that one look raises, or begins anew, in some 120 ms: nobody who writes waits for all of a flood
)

RAISED = Counter("frontdoor_alarms_raised", "Alarms, by kind and triage.", ["kind", "triage"])
SOUNDING = Gauge("frontdoor_alarms_sounding", "Alarms that nobody has answered.")


@dataclass(frozen=True)
class AlarmStatus:
    """Whether staff can be called. `ways` says of each way: working, failing, or untested; `records` says more.

    `problems` are codes for people to be told: no_ways, way_failing, self_test_late, watch_stopped.
    """

    state: Literal["off", "working", "failing"]
    ways: dict[str, WayState]
    problems: tuple[str, ...]
    records: tuple[WayRecord, ...] = ()


class AlarmStore:
    """Keeps the alarms of one program."""

    def __init__(self, settings: Settings, vault: Vault) -> None:
        self.ways = way_names(settings)
        self.links = Links.of(settings, vault)
        self.audit = AuditLog(vault)
        self.interface = settings.alarm_language
        self.patience = {
            Triage.EMERGENCY.value: timedelta(seconds=settings.alarm_emergency_seconds),
            Triage.HIGH.value: timedelta(seconds=settings.alarm_high_seconds),
        }
        self.other_patience = timedelta(minutes=settings.alarm_other_minutes)
        self.duty = DutyHours.read(settings)
        self.repeat = timedelta(seconds=settings.alarm_repeat_seconds)
        self.silence = timedelta(minutes=settings.alarm_acknowledged_minutes)
        self.self_test_at = None if settings.alarm_self_test == "off" else time.fromisoformat(settings.alarm_self_test)
        self.zone = ZoneInfo(settings.duty_timezone)
        self.disk: Callable[[], Disk] = lambda: disk_of(settings.data_dir)
        self.watched_at: datetime | None = None

    async def look(self, session: AsyncSession, now: datetime) -> bool:
        """Raise what is due, end what was seen to, begin the next rounds; say whether there may be more than one look does."""
        await self._set_clocks(session, now)
        await self._end(session, now)
        more = await self._raise_cases(session, now)
        await self._raise_self_test(session, now)
        await self._raise_failing_ways(session, now)
        await self._raise_disk(session, now)
        more = await self._go_on(session, now) or more
        sounding = await session.scalar(
            select(func.count()).select_from(Alarm).where(Alarm.state == "sounding", Alarm.kind == AlarmKind.CASE.value)
        )
        SOUNDING.set(sounding or 0)
        return more

    async def sounding(self, session: AsyncSession) -> Sequence[str]:
        """Return the ids of the alarms of cases that nobody has answered, the oldest first."""
        chosen = select(Alarm.id).where(Alarm.state == "sounding", Alarm.kind == AlarmKind.CASE.value).order_by(Alarm.raised_at)
        return (await session.scalars(chosen)).all()

    async def latest_test(self, session: AsyncSession) -> Alarm | None:
        """Return the newest test or self-test."""
        tests = (AlarmKind.TEST.value, AlarmKind.SELF_TEST.value)
        found: Alarm | None = await session.scalar(
            select(Alarm).where(Alarm.kind.in_(tests)).order_by(Alarm.raised_at.desc()).limit(1)
        )
        return found

    async def raise_test(self, session: AsyncSession, now: datetime) -> Alarm:
        """Call through all ways once, to see whether they work; the link in the message can be tried as well."""
        return await self._raise(session, AlarmKind.TEST, key=f"test:{secrets.token_hex(8)}", now=now)

    async def acknowledge(self, session: AsyncSession, alarm_id: str, *, by: str, now: datetime) -> bool:
        """Silence an alarm for a while, because somebody sees to it; False when it does not sound."""
        changed = await session.execute(
            update(Alarm)
            .where(Alarm.id == alarm_id, Alarm.state == "sounding")
            .values(
                state="acknowledged",
                heard_by=by,
                heard_at=now,
                generation=Alarm.generation + 1,
                next_round_at=now + self.silence,
            )
            .execution_options(synchronize_session=False)
        )
        if getattr(changed, "rowcount", 0) != 1:
            return False
        await self._cancel(session, alarm_id, now)
        if by.startswith(LINK):  # the console writes down by itself who pressed there
            await self.audit.record(session, staff_id=PROGRAM, action="alarm_acknowledged", subject=f"{alarm_id} {by}", now=now)
        return True

    async def acknowledge_case(self, session: AsyncSession, handoff_id: str, *, by: str, now: datetime) -> bool:
        """Silence the alarms of a case; False when none sounds. That of a wave goes on: the others still wait."""
        found = await session.scalars(
            select(Alarm.id).where(Alarm.handoff_id == handoff_id, Alarm.state == "sounding", ~Alarm.key.startswith(WAVE))
        )
        return any([await self.acknowledge(session, alarm_id, by=by, now=now) for alarm_id in found.all()])

    async def status(self, session: AsyncSession, now: datetime) -> AlarmStatus:
        """Say whether staff can be called, by what happened to the latest calls."""
        if not self.ways:
            return AlarmStatus("off", {}, ("no_ways",))
        records = tuple(await way_records(session, self.ways))
        ways = {record.name: record.state for record in records}
        problems = ["way_failing"] if "failing" in ways.values() else []
        if await self._self_test_is_late(session, now):
            problems.append("self_test_late")
        if self.watched_at is not None and now - self.watched_at > WATCH_LATE:
            problems.append("watch_stopped")
        return AlarmStatus("failing" if problems else "working", ways, tuple(problems), records)

    async def forget_old(self, session: AsyncSession, now: datetime) -> None:
        """Delete alarms whose time is over."""
        await session.execute(delete(Alarm).where(Alarm.expires_at < now))

    async def _self_test_is_late(self, session: AsyncSession, now: datetime) -> bool:
        if self.self_test_at is None or self.watched_at is None:
            return False
        last = await session.scalar(select(func.max(Alarm.raised_at)).where(Alarm.kind == AlarmKind.SELF_TEST.value))
        return last is None or now - last > SELF_TEST_LATE

    async def _raise_cases(self, session: AsyncSession, now: datetime) -> bool:
        watched = set(self.patience)
        if self.other_patience and self.duty.on_duty(now):
            watched = {level.value for level in Triage}  # who only asked for a person is told of as well, when somebody is there
        everybody = await open_cases(session)
        due = [
            case
            for case in everybody
            if case.triage in watched and calls(case) and not self._may_wait(case, case.waiting_since, now)
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
            if not self._may_wait(case, since, now):
                await self._raise(session, AlarmKind.CASE, key=key_of(case), now=now, case=case, since=since)
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
                    await self._finish(session, alarm, "changed", now)
                key = f"{WAVE}{wave.mark}:{wave.triage.value}:{now.isoformat()}"
                first, cases = overdue[0], len(wave.cases)
                await self._raise(
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

    def _may_wait(self, case: OpenCase, since: datetime, now: datetime) -> bool:
        return -CLOCK_STEP < now - since < self.patience.get(case.triage, self.other_patience)

    async def _set_clocks(self, session: AsyncSession, now: datetime) -> None:
        """After the machine's clock was set back nothing may wait until the old time comes again."""
        longest = max(self.repeat, SLOW_ROUND, self.silence, self.other_patience)
        await session.execute(
            update(Alarm)
            .where(Alarm.ended_at.is_(None), Alarm.next_round_at > now + longest + CLOCK_STEP)
            .values(next_round_at=now)
            .execution_options(synchronize_session=False)
        )
        await session.execute(
            update(AlarmCall)
            .where(AlarmCall.state.in_(OPEN), AlarmCall.due_at > now + LONGEST_PAUSE + CLOCK_STEP)
            .values(due_at=now)
            .execution_options(synchronize_session=False)
        )

    async def _raise_self_test(self, session: AsyncSession, now: datetime) -> None:
        if self.self_test_at is None or not self.ways:
            return
        due = latest(self.self_test_at, self.zone, now)
        key = f"self_test:{due.date().isoformat()}"
        if not await session.scalar(select(Alarm.id).where(Alarm.key == key)):
            await self._raise(session, AlarmKind.SELF_TEST, key=key, now=now)

    async def _raise_failing_ways(self, session: AsyncSession, now: datetime) -> None:
        """Tell of each way that does not work through the other ways, once a day."""
        for record in await way_records(session, self.ways):
            others = other_ways(self.ways, record.name)
            key = f"way:{record.name}:{now.astimezone(self.zone).date().isoformat()}"
            if record.state != "failing" or not others or await session.scalar(select(Alarm.id).where(Alarm.key == key)):
                continue
            await self._raise(session, AlarmKind.WAY, key=key, now=now, ways=others)

    async def _raise_disk(self, session: AsyncSession, now: datetime) -> None:
        """Tell that the disk is filling, once a day."""
        key = f"disk:{now.astimezone(self.zone).date().isoformat()}"
        if not self.ways or not self.disk().filling or await session.scalar(select(Alarm.id).where(Alarm.key == key)):
            return
        await self._raise(session, AlarmKind.DISK, key=key, now=now, ways=quiet_ways(self.ways))

    async def _raise(
        self,
        session: AsyncSession,
        kind: AlarmKind,
        *,
        key: str,
        now: datetime,
        case: OpenCase | None = None,
        triage: Triage | None = None,
        since: datetime | None = None,
        ways: Sequence[str] | None = None,
        cases: int = 1,
    ) -> Alarm:
        triage = triage or (Triage.NONE if case is None else case.triage)
        alarm = Alarm(
            id=secrets.token_hex(8),
            key=key,
            kind=kind.value,
            handoff_id=None if case is None else case.id,
            triage=triage.value,
            language="pl" if case is None else case.language,
            since=since or now,
            cases=cases,
            raised_at=now,
            state="sounding",
            round=0,
            next_round_at=now,
            generation=0,
            expires_at=now + KEEP_TESTS if case is None else case.expires_at,
        )
        session.add(alarm)
        await session.flush()
        chosen = ways or (first_ways(self.ways, triage) if kind is AlarmKind.CASE else self.ways)
        await self._begin_round(session, alarm, chosen, now)
        RAISED.labels(kind.value, triage.value).inc()
        if kind is AlarmKind.CASE:
            count(session, now, "alarms", triage.value)
        return alarm

    async def _begin_round(self, session: AsyncSession, alarm: Alarm, ways: Sequence[str], now: datetime) -> None:
        await self._cancel(session, alarm.id, now, states=("due",))
        session.add_all(AlarmCall(alarm_id=alarm.id, way=way, state="due", attempts=0, due_at=now) for way in ways)
        alarm.round += 1
        pause = self.repeat if alarm.round < QUICK_ROUNDS else SLOW_ROUND
        if not Triage(alarm.triage).needs_person:
            pause = self.other_patience
        alarm.next_round_at = now + pause if alarm.kind == AlarmKind.CASE else None
        await session.flush()

    async def _go_on(self, session: AsyncSession, now: datetime) -> bool:
        """Begin the next round of what still sounds, or was acknowledged and not taken; say whether there may be more of them."""
        due = select(Alarm).where(
            Alarm.state.in_(("sounding", "acknowledged")), Alarm.next_round_at <= now, Alarm.kind == AlarmKind.CASE.value
        )
        if not self.duty.on_duty(now):  # who only asked for a person is told of again when somebody is there
            due = due.where(Alarm.triage.in_([level.value for level in Triage if level.needs_person]))
        begun = (await session.scalars(due.order_by(Alarm.next_round_at).limit(MOST_AT_ONCE))).all()
        for alarm in begun:
            if alarm.state == "acknowledged":
                alarm.state, alarm.round = "sounding", 0
            elif alarm.round == 1 and alarm.heard_at is None:  # nobody answered and nobody took the case: it sounds again
                count(session, now, "alarms_missed", alarm.triage)
            await self._begin_round(session, alarm, later_ways(self.ways, Triage(alarm.triage)), now)
        return len(begun) == MOST_AT_ONCE

    async def _end(self, session: AsyncSession, now: datetime) -> None:
        """End the alarms of cases that were taken or closed, or whose triage changed; and tests that went their way."""
        over = await cases_alarms_over(session)
        others: dict[str, Wave] | None = None
        for alarm in await self._of_ids(session, over):
            if (mark := mark_in(alarm.key)) is not None:
                if others is None:
                    others = {wave.mark: wave for wave in waves(await open_cases(session))}
                if mark in others:  # the one that stood for all was taken or closed; the others still wait
                    alarm.handoff_id = others[mark].first.id
                    continue
            await self._finish(session, alarm, over[alarm.id], now)
        tests = select(Alarm).where(Alarm.ended_at.is_(None), Alarm.kind != AlarmKind.CASE.value)
        for alarm in (await session.scalars(tests)).all():
            if (because := await self._test_over(session, alarm, now)) is not None:
                await self._finish(session, alarm, because, now)
        await session.flush()

    async def _of_ids(self, session: AsyncSession, ids: Collection[str]) -> list[Alarm]:
        chosen = list(ids)
        found = [
            await session.scalars(select(Alarm).where(Alarm.id.in_(chosen[at : at + IDS_AT_ONCE])))
            for at in range(0, len(chosen), IDS_AT_ONCE)
        ]
        return list(chain.from_iterable(part.all() for part in found))

    async def _finish(self, session: AsyncSession, alarm: Alarm, because: str, now: datetime) -> None:
        alarm.state, alarm.ended_at, alarm.ended_because = "ended", now, because
        await self._cancel(session, alarm.id, now)

    async def _test_over(self, session: AsyncSession, alarm: Alarm, now: datetime) -> str | None:
        """Say whether a test is over: a self-test with its calls; another waits an hour for somebody to try the link."""
        if alarm.kind == AlarmKind.TEST and alarm.state == "sounding" and now - alarm.raised_at < timedelta(hours=1):
            return None
        left = select(func.count()).select_from(AlarmCall).where(AlarmCall.alarm_id == alarm.id, AlarmCall.state.in_(OPEN))
        return None if await session.scalar(left) else "done"

    async def _cancel(self, session: AsyncSession, alarm_id: str, now: datetime, *, states: Sequence[str] = OPEN) -> None:
        await session.execute(
            update(AlarmCall)
            .where(AlarmCall.alarm_id == alarm_id, AlarmCall.state.in_(states))
            .values(state="cancelled", finished_at=now)
            .execution_options(synchronize_session=False)
        )


def calls(case: OpenCase) -> bool:
    """Say whether a case that nobody has may call somebody: an emergency also when it was taken back, and none that was set aside."""
    wanted = case.withdrawn_at is None or case.triage is Triage.EMERGENCY
    return case.taken_by is None and case.set_aside_as is None and wanted


async def wave_alarms(session: AsyncSession) -> dict[str, Alarm]:
    """Return the alarms of waves that are not over, by mark."""
    found = await session.scalars(select(Alarm).where(Alarm.ended_at.is_(None), Alarm.key.startswith(WAVE)))
    return {mark: alarm for alarm in found if (mark := mark_in(alarm.key)) is not None}
