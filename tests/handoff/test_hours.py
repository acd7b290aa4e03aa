"""Duty hours: what the settings say, on the clock of the wall."""

from __future__ import annotations

from datetime import UTC, datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.handoff.hours import DutyHours, latest
from bot.messages import Inbound
from bot.settings import SettingsInvalid
from tests.support import Clock, PlainAssistant, open_program, settings_in

WARSAW = ZoneInfo("Europe/Warsaw")


def hours(text: str, **more: str) -> DutyHours:
    return DutyHours.read(settings_in(Path("unused"), duty_hours=text, **more))


@pytest.mark.parametrize(
    ("text", "moment", "on_duty"),
    [
        ("Mon-Fri 09:00-19:00", "2026-11-24 09:00", True),
        ("Mon-Fri 09:00-19:00", "2026-11-24 08:59", False),
        ("Mon-Fri 09:00-19:00", "2026-11-24 18:59", True),
        ("Mon-Fri 09:00-19:00", "2026-11-24 19:00", False),
        ("Mon-Fri 09:00-19:00", "2026-11-28 12:00", False),
        ("Mon-Fri 09:00-19:00, Sat 10:00-14:00", "2026-11-28 12:00", True),
        ("Fri-Mon 09:00-19:00", "2026-11-29 12:00", True),
        ("Fri-Mon 09:00-19:00", "2026-11-25 12:00", False),
        ("Sat 22:00-02:00", "2026-11-29 01:59", True),
        ("Sat 22:00-02:00", "2026-11-28 01:59", False),
        ("Sun 22:00-02:00", "2026-11-30 01:00", True),
        ("Mon-Sun 00:00-24:00", "2026-11-29 23:59", True),
        ("", "2026-11-24 12:00", False),
    ],
)
def test_the_week_is_read_as_it_is_written(text: str, moment: str, on_duty: bool) -> None:
    now = datetime.fromisoformat(moment).replace(tzinfo=WARSAW)
    assert hours(text).on_duty(now.astimezone(UTC)) is on_duty


def test_the_clock_on_the_wall_counts_in_summer_and_in_winter() -> None:
    week = hours("Mon-Fri 09:00-19:00")
    assert week.on_duty(datetime(2026, 7, 1, 7, 0, tzinfo=UTC))
    assert not week.on_duty(datetime(2026, 12, 1, 7, 0, tzinfo=UTC))


def test_public_holidays_and_days_off_are_off_duty() -> None:
    independence, eve = datetime(2026, 11, 11, 12, tzinfo=WARSAW), datetime(2026, 12, 31, 12, tzinfo=WARSAW)
    week = hours("Mon-Fri 09:00-19:00", duty_holidays="PL", duty_days_off="2026-12-31")
    assert not week.on_duty(independence)
    assert not week.on_duty(eve)
    assert hours("Mon-Fri 09:00-19:00").on_duty(independence)


@pytest.mark.parametrize(
    "settings",
    [
        {"duty_hours": "9-17"},
        {"duty_hours": "Mon-Fri 9:00-17:00"},
        {"duty_hours": "Pon 09:00-17:00"},
        {"duty_hours": "Mon 09:00-25:00"},
        {"duty_timezone": "Europe/Warszawa"},
        {"duty_holidays": "XX"},
        {"duty_days_off": "24.12.2026"},
    ],
)
def test_a_setting_that_cannot_be_read_is_named_at_the_start(settings: dict[str, str]) -> None:
    with pytest.raises(SettingsInvalid, match=next(iter(settings)).upper()):
        DutyHours.read(settings_in(Path("unused"), **settings))


def test_the_latest_time_of_day_is_never_in_the_future() -> None:
    now = datetime(2026, 11, 24, 9, 59, tzinfo=UTC)
    assert latest(time(11), WARSAW, now) == datetime(2026, 11, 23, 11, tzinfo=WARSAW)
    assert latest(time(10, 59), WARSAW, now) == now


@pytest.mark.parametrize(("duty_hours", "on_duty"), [("Tue 09:00-19:00", True), ("Mon 09:00-19:00", False)])
async def test_the_dialogue_is_told_whether_consultants_are_on_duty(
    tmp_path: Path, clock: Clock, duty_hours: str, on_duty: bool
) -> None:
    class Listening(PlainAssistant):
        async def turn(self, speaking, *, language, tracker):  # type: ignore[no-untyped-def]
            told.append(speaking.turn.on_duty)
            return await super().turn(speaking, language=language, tracker=tracker)

    told: list[bool] = []
    program = await open_program(tmp_path, Listening(), clock, duty_hours=duty_hours)
    await program.frontdoor.receive(
        Inbound(channel="web", pseudonym="a", external_id="1", text="dzień dobry", received_at=clock())
    )
    await program.close()
    assert told == [on_duty]
