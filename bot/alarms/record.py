"""What became of the calls of alarms: by way, by alarm, and what a provider reports afterwards."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from prometheus_client import Counter
from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.alarms.alarm import AlarmKind
from bot.storage.tables import Alarm, AlarmCall

HANDED_OVER: Final = ("sent", "arrived")
FINISHED: Final = (*HANDED_OVER, "failed")

REPORTS = Counter("frontdoor_alarm_reports", "What a provider reported about an alarm it had taken.", ["result"])

WayState = Literal["working", "failing", "untested"]


@dataclass(frozen=True)
class WayRecord:
    """How a way does. `tried_at` is its latest call that was taken, `arrived_at` the latest with proof that it arrived.

    `failure` is the code of the latest failure, `failed_in` the kind of the alarm that failed.
    """

    name: str
    state: WayState
    tried_at: datetime | None = None
    arrived_at: datetime | None = None
    failed_at: datetime | None = None
    failure: str | None = None
    failed_in: AlarmKind | None = None


async def way_records(session: AsyncSession, ways: Sequence[str]) -> list[WayRecord]:
    """Return how each of the ways does, by its latest calls."""
    newest = await _newest(session, FINISHED)
    taken = await _newest(session, HANDED_OVER)
    arrived = await _newest(session, ("arrived",))
    failed = await _newest(session, ("failed",))
    records = []
    for way in ways:
        failure = failed.get(way)
        last = newest.get(way)
        records.append(
            WayRecord(
                name=way,
                state="untested" if last is None else "failing" if last[0].state == "failed" else "working",
                tried_at=taken[way][0].tried_at if way in taken else None,
                arrived_at=arrived[way][0].finished_at if way in arrived else None,
                failed_at=failure[0].finished_at if failure else None,
                failure=failure[0].error_code if failure else None,
                failed_in=AlarmKind(failure[1]) if failure else None,
            )
        )
    return records


async def _newest(session: AsyncSession, states: Sequence[str]) -> dict[str, tuple[AlarmCall, str]]:
    """Return by way the newest call in one of the states, with the kind of its alarm."""
    ids = select(func.max(AlarmCall.id)).where(AlarmCall.state.in_(states)).group_by(AlarmCall.way)
    found = await session.execute(
        select(AlarmCall, Alarm.kind).join(Alarm, Alarm.id == AlarmCall.alarm_id).where(AlarmCall.id.in_(ids))
    )
    return {call.way: (call, kind) for call, kind in found}


async def calls_by_alarm(session: AsyncSession, alarm_ids: Iterable[str]) -> dict[str, list[AlarmCall]]:
    """Return by alarm the newest call through each way, in the order of the ways' first calls; without cancelled ones."""
    found = await session.scalars(
        select(AlarmCall)
        .where(AlarmCall.alarm_id.in_(list(alarm_ids)), AlarmCall.state != "cancelled")
        .order_by(AlarmCall.alarm_id, AlarmCall.id)
    )
    newest: defaultdict[str, dict[str, AlarmCall]] = defaultdict(dict)
    for call in found:
        known = newest[call.alarm_id].get(call.way)
        if known is not None and known.state in FINISHED and call.state == "due" and call.attempts == 0:
            continue  # the next round has not begun yet: what is known of the last one says more
        newest[call.alarm_id][call.way] = call
    return {alarm_id: list(calls.values()) for alarm_id, calls in newest.items()}


async def record_report(session: AsyncSession, call_id: int, *, arrived: bool, code: str | None, now: datetime) -> bool:
    """Note that a call arrived, or that it did not after all; False when that was known.

    Reports may repeat and come in any order: what arrived stays so. When the first round of an alarm did not arrive, the next
    one, which goes through all ways, begins at once; later rounds keep their time, for each costs money.
    """
    before = ("sending", "sent", "failed") if arrived else ("sending", "sent")
    changed = await session.execute(
        update(AlarmCall)
        .where(AlarmCall.id == call_id, AlarmCall.state.in_(before))
        .values(state="arrived" if arrived else "failed", error_code=None if arrived else code, finished_at=now)
        .execution_options(synchronize_session=False)
    )
    if getattr(changed, "rowcount", 0) != 1:
        return False
    REPORTS.labels("arrived" if arrived else "failed").inc()
    if not arrived:
        await session.execute(
            update(Alarm)
            .where(
                Alarm.id == select(AlarmCall.alarm_id).where(AlarmCall.id == call_id).scalar_subquery(),
                Alarm.state == "sounding",
                Alarm.kind == AlarmKind.CASE.value,
                Alarm.round == 1,
            )
            .values(next_round_at=now)
            .execution_options(synchronize_session=False)
        )
    return True


async def recent_alarms(session: AsyncSession, *, limit: int) -> Sequence[Alarm]:
    """Return the newest alarms of every kind, the newest first."""
    return (await session.scalars(select(Alarm).order_by(Alarm.raised_at.desc(), Alarm.id).limit(limit))).all()
