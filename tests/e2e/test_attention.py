"""What calls a consultant to the console: the sound and the title, in a browser."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from bot.console.services import COOKIE, PREFIX
from tests.e2e.desks import Night, in_focus, ready
from tests.e2e.listening import EMERGENCY, HIGH

pytestmark = pytest.mark.browser


def loops(page: Page) -> list[dict[str, Any]]:
    """Return the repeated sounds that a page plays now."""
    return [one for one in page.evaluate("heard") if one["loop"] and not one["stopped"]]


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
