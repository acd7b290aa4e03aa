"""Duty hours: when consultants answer everything, and when urgent matters only."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import holidays

from bot.settings import Settings, SettingsInvalid, listed

DAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_SPAN: Final = re.compile(r"(?P<first>[A-Z][a-z]{2})(?:-(?P<last>[A-Z][a-z]{2}))? (?P<start>\d{2}:\d{2})-(?P<end>\d{2}:\d{2})")
_MIDNIGHT: Final = "24:00"


@dataclass(frozen=True)
class Span:
    """Hours of one day of the week, Monday is 0. `end` is None for midnight."""

    day: int
    start: time
    end: time | None


@dataclass(frozen=True)
class DutyHours:
    """The week of the hotline. An hour that the clocks skip or repeat counts as the clock on the wall shows it."""

    spans: tuple[Span, ...]
    zone: ZoneInfo
    country: str | None = None
    days_off: frozenset[date] = frozenset()

    @classmethod
    def read(cls, settings: Settings) -> DutyHours:
        """Read the duty hours from the settings; raises SettingsInvalid."""
        try:
            zone = ZoneInfo(settings.duty_timezone)
        except (ZoneInfoNotFoundError, ValueError):
            raise SettingsInvalid("DUTY_TIMEZONE must name a timezone such as Europe/Warsaw.") from None
        country = None if settings.duty_holidays.lower() == "none" else settings.duty_holidays.upper()
        if country is not None and country not in holidays.list_supported_countries():
            raise SettingsInvalid("DUTY_HOLIDAYS must be a country's code such as PL, or none.")
        try:
            days_off = frozenset(date.fromisoformat(day) for day in listed(settings.duty_days_off))
        except ValueError:
            raise SettingsInvalid("DUTY_DAYS_OFF must hold dates such as 2026-12-24, with commas between.") from None
        return cls(tuple(_spans(settings.duty_hours)), zone, country, days_off)

    def on_duty(self, now: datetime) -> bool:
        """Say whether consultants answer everything at a moment."""
        local = now.astimezone(self.zone)
        if self.is_day_off(local.date()):
            return False
        clock = local.time().replace(tzinfo=None)
        return any(
            span.day == local.weekday() and span.start <= clock and (span.end is None or clock < span.end) for span in self.spans
        )

    def is_day_off(self, day: date) -> bool:
        """Say whether a day is a public holiday or another day off."""
        if day in self.days_off:
            return True
        return self.country is not None and day in holidays.country_holidays(self.country, years=day.year)


def latest(at: time, zone: ZoneInfo, now: datetime) -> datetime:
    """Return the latest moment, not after now, at which a clock on the wall showed this time."""
    local = now.astimezone(zone)
    today = datetime.combine(local.date(), at, zone)
    return today if today <= local else datetime.combine(local.date() - timedelta(days=1), at, zone)


def _spans(text: str) -> Iterator[Span]:
    """Read `Mon-Fri 09:00-19:00, Sat 22:00-02:00`; a span over midnight becomes two. No spans: never on duty."""
    for item in listed(text):
        found = _SPAN.fullmatch(item)
        try:
            if found is None:
                raise ValueError(item)
            first = DAYS.index(found["first"])
            last = DAYS.index(found["last"] or found["first"])
            start = time.fromisoformat(found["start"])
            end = None if found["end"] == _MIDNIGHT else time.fromisoformat(found["end"])
        except ValueError:
            raise SettingsInvalid(
                f"DUTY_HOURS has {item!r}; it must look like Mon-Fri 09:00-19:00, Sat 10:00-14:00 (days: {', '.join(DAYS)})."
            ) from None
        for step in range((last - first) % 7 + 1):
            day = (first + step) % 7
            if end is not None and end <= start:
                yield Span(day, start, None)
                yield Span((day + 1) % 7, time(0), end)
            else:
                yield Span(day, start, end)
