"""What calls a consultant to the console: the sound, the notification, the title and the banner, in a browser."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from aiohttp import web
from playwright.sync_api import Browser, Page, expect

from bot.alarms.alarm import PREFIX as ALARM_PREFIX
from bot.alarms.page import AlarmPage
from bot.console.services import COOKIE, PREFIX
from bot.console.staff import Role
from tests.e2e.desks import Night, faults, in_focus, picture, ready

pytestmark = pytest.mark.browser

EMERGENCY = "zamknęli mnie w piwnicy"
HIGH = "zabrał mi paszport"
LISTEN = """
  globalThis.heard = [];
  const start = AudioBufferSourceNode.prototype.start, stop = AudioBufferSourceNode.prototype.stop;
  AudioBufferSourceNode.prototype.start = function (...all) {
    const loudest = this.buffer.getChannelData(0).reduce((most, one) => Math.max(most, Math.abs(one)), 0);
    this.heard = { seconds: this.buffer.duration, loop: this.loop, loudest, state: this.context.state, stopped: false };
    globalThis.heard.push(this.heard);
    return start.apply(this, all);
  };
  AudioBufferSourceNode.prototype.stop = function (...all) { this.heard.stopped = true; return stop.apply(this, all); };
  globalThis.notified = [];
  globalThis.Notification = class {
    static permission = "default";
    static requestPermission() { Notification.permission = "granted"; return Promise.resolve("granted"); }
    constructor(title, options) { globalThis.notified.push({ title, ...options }); }
    close() {}
  };
