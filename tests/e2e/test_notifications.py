"""What calls a consultant who looks elsewhere: notifications, alarms and their banner, lost connections, an alarm's link."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from aiohttp import web
from playwright.sync_api import Browser, Page, expect

from bot.alarms.alarm import PREFIX as ALARM_PREFIX
from bot.alarms.page import AlarmPage
from bot.channels.alarm_senders import answer_to_call
from bot.console.services import PREFIX
from bot.console.staff import Role
from tests.e2e.desks import Night, faults, in_focus, picture, ready
from tests.e2e.listening import EMERGENCY, HIGH
from tests.support import look_at_alarms

pytestmark = pytest.mark.browser


def alarm(night: Night, minutes: int = 5) -> None:
    """Let the alarms of the cases that wait sound, as if they had waited for long."""

    async def look() -> None:
        from datetime import timedelta

        async with night.program.database.transaction() as session:
            await look_at_alarms(night.program, session, later=timedelta(minutes=minutes))
        night.program.live_events.publish("queue")

    night.do(look())


def test_a_notification_comes_to_who_looks_elsewhere_and_says_nothing(night: Night, listening: Callable[..., Page]) -> None:
    ola = listening("Ola")
    ola.locator("#sound").click()
    ola.evaluate("Object.defineProperty(document, 'hasFocus', { value: () => false })")
    night.writes(EMERGENCY, who="a")
    ola.wait_for_function("() => notified.length === 1")
    (shown,) = ola.evaluate("notified")
    assert (shown["title"], shown["body"]) == ("Konsola", "Zajrzyj do konsoli.")
    night.writes("halo", who="a")  # nothing new to be called for
    alarm(night)  # but an alarm is
    expect(ola.locator("#alarms-sounding")).to_be_visible()
    ola.wait_for_function("() => notified.length === 2")
    assert {one["body"] for one in ola.evaluate("notified")} == {"Zajrzyj do konsoli."}


def test_an_alarm_is_acknowledged_with_a_key_in_the_middle_of_an_answer_and_all_see_it(
    night: Night, listening: Callable[..., Page]
) -> None:
    ola, jan = listening("Ola"), listening("Jan")
    ola.locator("#sound").click()
    night.writes(HIGH, who="a")
    ola.locator("#waiting .take").click()
    ola.locator("#answer").fill("Napisane w połowie")
    night.writes(EMERGENCY, who="b")
    alarm(night)
    for page in (ola, jan):
        expect(page.locator("#alarms-sounding")).to_contain_text("zagrożenie życia", ignore_case=True)
    expect(ola.locator("#sound")).to_have_attribute("data-sounds", "emergency")
    ola.keyboard.press("Escape")
    ola.keyboard.press("s")
    for page in (ola, jan):
        expect(page.locator("#alarms-sounding")).to_have_count(0)
        expect(page.locator(".heard")).to_contain_text("Alarm potwierdza: Ola.")
    expect(ola.locator("#sound")).to_have_attribute("data-sounds", "")
    expect(ola.locator("#answer")).to_have_value("Napisane w połowie")
    ola.locator("#answer").focus()
    in_focus(ola, "#answer")


def test_a_connection_that_is_lost_is_heard_and_afterwards_the_alarm_that_was_missed(
    night: Night, listening: Callable[..., Page]
) -> None:
    ola = listening("Ola")
    ola.locator("#sound").click()
    ola.wait_for_function("() => heard.length === 1")
    ola.context.set_offline(True)
    ola.evaluate("window.dispatchEvent(new Event('online'))")  # it tries, and finds nothing
    expect(ola.locator("#lost")).to_be_visible()
    ola.wait_for_function("() => heard.length === 2")
    night.writes(EMERGENCY, who="a")
    alarm(night)
    ola.context.set_offline(False)
    expect(ola.locator("#lost")).to_be_hidden(timeout=15_000)
    expect(ola.locator("#alarms-sounding .alarm-line")).to_have_count(1)
    expect(ola.locator("#sound")).to_have_attribute("data-sounds", "emergency")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_banner_and_the_ways_have_no_faults_and_fit_a_phone_and_twice_the_size(
    night: Night, services: Callable[..., Page], scheme: str
) -> None:
    ewa = services("Ewa", Role.ADMINISTRATOR, color_scheme=scheme, reduced_motion="reduce")
    night.program.alarms.rules.ways[:] = ["email1", "sms1", "call1", "telegram", "webhook"]
    for number in range(5):
        night.writes(EMERGENCY if number else HIGH, who=str(number))
    alarm(night)
    failed_calls(night)
    expect(ewa.locator("#alarms-sounding .alarm-line")).to_have_count(3)
    expect(ewa.locator("#alarms-sounding")).to_contain_text("Wszystkie są w kolejce")
    found = {"queue": faults(ewa)}
    picture(ewa, "console-alarm")
    link = ewa.locator("#waiting .case-link").first.get_attribute("href")
    for path in ("/console/alarms", link):
        ewa.goto(f"{night.url.removesuffix(PREFIX)}{path}")
        ready(ewa)
        found[str(path)] = faults(ewa)
    ewa.goto(f"{night.url}/alarms")
    ready(ewa)
    expect(ewa.locator("#way-webhook")).to_contain_text("nie działa")
    ewa.get_by_role("button", name="Wypróbuj teraz").click()
    expect(ewa.locator("main [role=status]")).to_contain_text("Próba ruszyła")
    expect(ewa.locator("#test-calls li")).to_have_count(5)
    picture(ewa, "console-ways")
    for width, height in ((360, 740), (640, 430)):
        ewa.set_viewport_size({"width": width, "height": height})
        for path in ("/console/", "/console/alarms", link):
            ewa.goto(f"{night.url.removesuffix(PREFIX)}{path}")
            ready(ewa)
            assert ewa.evaluate("document.documentElement.scrollWidth") <= width, (path, width)
            button = ewa.locator(".acknowledge button").first
            button.scroll_into_view_if_needed()
            expect(button).to_be_in_viewport()
            expect(ewa.locator("#sound")).to_be_visible()
            if path == link and scheme == "light":
                picture(ewa, f"console-alarm-{width}")
    assert {name: problems for name, problems in found.items() if problems} == {}


def failed_calls(night: Night) -> None:
    """Let the webhook have failed, the telephone ring and the rest have been handed over."""

    async def fail() -> None:
        from sqlalchemy import update

        from bot.storage.tables import AlarmCall

        now = night.program.clock()
        states = {"email1": ("sent", None), "sms1": ("arrived", None), "telegram": ("sent", None), "webhook": ("failed", "500")}
        async with night.program.database.transaction() as session:
            for way, (state, code) in states.items():
                values = {"state": state, "error_code": code, "tried_at": now, "finished_at": now}
                await session.execute(update(AlarmCall).where(AlarmCall.way == way).values(**values))
        night.program.live_events.publish("queue")

    night.do(fail())


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_behind_an_alarms_link_has_a_large_button_and_no_faults(night: Night, browser: Browser, scheme: str) -> None:
    async def served() -> tuple[web.AppRunner, str]:
        app = web.Application()
        app.add_subapp(ALARM_PREFIX, AlarmPage(night.program, answer_to_call).application())
        runner = web.AppRunner(app)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        async with night.program.database.transaction() as session:
            alarm = await night.program.alarms.raise_test(session, night.program.clock())
        link = night.program.alarms.links.acknowledge(alarm.id, 0, "email1")
        return runner, f"http://127.0.0.1:{runner.addresses[0][1]}{link.removeprefix(night.program.alarms.links.base)}"

    runner, link = night.do(served())
    context = browser.new_context(viewport={"width": 360, "height": 640}, color_scheme=scheme)  # type: ignore[arg-type]
    page, problems = context.new_page(), []
    page.on("console", lambda message: problems.append(message.text))
    page.goto(link)
    box = page.locator("button").bounding_box()
    assert box is not None
    assert box["height"] >= 60
    assert box["width"] > 300
    assert faults(page) == []
    page.locator("button").press("Enter")
    expect(page.locator("main")).to_contain_text("Odnośnik działa")
    assert faults(page) == []
    assert [problem for problem in problems if "Content Security Policy" in problem] == []
    context.close()
    night.do(runner.cleanup())
