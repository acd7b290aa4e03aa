"""What the tests of the web chat's page share: the page in a browser of its own, as somebody opens it on a phone."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Error, Page, Route, expect
from sqlalchemy import select

from bot.storage.tables import Conversation, Message
from tests.e2e.desks import Night

# One language of each script, of both directions of writing.
SCRIPTS = ("pl", "uk", "ka", "ar", "hi")
AWAY = "https://www.gov.pl/"
READY = ".greeting .choices button:enabled"  # the greeting comes with the page, its choices work when its script does
PATIENCE = 20_000  # milliseconds; other work may share the machine
SENT = "**/chat/messages"
WORDS = ["szef krzyczy", "nie wiem, co robić", "jestem sama"]
WITHOUT_SCRIPT = {"java_script_enabled": False}
# What Chrome 70, Safari 12 or Firefox 63 do not have, of what the page or a library in it might ask for.
OLD = """
  for (const [of, names] of [
    [Element.prototype, "replaceChildren checkVisibility"], [String.prototype, "matchAll replaceAll at"],
    [Array.prototype, "at findLast"], [Object, "fromEntries hasOwn"], [Promise, "allSettled any"],
    [HTMLFormElement.prototype, "requestSubmit"], [HTMLDialogElement.prototype, "showModal show close"],
    [Crypto.prototype, "randomUUID"], [Response.prototype, "body"], [AbortSignal, "timeout any"],
    [window, "structuredClone queueMicrotask ResizeObserver IntersectionObserver BroadcastChannel visualViewport"],
  ]) for (const name of names.split(" ")) delete of[name];
  const supports = CSS.supports.bind(CSS);
  CSS.supports = (name, ...value) => name !== "field-sizing" && supports(name, ...value);
"""
Chat = Callable[..., Page]


@pytest.fixture
def chat(night: Night, browser: Browser) -> Iterator[Chat]:
    """Open the chat in a browser of its own; whatever goes wrong in its script fails the test."""
    contexts: list[BrowserContext] = []
    problems: list[str] = []

    def open_chat(
        language: str | None = "pl",
        size: tuple[int, int] = (360, 640),
        *,
        text: float = 1,
        script: str | None = None,
        **options: Any,
    ) -> Page:
        context = browser.new_context(viewport={"width": size[0], "height": size[1]}, **options)
        contexts.append(context)
        context.route(f"{AWAY}**", lambda route: route.fulfill(body="<title>Serwis</title>", content_type="text/html"))
        if script is not None:
            context.add_init_script(script)
        page = context.new_page()
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("console", lambda message: problems.append(message.text) if "Content Security Policy" in message.text else None)
        if text != 1:  # as who sets larger letters in their browser or telephone
            context.new_cdp_session(page).send("Page.setFontSizes", {"fontSizes": {"standard": round(16 * text)}})
        page.goto(f"{night.chat}/" if language is None else f"{night.chat}/?lang={language}")
        if options.get("java_script_enabled", True):
            expect(page.locator(READY).first).to_be_visible(timeout=PATIENCE)
        return page

    yield open_chat
    for context in contexts:
        context.close()
    assert problems == []


@pytest.fixture(scope="module")
def still(tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> Iterator[Chat]:
    """Open the chat anew in a page that a module's tests share, for those that say nothing: a new browser takes them longest."""
    night = Night(tmp_path_factory.mktemp("still"))
    context = browser.new_context()
    page = context.new_page()
    line = context.new_cdp_session(page)
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda message: problems.append(message.text) if "Content Security Policy" in message.text else None)

    def open_chat(language: str, size: tuple[int, int] = (320, 568), *, text: float = 1) -> Page:
        page.set_viewport_size({"width": size[0], "height": size[1]})
        line.send("Page.setFontSizes", {"fontSizes": {"standard": round(16 * text)}})
        page.goto(f"{night.chat}/?lang={language}")
        expect(page.locator(READY).first).to_be_visible(timeout=PATIENCE)
        return page

    yield open_chat
    context.close()
    night.stop()
    assert problems == []


def says(page: Page, text: str) -> None:
    """Write a message and wait for its answer."""
    said = page.locator(".message.bot").count()
    page.fill("#text", text)
    page.keyboard.press("Enter")
    expect(page.locator(".message.bot")).to_have_count(said + 1)


def in_a_case(night: Night, page: Page, text: str = "zabrał mi paszport") -> None:
    """Let the person write until a consultant has their case, with an answer of the program that is longer than the view."""
    says(page, text)
    night.account("Ola")
    night.takes("Ola")


def stored(night: Night) -> list[list[str]]:
    """Return what people said, by conversation, in order."""

    async def read() -> list[list[str]]:
        program = night.program
        async with program.database.transaction() as session:
            conversations = (await session.scalars(select(Conversation.id).order_by(Conversation.created_at))).all()
            found = (await session.scalars(select(Message).filter_by(author="person").order_by(Message.number))).all()
            return [[program.conversations.read(one).text for one in found if one.conversation_id == of] for of in conversations]

    return night.do(read())


def writes(page: Page, *texts: str) -> None:
    """Send messages without waiting for anything."""
    for text in texts:
        page.fill("#text", text)
        page.keyboard.press("Enter")


def first(page: Page, address: str, wrong: Callable[[Route], Any]) -> None:
    """Let something go wrong with the first request to an address."""
    page.route(address, wrong, times=1)


def without_an_edge(page: Page) -> list[str]:
    """Return what can be pressed, or is a message, and cannot be told from what is around it, in the colours that a browser forces."""
    found: list[str] = page.evaluate("""() => [...document.querySelectorAll("button, select, textarea, #leave, .message")]
      .filter(one => one.offsetParent !== null)
      .map(one => [one.id || one.className, getComputedStyle(one)])
      .filter(([, style]) => parseFloat(style.borderTopWidth) === 0 || style.borderTopColor === style.backgroundColor)
      .map(([name]) => name)""")
    return found


def answer_elsewhere(page: Page) -> None:
    """Answer for the page that one leaves to: the program sends there by a redirect, which Playwright's own routes do not see."""
    line = page.context.new_cdp_session(page)
    answered = {
        "responseCode": 200,
        "responseHeaders": [{"name": "Content-Type", "value": "text/html"}],
        "body": b64encode(b"<title>Serwis</title>").decode(),
    }
    line.on("Fetch.requestPaused", lambda asked: line.send("Fetch.fulfillRequest", {"requestId": asked["requestId"], **answered}))
    line.send("Fetch.enable", {"patterns": [{"urlPattern": f"{AWAY}*"}]})


def goes_back(page: Page) -> None:
    """Go back and load what is there, as far as a browser does that has kept nothing: one shows an error, one stays."""
    with suppress(Error):
        page.go_back()
        page.reload()