"""


@pytest.fixture
def listening(night: Night, services: Callable[..., Page]) -> Callable[..., Page]:
    """Log somebody in whose browser writes down what it plays and notifies."""

    def open_desk(name: str, role: Role = Role.CONSULTANT, **options: Any) -> Page:
        page = services(name, role, **options)
        page.context.add_init_script(LISTEN)
        page.reload()
        ready(page)
        return page

    return open_desk


def loops(page: Page) -> list[dict[str, Any]]:
    """Return the repeated sounds that a page plays now."""
    return [one for one in page.evaluate("heard") if one["loop"] and not one["stopped"]]


def alarm(night: Night, minutes: int = 5) -> None:
    """Let the alarms of the cases that wait sound, as if they had waited for long."""

    async def look() -> None:
        from datetime import timedelta

        async with night.program.database.transaction() as session:
            await night.program.alarms.look(session, night.program.clock() + timedelta(minutes=minutes))
        night.program.live_events.publish("queue")

    night.do(look())


def test_the_sound_is_off_until_somebody_turns_it_on_and_the_page_says_so(night: Night, listening: Callable[..., Page]) -> None:
    ola = listening("Ola")
    expect(ola.locator("#sound")).to_have_text("Dźwięk jest wyłączony: włącz")
    night.writes(EMERGENCY, who="a")
    expect(ola.locator("#waiting .case")).to_have_count(1)
    assert ola.evaluate("heard") == []
    ola.locator("#sound").focus()
    ola.keyboard.press("Enter")
    expect(ola.locator("#sound")).to_have_text("Dźwięk włączony")
    expect(ola.locator("#sound")).to_have_attribute("data-sounds", "emergency")
    (sound,) = loops(ola)
    assert sound["loudest"] > 0.3
    assert sound["state"] == "running"


def test_an_emergency_sounds_on_every_page_until_it_is_taken_and_differs_from_what_is_urgent(
    night: Night, listening: Callable[..., Page]
) -> None:
    ola = listening("Ola")
    ola.locator("#sound").click()
    ola.get_by_role("link", name="Moje hasło").click()  # remembered by the browser, on another page
    expect(ola.locator("#old")).to_be_visible()
    ready(ola)
    expect(ola.locator("#sound")).to_have_text("Dźwięk włączony")
    night.writes(HIGH, who="a")
    expect(ola.locator("#sound")).to_have_attribute("data-sounds", "high")
    expect(ola).to_have_title(re.compile(r"^\(1\) "))
    (high,) = loops(ola)
    night.writes(EMERGENCY, who="b")
    expect(ola.locator("#sound")).to_have_attribute("data-sounds", "emergency")
    expect(ola).to_have_title(re.compile(r"^❗ \(2\) "))
    (emergency,) = loops(ola)
    assert emergency["seconds"] < high["seconds"]
    assert emergency["loudest"] > high["loudest"]
    ola.goto(f"{night.url}/")
    ready(ola)
    for left in ("high", ""):
        ola.locator("#waiting .take").first.click()
        expect(ola.locator("#answer")).to_be_visible()
        ready(ola)
        expect(ola.locator("#sound")).to_have_attribute("data-sounds", left)
        ola.goto(f"{night.url}/")
        ready(ola)
    assert loops(ola) == []


def test_a_browser_that_wants_a_click_first_says_so_and_sounds_after_any(night: Night, listening: Callable[..., Page]) -> None:
    ola = listening("Ola")
    ola.locator("#sound").click()
    expect(ola.locator("#sound")).to_have_text("Dźwięk włączony")
    # As browsers do that let no page sound before a gesture on it.
    ola.context.add_init_script("""
      let allowed = false;
      const state = Object.getOwnPropertyDescriptor(BaseAudioContext.prototype, "state").get;
      Object.defineProperty(BaseAudioContext.prototype, "state", { get() { return allowed ? state.call(this) : "suspended"; } });
      for (const gesture of ["pointerdown", "keydown"]) addEventListener(gesture, () => { allowed = true; }, { capture: true });
    """)
    ola.reload()
    ready(ola)
    night.writes(EMERGENCY, who="a")
    expect(ola.locator("#waiting .case")).to_have_count(1)
    expect(ola.locator("#sound")).to_have_text("Dźwięk czeka: kliknij gdziekolwiek")
    assert loops(ola) == []
    ola.keyboard.press("j")
    expect(ola.locator("#sound")).to_have_text("Dźwięk włączony")
    expect(ola.locator("#sound")).to_have_attribute("data-sounds", "emergency")
    assert len(loops(ola)) == 1


def test_a_login_that_ends_stops_the_alarm_and_says_that_nobody_watches(night: Night, listening: Callable[..., Page]) -> None:
    ola = listening("Ola")
    ola.locator("#sound").click()
    night.writes(EMERGENCY, who="a")
    expect(ola.locator("#sound")).to_have_attribute("data-sounds", "emergency")
    before = len(ola.evaluate("heard"))
    night.end_logins("Ola")
    expect(ola.locator("#ended")).to_be_visible()
    expect(ola.locator("#sound")).to_have_attribute("data-sounds", "lost")  # again and again, until somebody comes
    assert len(loops(ola)) == 1
    assert len(ola.evaluate("heard")) == before + 1


def test_a_page_whose_login_ended_sounds_again_after_a_new_login_in_another_page(
    night: Night, listening: Callable[..., Page]
) -> None:
    ola = listening("Ola")
    ola.locator("#sound").click()
    night.end_logins("Ola")
    expect(ola.locator("#ended")).to_be_visible()
    ola.context.add_cookies([{"name": COOKIE, "value": night.logs_in("Ola"), "domain": "127.0.0.1", "path": PREFIX}])
    other = ola.context.new_page()
    other.goto(f"{night.url}/")
    ready(other)
    ready(ola)  # it heard that the other page is live
    expect(ola.locator("#ended")).to_be_hidden()
    night.writes(EMERGENCY, who="a")
    for page in (ola, other):
        expect(page.locator("#waiting .case")).to_have_count(1)
    expect(ola.locator("#sound")).to_have_attribute("data-sounds", "emergency")
    assert (len(loops(ola)), len(loops(other))) == (1, 0)


def test_a_login_that_was_renewed_in_another_page_does_not_end_this_one(night: Night, listening: Callable[..., Page]) -> None:
    ola = listening("Ola")
    token = night.logs_in("Ola")
    ola.context.add_cookies([{"name": COOKIE, "value": token, "domain": "127.0.0.1", "path": PREFIX}])
    ola.evaluate("document.addEventListener('console:ended', () => { globalThis.endings = 1; })")
    night.end_logins("Ola", but=token)
    night.writes("@human", who="a")
    expect(ola.locator("#waiting .case")).to_have_count(1)
    ready(ola)
    assert ola.evaluate("globalThis.endings") is None


def test_who_only_asked_for_a_person_is_heard_once(night: Night, listening: Callable[..., Page]) -> None:
    ola = listening("Ola")
    ola.locator("#sound").click()
    ola.wait_for_function("() => heard.length === 1")
    ola.evaluate("Object.defineProperty(document, 'hasFocus', { value: () => false })")
    night.writes("@human", who="a")
    ola.wait_for_function("() => heard.length === 2 && notified.length === 1")
    expect(ola).to_have_title(re.compile(r"^\(1\) "))
    night.writes("halo", who="a")
    expect(ola.locator("#waiting .case")).to_contain_text("ostatnia wiadomość")
    assert loops(ola) == []
    assert len(ola.evaluate("heard")) == 2


def test_who_writes_to_their_consultant_is_heard_and_notified_once_unless_it_was_read(
    night: Night, listening: Callable[..., Page]
) -> None:
    ola = listening("Ola")
    ola.locator("#sound").click()
    ola.wait_for_function("() => heard.length === 1")
    night.writes(HIGH, who="a")
    ola.locator("#waiting .take").click()
    in_focus(ola, "#answer")
    ready(ola)
    ola.goto(f"{night.url}/")
    ready(ola)
    before = len(ola.evaluate("heard"))
    ola.evaluate("Notification.permission = 'granted'")
    ola.evaluate("Object.defineProperty(document, 'hasFocus', { value: () => false })")
    night.writes("jest pani tam?", who="a")
    expect(ola.locator(".written")).to_have_count(1)
    ola.wait_for_function("before => heard.length === before + 1 && notified.length === 1", arg=before)
    assert [one["body"] for one in ola.evaluate("notified")] == ["Zajrzyj do konsoli."]
    assert loops(ola) == []

    # The page of the case is in front: what is written there is seen, and calls nobody.
    ola.locator("#mine .case-link").click()
    ready(ola)
    before = len(ola.evaluate("heard"))
    ola.bring_to_front()
    ola.evaluate("""() => {
      Notification.permission = "granted";
      globalThis.waited = 0;
      const wait = setTimeout;
      globalThis.setTimeout = (then, ms, ...all) => wait(ms === 4000 ? () => { then(); waited += 1; } : then, ms, ...all);
    }""")
    night.writes("halo", who="a")
    expect(ola.locator("#messages > li").last).to_contain_text("halo")
    ola.wait_for_function("() => waited > 0")
    assert len(ola.evaluate("heard")) == before
    assert ola.evaluate("notified") == []


def test_a_request_that_hangs_does_not_stop_the_page(night: Night, listening: Callable[..., Page]) -> None:
    ola = listening("Ola")
    ola.evaluate("""
      const timeout = AbortSignal.timeout;
      AbortSignal.timeout = () => timeout.call(AbortSignal, 500);
    """)
    hangs = ["once"]
    ola.route("**/console/attention", lambda route: None if hangs and hangs.pop() else route.continue_())
    with ola.expect_request("**/console/attention"):  # a look that was under way before the route was set does not count
        night.writes(EMERGENCY, who="a")
    expect(ola.locator("#waiting .case")).to_have_count(1, timeout=15_000)
    assert hangs == []


def test_of_several_pages_one_sounds_and_another_goes_on_when_it_is_closed(night: Night, listening: Callable[..., Page]) -> None:
    ola = listening("Ola")
    ola.locator("#sound").click()
    other = ola.context.new_page()
    other.goto(f"{night.url}/")
    ready(other)
    other.locator("h2").first.click()  # a gesture, in case the browser wants one for every page
    night.writes(EMERGENCY, who="a")
    expect(ola.locator("#sound")).to_have_attribute("data-sounds", "emergency")
    expect(other.locator("#waiting .case")).to_have_count(1)
    expect(other.locator("#sound")).to_have_text("Dźwięk włączony")
    assert (len(loops(ola)), len(loops(other))) == (1, 0)
    ola.close()
    expect(other.locator("#sound")).to_have_attribute("data-sounds", "emergency")
    assert len(loops(other)) == 1
    other.locator("#sound").click()  # turned off again
    expect(other.locator("#sound")).to_have_text("Dźwięk jest wyłączony: włącz")
    assert loops(other) == []


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
    night.program.alarms.ways[:] = ["email1", "sms1", "call1", "telegram", "webhook"]
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
        app.add_subapp(ALARM_PREFIX, AlarmPage(night.program).application())
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
