"""What the settings say of alarms: by which ways they go out, how long what may wait, and when somebody is there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from bot.alarms.alarm import way_names
from bot.handoff.hours import DutyHours
from bot.messages import Triage
from bot.settings import Settings
from bot.storage.capacity import Disk, disk_of

CLOCK_STEP: Final = timedelta(minutes=1)  # what lies further ahead than it can was written when the clock was wrong


@dataclass
class AlarmRules:
    """The settings of the alarms of one program.

    `patience` is how long a case may wait, by triage, and `other_patience` how long one of another triage may while somebody is on
    duty; `repeat` the pause between rounds, `silence` that after somebody answered.
    """

    ways: list[str]
    patience: dict[str, timedelta]
    other_patience: timedelta
    duty: DutyHours
    repeat: timedelta
    silence: timedelta
    self_test_at: time | None
    zone: ZoneInfo
    disk: Callable[[], Disk]

    @classmethod
    def of(cls, settings: Settings) -> AlarmRules:
        """Read them from the settings."""
        return cls(
            ways=way_names(settings),
            patience={
                Triage.EMERGENCY.value: timedelta(seconds=settings.alarm_emergency_seconds),
                Triage.HIGH.value: timedelta(seconds=settings.alarm_high_seconds),
            },
            other_patience=timedelta(minutes=settings.alarm_other_minutes),
            duty=DutyHours.read(settings),
            repeat=timedelta(seconds=settings.alarm_repeat_seconds),
            silence=timedelta(minutes=settings.alarm_acknowledged_minutes),
            self_test_at=None if settings.alarm_self_test == "off" else time.fromisoformat(settings.alarm_self_test),
            zone=ZoneInfo(settings.duty_timezone),
            disk=lambda: disk_of(settings.data_dir),
        )

    def may_wait(self, triage: Triage, since: datetime, now: datetime) -> bool:
        """Say whether a case that waits since then may wait on."""
        return -CLOCK_STEP < now - since < self.patience.get(triage, self.other_patience)
