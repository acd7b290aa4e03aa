"""When the alarm of a case is over, and which alarm belongs to which case."""

from __future__ import annotations

from typing import Final

from bot.handoff.waves import OpenCase
from bot.messages import Triage
from bot.storage.tables import Alarm, Handoff

WAVE: Final = "wave:"  # begins the key of an alarm for many cases that are alike
# What `over` looks at: in a flood thousands are looked at, every two seconds.
OF_ALARM: Final = (Alarm.key, Alarm.kind, Alarm.state, Alarm.raised_at)
OF_CASE: Final = (
    Handoff.triage,
    Handoff.waiting_since,
    Handoff.taken_by,
    Handoff.withdrawn_at,
    Handoff.set_aside_as,
    Handoff.closed_at,
)


def key_of(case: Handoff | OpenCase) -> str:
    """Return the key of a case's alarm: the same reason raises one alarm."""
    return f"case:{case.id}:{case.triage}:{case.waiting_since.isoformat()}"


def wave_mark(alarm: Alarm) -> str | None:
    """Return the mark of the wave that an alarm is for; None of an alarm for one case."""
    return alarm.key.split(":")[1] if alarm.key.startswith(WAVE) else None


def over(alarm: Alarm, case: Handoff | None) -> str | None:
    """Return why the alarm of a case is over; None while it is not."""
    if case is None:
        return "erased"
    if case.closed_at is not None:
        return "closed"
    if case.taken_by is not None:
        return "taken"
    if case.withdrawn_at is not None and case.triage != Triage.EMERGENCY:
        return "withdrawn"
    if case.set_aside_as is not None:
        return "set_aside"
    return "changed" if wave_mark(alarm) is None and alarm.key != key_of(case) else None
