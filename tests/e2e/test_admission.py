"""The door of the web chat in a wave, as a person behind the same address meets it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests
from playwright.sync_api import Browser, BrowserContext, Page, expect

from bot.channels.webchat import admission
from bot.channels.webchat.network_limits import NetworkSize, Rate
from tests.e2e.desks import Night, faults, picture

pytestmark = pytest.mark.browser

HOUSE = {"X-Forwarded-For": "203.0.113.7"}
ONE = (NetworkSize(24, 48, free=Rate(1, 0), proven=Rate(60, 120)),)  # the second is a wave already
Chat = Callable[..., Page]


@pytest.fixture(autouse=True)  # before the program of the test starts
def one_is_enough() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(admission, "NETWORK_SIZES", ONE)
        yield


@pytest.fixture
def chat(night: Night, browser: Browser) -> Iterator[Chat]:
    """Open the chat from a network of which somebody else has just come."""
    contexts: list[BrowserContext] = []
    problems: list[str] = []
    opened = requests.post(f"{night.chat}/chat/conversations", headers=HOUSE, timeout=30)
    headers = {**HOUSE, "Authorization": f"Bearer {opened.json()['token']}"}
    message = {"message_id": "1", "text": "dzień dobry"}
    assert requests.post(f"{night.chat}/chat/messages", json=message, headers=headers, timeout=30).ok
    assert requests.post(f"{night.chat}/chat/conversations", headers=HOUSE, timeout=30).status_code == 429

    def open_chat(**options: Any) -> Page:
        context = browser.new_context(locale="pl", viewport={"width": 320, "height": 568}, extra_http_headers=HOUSE, **options)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("console", lambda said: problems.append(said.text) if "Content Security Policy" in said.text else None)
        page.goto(f"{night.chat}/")
        return page

    yield open_chat
    for context in contexts:
        context.close()
    assert problems == []


def test_a_person_in_a_wave_is_greeted_and_answered_and_sees_nothing_of_the_work(chat: Chat) -> None:
    page = chat()
    answers: list[int] = []
    page.on("response", lambda response: answers.append(response.status) if "/chat/" in response.url else None)
    expect(page.locator(".message.bot")).to_have_count(1)
    page.fill("#text", "dzień dobry, mam pytanie")
    page.click("#send")
    expect(page.locator(".message.bot")).to_have_count(2)
    expect(page.locator(".message.mine")).to_have_count(1)
    assert 429 in answers
    expect(page.locator(".failed")).to_have_count(0)
    expect(page.locator("#notice")).to_have_text("")


def test_without_scripts_a_page_tells_to_wait_and_has_the_numbers(night: Night, chat: Chat, browser: Browser) -> None:
    page = chat(java_script_enabled=False)
    page.fill("#text", "mam pytanie")
    page.click("#send")
    expect(page.locator("#notice")).to_contain_text("Poczekaj pół minuty")
    expect(page.locator("#notice")).to_be_in_viewport(ratio=1)
    expect(page.locator(".number").first).to_be_in_viewport(ratio=1)
    expect(page.locator("#text")).to_have_value("mam pytanie")
    picture(page, "plain-wait")
    html = page.content()
    looker = browser.new_page(bypass_csp=True)
    looker.route("**/plain", lambda route: route.fulfill(body=html, content_type="text/html; charset=utf-8"))
    looker.goto(f"{night.chat}/plain")
    assert faults(looker) == []
    looker.close()
