"""When the alarm of a case is over, and which alarm belongs to which case."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import and_, case, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.alarms.alarm import AlarmKind
from bot.handoff.waves import OpenCase
from bot.messages import Triage
from bot.storage.slices import in_slices
from bot.storage.tables import Alarm, Handoff

WAVE: Final = "wave:"  # begins the key of an alarm for many cases that are alike


@dataclass(frozen=True, slots=True)
class _CaseOfAlarm:
    """What says whether an alarm is over of the case that it is for."""

    id: str
    triage: str
    waiting_since: datetime


def key_of(case: _CaseOfAlarm | OpenCase) -> str:
    """Return the key of a case's alarm: the same reason raises one alarm."""
    return f"case:{case.id}:{case.triage}:{case.waiting_since.isoformat()}"


def mark_in(key: str) -> str | None:
    """Return the mark of the wave that an alarm with a key is for; None of an alarm for one case."""
    return key.split(":")[1] if key.startswith(WAVE) else None


async def cases_alarms_over(session: AsyncSession, *, of: Collection[str] | None = None) -> dict[str, str]:
    """Return why alarms of cases are over, by their ids; those that go on are left out. With `of` only these alarms are looked at.

    In a flood thousands go on, and are looked at every two seconds: so nothing of them is loaded but what says so.
    """
    because = case(
        (Handoff.id.is_(None), "erased"),
        (Handoff.closed_at.is_not(None), "closed"),
        (Handoff.taken_by.is_not(None), "taken"),
        (and_(Handoff.withdrawn_at.is_not(None), Handoff.triage != Triage.EMERGENCY.value), "withdrawn"),
        (Handoff.set_aside_as.is_not(None), "set_aside"),
    )
    chosen = (
        select(Alarm.id, Alarm.key, because, Handoff.id, Handoff.triage, Handoff.waiting_since)
        .outerjoin(Handoff, Handoff.id == Alarm.handoff_id)
        .where(Alarm.ended_at.is_(None), Alarm.kind == AlarmKind.CASE.value)
    )
    if of is not None:
        chosen = chosen.where(Alarm.id.in_(of))
    over = {}
    async for alarm_id, key, ended, *of_case in in_slices(session, chosen):
        if ended is not None:
            over[alarm_id] = ended
        elif mark_in(key) is None and key != key_of(_CaseOfAlarm(*of_case)):
            over[alarm_id] = "changed"
    return over
