"""The way out of the web chat without scripts: dark at once, whatever the server does, and nothing behind it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest
from playwright.sync_api import Browser, BrowserContext, Error, Page, expect

from tests.e2e.chats import AWAY, WITHOUT_SCRIPT, answer_elsewhere, goes_back
from tests.e2e.desks import Night

pytestmark = pytest.mark.browser

SECRET = "tajemnica"
LOOKS = 2000
EVERYWHERE = 20  # points between two places that are looked at


class Finger:
    """Presses, and looks, without waiting for the page that comes of it, as Playwright does.

    While one is on its way, Chromium answers no question about the page; it can still be looked at.
    """

    def __init__(self, page: Page, *, touch: bool) -> None:
        self.page = page
        self.line = page.context.new_cdp_session(page)
        self.touch = touch

    def presses(self, selector: str) -> None:
        box = self.page.locator(selector).bounding_box()
        assert box is not None
        self.presses_at(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)

    def presses_at(self, x: float, y: float) -> None:
        self.goes_down(x, y)
        self.comes_up(x, y)

    def goes_down(self, x: float, y: float) -> None:
        if self.touch:
            self.line.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": x, "y": y}]})
        else:
            self._mouse("mouseMoved", x, y, button="none")
            self._mouse("mousePressed", x, y)

    def comes_up(self, x: float, y: float) -> None:
        if self.touch:
            self.line.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
        else:
            self._mouse("mouseReleased", x, y)

    def _mouse(self, kind: str, x: float, y: float, button: str = "left") -> None:
        self.line.send("Input.dispatchMouseEvent", {"type": kind, "x": x, "y": y, "button": button, "clickCount": 1})

    def stops(self) -> None:
        """Press the browser's button that gives up the page which is on its way; what is there can be asked again."""
        self.line.send("Page.stopLoading")

    def in_sight(self) -> set[str]:
        """Return what lies on top, anywhere in the window: the ids of what has one, else the names."""
        asked = f"""(() => {{
          const found = new Set();
          for (let y = 1; y < innerHeight; y += {EVERYWHERE})
            for (let x = 1; x < innerWidth; x += {EVERYWHERE}) {{
              const one = document.elementFromPoint(x, y);
              found.add(one.id || one.localName);
            }}
          return [...found];
        }})()"""
        return set(self.line.send("Runtime.evaluate", {"expression": asked, "returnByValue": True})["result"]["value"])

    def picture(self) -> str:
        return str(self.line.send("Page.captureScreenshot", {"format": "png"})["data"])


@pytest.fixture
def plain(night: Night, browser: Browser) -> Iterator[Callable[..., Finger]]:
    """Open the page in a browser without scripts. Playwright's own routes stay out of it: with them going back finds no end."""
    contexts: list[BrowserContext] = []

    def open_page(language: str = "pl", *, touch: bool = False) -> Finger:
        size = {"width": 360, "height": 640}
        context = browser.new_context(**WITHOUT_SCRIPT, viewport=size, has_touch=touch)  # type: ignore[arg-type]
        contexts.append(context)
        page = context.new_page()
        page.goto(f"{night.chat}/plain?lang={language}")
        return Finger(page, touch=touch)

    yield open_page
    for context in contexts:
        context.close()


@pytest.fixture
def begun(plain: Callable[..., Finger]) -> Callable[..., Finger]:
    """Begin a conversation there; the page that one leaves to answers."""

    def begin(language: str = "pl", text: str = SECRET, *, touch: bool = False) -> Finger:
        finger = plain(language, touch=touch)
        answer_elsewhere(finger.page)
        finger.page.fill("#text", text)
        finger.page.click("#send")
        expect(finger.page.locator(".message.mine")).to_contain_text(text)
        return finger

    return begin


def finds_nothing_behind(page: Page) -> None:
    """Go back, as far as that goes without agreeing to send a form again: nothing was kept, and the browser says so."""
    with suppress(Error):
        page.go_back()
    page.wait_for_url("chrome-error://**")
    expect(page.locator("html")).not_to_contain_text(SECRET)


@pytest.mark.parametrize("touch", [False, True], ids=["mouse", "touch"])
def test_when_the_server_does_not_answer_the_page_is_dark_at_once_the_next_press_leads_away_and_nothing_lies_behind(
    night: Night, begun: Callable[..., Finger], touch: bool
) -> None:
    first, second = begun(touch=touch), begun("ar", "مرحبا", touch=touch)
    before = first.picture(), second.picture()
    assert before[0] != before[1]
    with night.silent():
        first.presses("#leave")
        second.presses("#leave")
        assert first.picture() == second.picture()  # neither words, language nor direction can be told
        first.stops()
        assert any(first.in_sight() == {"away"} for _ in range(LOOKS))  # of a touch, Chromium lets go a moment later
        first.presses_at(180, 400)
        expect(first.page).to_have_title("Serwis")
        finds_nothing_behind(first.page)


def test_a_press_that_lasts_shows_nothing_either_and_ends_where_it_began(night: Night, begun: Callable[..., Finger]) -> None:
    finger = begun()
    box = finger.page.locator("#leave").bounding_box()
    assert box is not None
    finger.goes_down(box["x"] + 5, box["y"] + 5)
    assert finger.in_sight() == {"leave"}
    finger.comes_up(20, 500)
    finger.page.wait_for_url(AWAY)


def test_a_key_that_is_pressed_afterwards_brings_nothing_back(night: Night, begun: Callable[..., Finger]) -> None:
    finger = begun()
    with night.silent():
        finger.presses("#leave")
        dark = finger.picture()
        finger.line.send("Input.dispatchKeyEvent", {"type": "rawKeyDown", "key": "a", "windowsVirtualKeyCode": 65})
        assert finger.picture() == dark


def test_whoever_only_passes_the_way_out_with_the_keyboard_keeps_the_page(begun: Callable[..., Finger]) -> None:
    finger = begun()
    finger.page.locator("#erase").focus()
    for passed in ("#leave", "#away"):
        finger.page.keyboard.press("Tab")
        expect(finger.page.locator(passed)).to_be_focused()
        assert {"messages", "language"} <= finger.in_sight()
    finger.page.keyboard.press("Enter")  # a link for whoever has no finger on the page, and no answer
    finger.page.wait_for_url(AWAY)


def test_going_back_and_sending_the_form_again_shows_nothing_of_what_was_said(
    begun: Callable[..., Finger],
) -> None:
    page = begun().page
    page.click("#leave")
    page.wait_for_url(AWAY)
    expect(page).to_have_title("Serwis")
    finds_nothing_behind(page)
    page.go_forward()
    goes_back(page)
    expect(page.locator("html")).not_to_contain_text(SECRET)


@pytest.mark.parametrize("touch", [False, True], ids=["mouse", "touch"])
def test_before_anything_was_written_the_way_out_is_a_link_and_makes_the_page_dark_as_well(
    plain: Callable[..., Finger], touch: bool
) -> None:
    seen = []
    for language in ("pl", "ar"):
        finger = plain(language, touch=touch)
        finger.line.send("Fetch.enable", {"patterns": [{"urlPattern": f"{AWAY}*"}]})  # it is asked for, and does not come
        finger.presses("#leave")
        seen.append(finger.picture())
    assert seen[0] == seen[1]
