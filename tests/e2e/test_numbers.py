"""The numbers for reports in a browser: charts beside tables, on a phone as well, and nothing for axe to find."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from bot.console.staff import Role
from bot.storage.counts import ZONE
from bot.storage.tables_outward import DayCount
from tests.e2e.desks import Night, faults, picture

pytestmark = pytest.mark.browser

SHARES = {
    "language": {"uk": 0.34, "pl": 0.3, "ru": 0.12, "en": 0.09, "es": 0.06, "vi": 0.05, "ka": 0.03, "tl": 0.01},
    "channel": {"web": 0.46, "telegram": 0.28, "sms": 0.2, "whatsapp": 0.06},
    "triage": {"none": 0.6, "medium": 0.22, "high": 0.14, "emergency": 0.04},
    "topic": {"ask_job_offer": 0.25, "disclose_victim": 0.2, "ask_support": 0.2, "ask_residence": 0.15, "ask_police": 0.08},
    "opened": {"high": 0.14, "medium": 0.08, "emergency": 0.04},
}


def two_months_at_the_hotline(night: Night) -> str:
    """Store what last month and this one, up to today, would have counted; return last month: this one may have begun just now."""
    today = datetime.now(ZONE).date()
    first = (today.replace(day=1) - timedelta(days=1)).replace(day=1)
    days = [first + timedelta(days=number) for number in range((today - first).days + 1)]

    async def store() -> None:
        async with night.program.database.transaction() as session:
            for number, day in enumerate(days):
                contacts = 14 + (number * 7) % 11 - (6 if day.weekday() > 4 else 0)
                rows = {("contacts", ""): contacts}
                for measure, shares in SHARES.items():
                    rows |= {(measure, key): round(contacts * share) for key, share in shares.items()}
                rows |= {("waited", "emergency:45"): 1, ("waited", "high:120"): 2, ("waited", "high:420"): number % 2}
                rows |= {("in_time", "emergency"): 1, ("in_time", "high"): 2, ("late", "high"): number % 2}
                rows |= {("alarms", "high"): number % 2}
                session.add_all(
                    DayCount(day=day.isoformat(), measure=measure, key=key, count=count) for (measure, key), count in rows.items()
                )

    night.do(store())
    return f"{first:%Y-%m}"


@pytest.mark.parametrize("dark", [False, True])
def test_the_numbers_are_readable_on_a_desktop_and_on_a_phone(night: Night, services: Callable[..., Page], dark: bool) -> None:
    last_month = two_months_at_the_hotline(night)
    ewa = services("Ewa", Role.COORDINATOR, english=dark, color_scheme="dark" if dark else "light")
    ewa.get_by_role("link", name="Numbers" if dark else "Liczby", exact=True).click()
    expect(ewa.locator("h1")).to_be_visible()
    ewa.goto(f"{night.url}/numbers?from={last_month}")
    expect(ewa.locator("svg.chart")).to_have_count(6)
    assert faults(ewa) == []
    picture(ewa, f"numbers-{'dark' if dark else 'light'}")
    ewa.evaluate("document.querySelector('#time').scrollIntoView()")
    picture(ewa, f"numbers-charts-{'dark' if dark else 'light'}")
    ewa.locator("details summary").last.click()
    assert faults(ewa) == []
    ewa.set_viewport_size({"width": 360, "height": 740})
    assert ewa.evaluate("document.documentElement.scrollWidth") <= 360
    assert faults(ewa) == []
    for number, part in enumerate(("#waiting", "#time", "#language")):
        ewa.locator(part).scroll_into_view_if_needed()
        ewa.evaluate("part => document.querySelector(part).scrollIntoView()", part)
        picture(ewa, f"numbers-phone-{'dark' if dark else 'light'}-{number}")
    with ewa.expect_download() as download:
        ewa.get_by_role("link", name="CSV").click()
    assert download.value.suggested_filename.endswith(".csv")


def test_an_empty_month_says_so(night: Night, services: Callable[..., Page]) -> None:
    ewa = services("Ewa", Role.COORDINATOR)
    ewa.goto(f"{night.url}/numbers")
    expect(ewa.locator("svg.chart")).to_have_count(0)
    assert faults(ewa) == []
