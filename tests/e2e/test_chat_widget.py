"""The chat on another site, in a frame of its own: with keys, on a phone, closing, leaving."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, BrowserContext, FrameLocator, Locator, Page, expect

from tests.e2e.chats import AWAY, READY
from tests.e2e.desks import Night, faults, picture

pytestmark = pytest.mark.browser

SITE = "https://www.ngo.example"
EXAMPLE = Path(__file__).resolve().parents[2] / "docs" / "examples" / "widget.html"
PATIENCE = 20_000
Visit = Callable[..., Page]


@pytest.fixture
def shown(tmp_path: Path) -> Iterator[Night]:
    night = Night(tmp_path, widget_sites=SITE)
    yield night
    night.stop()


@pytest.fixture
def visit(shown: Night, browser: Browser) -> Iterator[Visit]:
    """Open the example page as the NGO's site serves it, in a browser of its own."""
    contexts: list[BrowserContext] = []

    def open_site(
        site: str = SITE, size: tuple[int, int] = (1280, 800), *, language: str = "uk", text: float = 1, **options: Any
    ) -> Page:
        context = browser.new_context(viewport={"width": size[0], "height": size[1]}, **options)
        contexts.append(context)
        html = EXAMPLE.read_text(encoding="utf-8").replace("https://help.example.org", shown.chat)
        html = html.replace('data-language="uk"', f'data-language="{language}"')
        context.route(f"{site}/**", lambda route: route.fulfill(body=html, content_type="text/html; charset=utf-8"))
        context.route(f"{AWAY}**", lambda route: route.fulfill(body="<title>Serwis</title>", content_type="text/html"))
        page = context.new_page()
        if text != 1:  # as who sets larger letters in their browser
            context.new_cdp_session(page).send("Page.setFontSizes", {"fontSizes": {"standard": round(16 * text)}})
        page.goto(f"{site}/contact")
        return page

    yield open_site
    for context in contexts:
        context.close()


def at_the_edge(page: Page, part: Locator, side: Literal["left", "right"]) -> bool:
    """Say whether a part stands at a side of the window, wholly inside."""
    box, width = part.bounding_box(), page.evaluate("innerWidth")
    assert box is not None
    left, right = box["x"], width - box["x"] - box["width"]
    return min(left, right) >= 0 and (left if side == "left" else right) <= 20


def frame_of(page: Page) -> FrameLocator:
    return page.frame_locator("iframe")


@pytest.mark.parametrize(
    ("size", "language", "text"),
    [((1280, 800), "uk", 1), ((320, 568), "uk", 1), ((1280, 800), "ar", 1), ((320, 568), "ar", 2)],
    ids=str,
)
def test_the_chat_opens_by_keys_talks_and_closes_without_forgetting(
    shown: Night, visit: Visit, size: tuple[int, int], language: str, text: float
) -> None:
    page, words = visit(size=size, language=language, text=text), shown.program.wording.page[language]
    button, closer = (page.get_by_role("button", name=words[name], exact=True) for name in ("title", "close"))
    expect(button).to_have_css("font-size", f"{16 * text:.0f}px")
    assert at_the_edge(page, button, "left" if language == "ar" else "right")
    expect(button).to_have_attribute("aria-expanded", "false")
    assert page.locator("iframe").count() == 0  # nothing of the chat is fetched before
    assert [
        one for one in page.evaluate("performance.getEntriesByType('resource').map(one => one.name)") if "/static/" in one
    ] == []
    assert faults(page) == []
    button.focus()
    page.keyboard.press("Enter")
    chat = frame_of(page)
    expect(chat.locator(f"[lang={language}]{READY}").first).to_be_visible(timeout=PATIENCE)
    panel = page.get_by_role("region", name=words["title"])
    assert at_the_edge(page, panel, "left" if language == "ar" else "right")
    expect(closer).to_be_in_viewport(ratio=1)
    expect(chat.locator("#leave")).to_be_in_viewport(ratio=1)
    assert faults(page) == []
    picture(page, f"widget-{language}-{size[0]}")
    chat.locator("#text").fill("забрали паспорт, заберіть paszport")
    chat.locator("#text").press("Enter")
    expect(chat.locator('.mine[data-state="sent"]')).to_have_count(1, timeout=PATIENCE)
    chat.locator("#text").press("Escape")
    expect(button).to_be_focused()
    shown.account("Ola")
    shown.takes("Ola")
    shown.answers("Ola", "Я тут.")
    expect(page.get_by_role("button", name=re.compile(rf"^\(\d\) {words['title']}$"))).to_be_visible(timeout=PATIENCE)
    page.keyboard.press("Enter")
    expect(chat.locator(".message.consultant")).to_have_count(1)
    closer.click()
    expect(page.locator("iframe")).to_be_hidden()


