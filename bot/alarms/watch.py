"""Watches the queue, and calls staff when nobody takes a case: again after a failure, and until somebody answers.

A call is claimed as bot/storage/claims.py tells. When a process dies with one, another, or the next start, makes the call after
the lease: staff may be called twice, never not.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import structlog
from prometheus_client import Counter
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from bot.alarms.alarm import AlarmKind, AlarmWay, Notice, WayFailed, is_call, is_paid
from bot.alarms.parts import AlarmParts
from bot.messages import Triage
from bot.runtime.background import Background
from bot.runtime.live_events import QUEUE
from bot.storage.claims import OPEN, SENDING, Retry, hold, nobody_elses, settle
from bot.storage.database import DatabaseUnavailable
from bot.storage.tables import Alarm, AlarmCall

log = structlog.get_logger()

LOOK_SECONDS: Final = 2.0
LEASE: Final = timedelta(seconds=60)  # longer than any way's timeouts
MAX_ATTEMPTS: Final = 5  # of one call: after 5, 10, 20 and 40 seconds; the next round calls again
RETRY: Final = Retry(first=timedelta(seconds=5), longest=timedelta(seconds=40))
PAID_GAP: Final = timedelta(seconds=45)  # a telephone that rings for one case need not ring for the next in the same moment

CALLS = Counter("frontdoor_alarm_calls", "Attempts to call staff, by way and result.", ["way", "result"])
WATCH_FAILURES = Counter("frontdoor_alarm_watch_failures", "Looks for overdue cases that failed.", ["error"])


@dataclass(frozen=True)
class _Claimed:
    call_id: int
    way: str
    attempts: int
    notice: Notice


class AlarmWatch:
    """Raises and sends the alarms of one process; several may share the database."""

    def __init__(self, program: AlarmParts, ways: Mapping[str, AlarmWay]) -> None:
        self.program = program
        self.store = program.alarms
        self.ways = ways
        self._tasks = Background()
        if not ways:
            log.warning("alarms_off", remedy="Set at least one way, such as ALARM_EMAILS: a case that waits calls nobody.")

    async def run(self) -> None:
        """Watch until cancelled."""
        self.store.watched_at = self.program.clock()  # from now on it is missed when it does not look, even if it never can
        while True:
            await self._look()
            await asyncio.sleep(LOOK_SECONDS)

    async def look_once(self) -> None:
        """Look, send everything that is due, and wait for it."""
        await self._look()
        await self._tasks.finished()

    async def test_now(self) -> dict[str, str | None]:
        """Call once through all ways; return what went wrong with each, None where nothing did."""
        now = self.program.clock()
        async with self.program.database.transaction() as session:
            alarm = await self.store.raise_test(session, now)
            claimed = await self._claim(session, now, only=alarm.id)
        outcomes = await asyncio.gather(*(self._send(call, attempts_left=False) for call in claimed))
        return {call.way: outcome for call, outcome in zip(claimed, outcomes, strict=True)}

    async def close(self) -> None:
        """Let what is on its way arrive, and close the connections."""
        await self._tasks.close(patience=10)
        for way in self.ways.values():
            await way.close()

    async def _look(self) -> None:
        while await self._look_at_some():  # between two looks those who write have their turn
            pass

    async def _look_at_some(self) -> bool:
        now = self.program.clock()
        try:
            async with self.program.database.reading() as session:
                before = await self.store.sounding(session)
                found = await self.store.due(session, now)
            async with self.program.database.transaction() as session:
                more = await self.store.see_to(session, found, now)
                claimed = await self._claim(session, now)
            self.store.watched_at = now  # only what is stored was seen to
            for call in claimed:
                self._tasks.start(self._send(call, attempts_left=call.attempts < MAX_ATTEMPTS))
            async with self.program.database.reading() as session:
                after = await self.store.sounding(session)
        except IntegrityError:  # another process raised the same alarm in the same moment
            return False
        except Exception as error:  # nothing may end the watch: the next look tries again, the status tells staff
            WATCH_FAILURES.labels(type(error).__name__).inc()
            log.error("alarm_watch_failed", error=type(error).__name__, exc_info=error)
            return False
        if before != after:
            self.program.live_events.publish(QUEUE)
        return more

    async def _claim(self, session: AsyncSession, now: datetime, only: str | None = None) -> list[_Claimed]:
        """Take the calls that are due, the most urgent first."""
        due = select(AlarmCall, Alarm).join(Alarm, Alarm.id == AlarmCall.alarm_id)
        due = due.where(AlarmCall.state.in_(OPEN), AlarmCall.due_at <= now)
        if only is not None:
            due = due.where(Alarm.id == only)
        found = (await session.execute(nobody_elses(due.order_by(AlarmCall.id), AlarmCall))).all()
        claimed = []
        for call, alarm in sorted(found, key=lambda pair: -Triage(pair[1].triage).rank):
            if only is None and is_paid(call.way):
                rang = await self._rang_just_now(session, call, now)
                if AlarmKind.CASE in rang or (rang and alarm.kind != AlarmKind.CASE):
                    call.due_at = now + PAID_GAP
                    continue
                if rang and is_call(call.way):  # a test delays no case; but the telephone may still be engaged with it
                    session.add(AlarmCall(alarm_id=alarm.id, way=call.way, state="due", attempts=0, due_at=now + PAID_GAP))
            hold(call, until=now + LEASE)
            call.state, call.tried_at = SENDING, now
            claimed.append(_Claimed(call.id, call.way, call.attempts, self._notice(alarm, call, now)))
        return claimed

    async def _rang_just_now(self, session: AsyncSession, call: AlarmCall, now: datetime) -> set[str]:
        """Return the kinds of the other alarms that went through a call's way a moment ago."""
        found = await session.scalars(
            select(Alarm.kind)
            .join(AlarmCall, AlarmCall.alarm_id == Alarm.id)
            .where(
                AlarmCall.way == call.way,
                AlarmCall.alarm_id != call.alarm_id,
                AlarmCall.state.in_(("sending", "sent", "arrived")),
                AlarmCall.tried_at > now - PAID_GAP,
                AlarmCall.tried_at < now + PAID_GAP,  # a clock that was set back holds up no call
            )
        )
        return set(found)

    def _notice(self, alarm: Alarm, call: AlarmCall, now: datetime) -> Notice:
        return Notice(
            alarm_id=alarm.id,
            kind=AlarmKind(alarm.kind),
            triage=Triage(alarm.triage),
            waits=max(now - alarm.since, timedelta(0)),
            language=alarm.language,
            interface=self.store.interface,
            console_url=self.store.links.console,
            acknowledge_url=self.store.links.acknowledge(alarm.id, alarm.generation, call.way),
            call_id=call.id,
            cases=alarm.cases,
            failing=alarm.key.split(":")[1] if alarm.kind == AlarmKind.WAY else "",
        )

    async def _send(self, call: _Claimed, *, attempts_left: bool) -> str | None:
        """Send one call and store what came of it; return the code of what went wrong."""
        problem: WayFailed | None = None
        try:
            way = self.ways.get(call.way)
            if way is None:
                raise WayFailed("not_configured", final=True)
            await way.send(call.notice)
        except WayFailed as failure:
            problem = failure
        except Exception as error:  # noqa: BLE001 - whatever a library raises: this way failed, the others go on
            problem = WayFailed(type(error).__name__)
        again = problem is not None and attempts_left and not problem.final
        CALLS.labels(call.way, "sent" if problem is None else "retry" if again else "failed").inc()
        if problem is not None:
            record = log.warning if again else log.error
            record("alarm_call_failed", way=call.way, alarm=call.notice.alarm_id, code=problem.code, attempt=call.attempts)
        await self._store(call, problem, again=again)
        return None if problem is None else problem.code

    async def _store(self, call: _Claimed, problem: WayFailed | None, *, again: bool) -> None:
        now = self.program.clock()
        values: dict[str, object] = {"error_code": problem.code if problem is not None else None}
        if again:
            values |= {"state": "due", "due_at": now + RETRY.after(call.attempts)}
        else:
            values |= {"state": "sent" if problem is None else "failed", "finished_at": now}
        try:
            async with self.program.database.transaction() as session:
                await settle(session, AlarmCall, call.call_id, attempt=call.attempts, **values)
        except DatabaseUnavailable as error:  # the lease ends, and the call is made once more
            log.error("alarm_result_lost", way=call.way, error=type(error).__name__)
        self.program.live_events.publish(QUEUE)  # every open page of the console shows which ways were sent
