"""The alarms as they are kept: looked at, asked for, acknowledged, ended; and whether the ways work."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

from prometheus_client import Gauge
from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.alarms.alarm import LINK, AlarmKind, Links
from bot.alarms.due import AlarmsDue, alarms_due
from bot.alarms.ending import WAVE, cases_alarms_over, mark_in
from bot.alarms.raising import AlarmRaising
from bot.alarms.record import WayRecord, WayState, way_records
from bot.alarms.rounds import AlarmRounds
from bot.alarms.rules import AlarmRules
from bot.settings import Settings
from bot.storage.audit import PROGRAM, AuditLog
from bot.storage.claims import OPEN
from bot.storage.slices import in_slices
from bot.storage.tables import Alarm, AlarmCall
from bot.storage.vault import Vault

SELF_TEST_LATE: Final = timedelta(hours=26)
WATCH_LATE: Final = timedelta(minutes=2)

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
        self.rules = AlarmRules.of(settings)
        self.rounds = AlarmRounds(self.rules)
        self.raising = AlarmRaising(self.rules, self.rounds)
        self.links = Links.of(settings, vault)
        self.audit = AuditLog(vault)
        self.interface = settings.alarm_language
        self.watched_at: datetime | None = None

    async def due(self, session: AsyncSession, now: datetime) -> AlarmsDue:
        """Return what is overdue in a snapshot, for `see_to`."""
        return await alarms_due(session, self.rules, now)

    async def see_to(self, session: AsyncSession, found: AlarmsDue, now: datetime) -> bool:
        """Raise what is due, end what was seen to, begin the next rounds; say whether there may be more than is done at once."""
        await self.rounds.set_clocks(session, now)
        await self._end(session, found, now)
        await self.raising.raise_due(session, found, now)
        return await self.rounds.go_on(session, now) or found.more

    async def sounding(self, session: AsyncSession) -> frozenset[str]:
        """Return the ids of the alarms of cases that nobody has answered."""
        chosen = select(Alarm.id).where(Alarm.state == "sounding", Alarm.kind == AlarmKind.CASE.value)
        found = frozenset([alarm_id async for (alarm_id,) in in_slices(session, chosen)])
        SOUNDING.set(len(found))
        return found

    async def latest_test(self, session: AsyncSession) -> Alarm | None:
        """Return the newest test or self-test."""
        tests = (AlarmKind.TEST.value, AlarmKind.SELF_TEST.value)
        found: Alarm | None = await session.scalar(
            select(Alarm).where(Alarm.kind.in_(tests)).order_by(Alarm.raised_at.desc()).limit(1)
        )
        return found

    async def raise_test(self, session: AsyncSession, now: datetime) -> Alarm:
        """Call through all ways once, to see whether they work; the link in the message can be tried as well."""
        return await self.rounds.open(session, AlarmKind.TEST, key=f"test:{secrets.token_hex(8)}", now=now)

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
                next_round_at=now + self.rules.silence,
            )
            .execution_options(synchronize_session=False)
        )
        if getattr(changed, "rowcount", 0) != 1:
            return False
        await self.rounds.cancel(session, alarm_id, now)
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
        if not self.rules.ways:
            return AlarmStatus("off", {}, ("no_ways",))
        records = tuple(await way_records(session, self.rules.ways))
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
        if self.rules.self_test_at is None or self.watched_at is None:
            return False
        last = await session.scalar(select(func.max(Alarm.raised_at)).where(Alarm.kind == AlarmKind.SELF_TEST.value))
        return last is None or now - last > SELF_TEST_LATE

    async def _end(self, session: AsyncSession, found: AlarmsDue, now: datetime) -> None:
        """End the alarms of cases that were taken or closed, or whose triage changed; and tests that went their way."""
        if found.ending:
            over = await cases_alarms_over(session, of=found.ending)
            others = {wave.mark: wave for wave in found.waves}
            for alarm in (await session.scalars(select(Alarm).where(Alarm.id.in_(over)))).all():
                mark = mark_in(alarm.key)
                if mark in others:  # the one that stood for all was taken or closed; the others still wait
                    alarm.handoff_id = others[mark].first.id
                else:
                    await self.rounds.finish(session, alarm, over[alarm.id], now)
        tests = select(Alarm).where(Alarm.ended_at.is_(None), Alarm.kind != AlarmKind.CASE.value)
        for alarm in (await session.scalars(tests)).all():
            if (because := await self._test_over(session, alarm, now)) is not None:
                await self.rounds.finish(session, alarm, because, now)
        await session.flush()

    async def _test_over(self, session: AsyncSession, alarm: Alarm, now: datetime) -> str | None:
        """Say whether a test is over: a self-test with its calls; another waits an hour for somebody to try the link."""
        if alarm.kind == AlarmKind.TEST and alarm.state == "sounding" and now - alarm.raised_at < timedelta(hours=1):
            return None
        left = select(func.count()).select_from(AlarmCall).where(AlarmCall.alarm_id == alarm.id, AlarmCall.state.in_(OPEN))
        return None if await session.scalar(left) else "done"