def test_escape_closes_the_chat_from_its_own_button_and_from_the_site_around_it(shown: Night, visit: Visit) -> None:
    page, words = visit(), shown.program.wording.page["uk"]
    page.evaluate("""() => document.querySelector("main").insertAdjacentHTML("beforeend", `
      <input id="search" aria-label="search"><input id="own" aria-label="own" onkeydown="event.preventDefault()">`)""")
    button, closer = (page.get_by_role("button", name=words[name]) for name in ("title", "close"))
    panel = page.get_by_role("region", name=words["title"])
    button.click()
    closer.focus()
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    expect(button).to_be_focused()
    page.keyboard.press("Enter")
    page.focus("#own")
    page.keyboard.press("Escape")
    expect(panel).to_be_visible()  # the site took the key for something of its own
    page.focus("#search")
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    expect(page.locator("#search")).to_be_focused()
    page.keyboard.press("Escape")  # and there is nothing to close any more
    expect(page.locator("#search")).to_be_focused()


def test_without_scripts_a_link_leads_to_the_chat_that_needs_none(shown: Night, visit: Visit) -> None:
    page = visit(java_script_enabled=False)
    page.get_by_role("link", name=shown.program.wording.page["uk"]["plain_link"]).click()
    expect(page.locator("html")).to_have_attribute("lang", "uk")
    expect(page.locator("textarea#text")).to_be_visible()
    assert page.url.startswith(f"{shown.chat}/plain")


def test_leaving_leaves_the_whole_site_at_once(visit: Visit) -> None:
    page = visit(size=(320, 568))
    page.get_by_role("button", name="Чат").click()
    frame_of(page).locator("#leave").click(timeout=PATIENCE)
    page.wait_for_url(AWAY)
    page.go_back()
    assert page.url == "about:blank"  # the site is not behind it


@pytest.mark.parametrize("closed", [False, True], ids=["open", "closed again"])
def test_three_times_shift_leaves_from_the_site_around_the_chat_too(
    shown: Night,
    visit: Visit,
    closed: bool,
) -> None:
    page, words = visit(), shown.program.wording.page["uk"]
    for _ in range(4):
        page.keyboard.press("Shift")  # before it was opened there is nothing to leave
    status = page.get_by_role("status")
    expect(status).to_be_empty()
    page.get_by_role("button", name="Чат").click()
    expect(frame_of(page).locator(READY).first).to_be_visible(timeout=PATIENCE)
    if closed:
        page.get_by_role("button", name="Закрити").click()
    page.get_by_role("heading").click()  # the keys are the site's now
    keys = page.keyboard
    for letter in "SOS":
        keys.down("Shift")
        keys.press(letter)
        keys.up("Shift")
    for _ in range(3):
        keys.down("Alt")
        keys.press("Shift")
        keys.up("Alt")
    keys.press("Shift")
    expect(status).to_have_text(words["press_two"])
    assert faults(page) == []
    keys.press("a")
    expect(status).to_have_text(words["press_over"])
    keys.press("Shift")
    keys.press("Shift")
    expect(status).to_have_text(words["press_one"])
    keys.press("Shift")
    page.wait_for_url(AWAY)
    page.go_back()
    assert page.url == "about:blank"  # the site is not behind it


def test_a_site_that_is_not_named_shows_no_chat(visit: Visit) -> None:
    page = visit("https://other.example")
    expect(page.get_by_role("heading")).to_be_visible()
    assert page.get_by_role("button").count() == 0
