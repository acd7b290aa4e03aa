"""The alarms of cases that still wait, as little of each as a look at thousands of them can afford."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.alarms.alarm import AlarmKind
from bot.alarms.ending import mark_in
from bot.messages import Triage
from bot.storage.slices import in_slices
from bot.storage.tables import Alarm, Handoff


@dataclass(frozen=True, slots=True)
class OpenAlarm:
    """An alarm that is not over. `mark` is the wave's that it is for; `acknowledged` says that it is silent for a while."""

    id: str
    case_id: str
    mark: str | None
    triage: Triage
    since: datetime
    raised_at: datetime
    acknowledged: bool

    @property
    def which(self) -> str:
        """Return what it is for: a wave's mark, or a case's id."""
        return self.mark or self.case_id


async def open_alarms(session: AsyncSession) -> list[OpenAlarm]:
    """Return the alarms of cases that nobody has taken, the most urgent first: the watch ends the others a moment later."""
    found = in_slices(
        session,
        select(Alarm.id, Alarm.handoff_id, Alarm.key, Alarm.triage, Alarm.since, Alarm.raised_at, Alarm.state)
        .join(Handoff, Handoff.id == Alarm.handoff_id)
        .where(
            Alarm.kind == AlarmKind.CASE.value,
            Alarm.state.in_(("sounding", "acknowledged")),
            Handoff.taken_by.is_(None),
            Handoff.closed_at.is_(None),
        ),
    )
    alarms = [
        OpenAlarm(id_, case_id, mark_in(key), Triage(triage), since, raised_at, state == "acknowledged")
        async for id_, case_id, key, triage, since, raised_at, state in found
        if case_id is not None
    ]
    return sorted(alarms, key=lambda alarm: (-alarm.triage.rank, alarm.since))
