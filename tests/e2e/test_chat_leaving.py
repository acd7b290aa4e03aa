"""The ways out of the web chat's page: whole, at once, and with nothing left behind."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from playwright.sync_api import expect

from bot.messages import LANGUAGES
from tests.e2e.chats import AWAY, OLD, WITHOUT_SCRIPT, Chat, in_a_case
from tests.e2e.desks import Night, picture

pytestmark = pytest.mark.browser

# Says what of the page is not whole, out of sight or too small, after one more look a little later.
WHOLE = """async ([width, leastRoom]) => {
  const frame = () => new Promise(requestAnimationFrame);
  const seen = one => new Promise(done => {
    const eye = new IntersectionObserver(([entry]) => { eye.disconnect(); done(entry.intersectionRatio + 1e-9); });
    eye.observe(one);
  });
  const look = async () => {
    const leave = document.getElementById("leave"), words = document.createRange(), wrong = [];
    for (const end of [0, document.body.scrollHeight]) {
      scrollTo(0, end);
      if (await seen(leave) < 1) wrong.push(`leave, scrolled to ${end}`);
    }
    const box = leave.getBoundingClientRect();
    words.selectNodeContents(leave);
    const text = words.getBoundingClientRect();
    if (text.left < box.left || text.right > box.right || text.top < box.top || text.bottom > box.bottom) wrong.push("its words");
    const middle = [box.left + box.width / 2, box.top + box.height / 2];
    const places = [[box.left + 9, box.top + 9], [box.right - 9, box.bottom - 9], middle];
    if (!places.every(([x, y]) => document.elementFromPoint(x, y) === leave)) wrong.push("leave, which something covers");
    if (document.documentElement.scrollWidth > width) wrong.push(`${document.documentElement.scrollWidth} wide`);
    for (const selector of ["#text", "#send", ".number", "#language", "#erase"]) {
      const one = document.querySelector(selector);
      one.scrollIntoViewIfNeeded();
      if (await seen(one) < 0.98) wrong.push(selector);  // but for a fraction of a point
    }
    const room = document.getElementById("talk").getBoundingClientRect().height;
    if (room < leastRoom) wrong.push(`talk, ${room} high`);
    scrollTo(0, 0);
    return wrong;
  };
  for (let left = 20; ; left -= 1) {
    const wrong = await look();
    if (!wrong.length || !left) return wrong;
    await frame();
  }
}"""


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_way_out_is_whole_and_on_top_at_twice_the_size_of_text(still: Chat, language: str) -> None:
    for text in (1, 1.3, 2):
        page = still(language, text=text)
        for size in ((320, 568), (360, 640), (568, 320)):
            page.set_viewport_size({"width": size[0], "height": size[1]})
            assert page.evaluate(WHOLE, [size[0], 4 * 16 * text]) == [], (text, size)
            picture(page, f"leave-{language}-{text}-{size[0]}")


@pytest.mark.parametrize(
    "options", [{}, WITHOUT_SCRIPT, {"script": OLD}, {"color_scheme": "dark"}], ids=["script", "no script", "old", "dark"]
)
def test_leaving_works_with_and_without_script_and_in_old_browsers(chat: Chat, options: dict[str, Any]) -> None:
    page = chat(**options)
    page.click("#leave")
    page.wait_for_url(AWAY)
    expect(page).to_have_title("Serwis")


def test_leaving_does_not_wait_for_the_chats_own_script(night: Night, chat: Chat) -> None:
    page = chat()
    for path in ("**/words-*.js", "**/chat.*.js"):
        page.route(path, lambda _route: None)  # still on its way, as on a slow line
    page.goto(f"{night.chat}/", wait_until="commit")
    page.click("#leave")
    page.wait_for_url(AWAY)


def test_the_page_is_dark_and_deaf_at_once_however_long_the_other_takes(night: Night, chat: Chat) -> None:
    page = chat()
    in_a_case(night, page)
    page.route(f"{AWAY}**", lambda route: route.fulfill(status=204))  # nothing comes: the page that was left stays what it is
    page.click("#leave")
    page.wait_for_function("() => document.title === 'www.gov.pl'")
    assert page.inner_text("body") == night.program.wording.page["pl"]["loading"]
    picture(page, "chat-left")
    night.answers("Ola", "Czy jest Pani bezpieczna?")
    assert page.evaluate("[document.title, document.querySelectorAll('.message').length]") == ["www.gov.pl", 0]


def test_none_of_the_conversation_lies_behind_the_page_that_one_left_to(chat: Chat) -> None:
    page = chat()
    page.focus(".skip")
    page.keyboard.press("Enter")
    expect(page.locator("#text")).to_be_focused()
    page.click("#leave")
    page.wait_for_url(AWAY)
    assert page.evaluate("history.length") == 2  # the empty page that a tab begins with, and this one
    page.go_back()
    assert page.url == "about:blank"


@pytest.mark.parametrize("options", [{}, {"script": OLD}], ids=["new", "old"])
def test_three_times_shift_leaves(chat: Chat, options: dict[str, Any]) -> None:
    page = chat(**options)
    page.focus("#text")
    for _ in range(3):
        page.keyboard.press("Shift")
    page.wait_for_url(AWAY)


def test_each_press_of_shift_says_how_many_are_left_and_waiting_or_another_key_starts_again(night: Night, chat: Chat) -> None:
    page = chat("ar", (320, 568))  # it speaks the language that was chosen, too
    page.clock.install(time=datetime(2026, 1, 1, tzinfo=UTC))
    page.clock.pause_at(datetime(2026, 1, 1, 1, tzinfo=UTC))  # however slow this machine is
    status, bar = page.get_by_role("status").first, page.locator("#leave")
    for language in LANGUAGES:
        words = night.program.wording.page[language]
        page.select_option("#language", language)
        expect(page.locator("html")).to_have_attribute("lang", language)
        page.evaluate("document.activeElement.blur()")
        page.keyboard.press("Shift")
        expect(status).to_have_text(words["press_two"])
        expect(bar).to_have_attribute("data-presses", "1")
        page.clock.fast_forward(4900)
        page.keyboard.press("Shift")
        expect(status).to_have_text(words["press_one"])
        expect(bar).to_be_in_viewport(ratio=1)
        picture(page, f"leave-pressed-{language}")
        page.clock.fast_forward(5100)
        expect(status).to_have_text(words["press_over"])
        page.keyboard.press("Shift")
        expect(status).to_have_text(words["press_two"])
        page.keyboard.press("a")
        expect(status).to_have_text(words["press_over"])
        expect(bar).to_have_attribute("data-presses", "0")
        page.clock.fast_forward(5100)
        expect(status).to_be_empty()
        assert page.url != AWAY


def test_shift_that_is_held_writes_capitals_selects_or_changes_the_keyboard_does_not_leave(chat: Chat) -> None:
    page = chat()
    page.focus("#text")
    keys = page.keyboard
    for _ in range(9):  # held: the browser repeats it
        keys.down("Shift")
    keys.up("Shift")
    for letter in "POLICJA":
        keys.down("Shift")
        keys.press(letter)
        keys.up("Shift")
    for first, second in (("Alt", "Shift"), ("Control", "Shift"), ("Shift", "Alt"), ("Shift", "Control")):
        for _ in range(3):  # let go in either order
            keys.down(first)
            keys.down(second)
            keys.up(first)
            keys.up(second)
        for _ in range(3):
            keys.down(first)
            keys.down(second)
            keys.up(second)
            keys.up(first)
    for _ in range(4):
        keys.down("Shift")
        page.click("#text")
        keys.up("Shift")
    keys.press("Shift")
    keys.press("Shift")
    keys.press("a")
    keys.press("Shift")
    expect(page.locator("#text")).to_have_value("POLICJAa")
    expect(page.locator("html")).not_to_have_class(re.compile("gone"))
    assert page.url != AWAY
