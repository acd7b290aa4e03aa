"""The rounds of an alarm: it is opened, sounds round after round, and is ended.

Everything is in the database, so that a restart, or another process, goes on where this one stopped.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from prometheus_client import Counter
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.alarms.alarm import AlarmKind, first_ways, later_ways
from bot.alarms.due import MOST_AT_ONCE
from bot.alarms.rules import CLOCK_STEP, AlarmRules
from bot.handoff.waves import OpenCase
from bot.messages import Triage
from bot.storage.claims import OPEN
from bot.storage.counts import count
from bot.storage.tables import Alarm, AlarmCall

QUICK_ROUNDS: Final = 10  # then it sounds less often, but does not fall silent
SLOW_ROUND: Final = timedelta(minutes=15)
KEEP_TESTS: Final = timedelta(days=30)
LONGEST_PAUSE: Final = timedelta(minutes=2)  # of a call: leases, retries and gaps between calls are shorter

RAISED = Counter("frontdoor_alarms_raised", "Alarms, by kind and triage.", ["kind", "triage"])


class AlarmRounds:
    """Lets alarms sound by the rules of one program."""

    def __init__(self, rules: AlarmRules) -> None:
        self.rules = rules

    async def open(
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
        """Raise an alarm and begin its first round."""
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
        chosen = ways or (first_ways(self.rules.ways, triage) if kind is AlarmKind.CASE else self.rules.ways)
        await self._begin(session, alarm, chosen, now)
        RAISED.labels(kind.value, triage.value).inc()
        if kind is AlarmKind.CASE:
            count(session, now, "alarms", triage.value)
        return alarm

    async def go_on(self, session: AsyncSession, now: datetime) -> bool:
        """Begin the next round of what still sounds, or was acknowledged and not taken; say whether there may be more of them."""
        due = select(Alarm).where(
            Alarm.state.in_(("sounding", "acknowledged")), Alarm.next_round_at <= now, Alarm.kind == AlarmKind.CASE.value
        )
        if not self.rules.duty.on_duty(now):  # who only asked for a person is told of again when somebody is there
            due = due.where(Alarm.triage.in_([level.value for level in Triage if level.needs_person]))
        begun = (await session.scalars(due.order_by(Alarm.next_round_at).limit(MOST_AT_ONCE))).all()
        for alarm in begun:
            if alarm.state == "acknowledged":
                alarm.state, alarm.round = "sounding", 0
            elif alarm.round == 1 and alarm.heard_at is None:  # nobody answered and nobody took the case: it sounds again
                count(session, now, "alarms_missed", alarm.triage)
            await self.cancel(session, alarm.id, now, states=("due",))  # of the round before
            await self._begin(session, alarm, later_ways(self.rules.ways, Triage(alarm.triage)), now)
        return len(begun) == MOST_AT_ONCE

    async def finish(self, session: AsyncSession, alarm: Alarm, because: str, now: datetime) -> None:
        """End an alarm, with what it still would have called."""
        alarm.state, alarm.ended_at, alarm.ended_because = "ended", now, because
        await self.cancel(session, alarm.id, now)

    async def cancel(self, session: AsyncSession, alarm_id: str, now: datetime, *, states: Sequence[str] = OPEN) -> None:
        """Take back the calls of an alarm that are not over."""
        await session.execute(
            update(AlarmCall)
            .where(AlarmCall.alarm_id == alarm_id, AlarmCall.state.in_(states))
            .values(state="cancelled", finished_at=now)
            .execution_options(synchronize_session=False)
        )

    async def set_clocks(self, session: AsyncSession, now: datetime) -> None:
        """After the machine's clock was set back nothing may wait until the old time comes again."""
        longest = max(self.rules.repeat, SLOW_ROUND, self.rules.silence, self.rules.other_patience)
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

    async def _begin(self, session: AsyncSession, alarm: Alarm, ways: Sequence[str], now: datetime) -> None:
        session.add_all(AlarmCall(alarm_id=alarm.id, way=way, state="due", attempts=0, due_at=now) for way in ways)
        alarm.round += 1
        pause = self.rules.repeat if alarm.round < QUICK_ROUNDS else SLOW_ROUND
        if not Triage(alarm.triage).needs_person:
            pause = self.rules.other_patience
        alarm.next_round_at = now + pause if alarm.kind == AlarmKind.CASE else None
        await session.flush()
