"""The web chat in a browser without scripts, on small phones, in both directions of writing."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, Literal
from urllib.parse import urljoin

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from bot.channels.webchat.returning import FREE
from bot.conversation.frontdoor import MAX_TEXT
from bot.messages import LANGUAGES
from tests.e2e.chats import AWAY, SCRIPTS, answer_elsewhere, goes_back, without_an_edge
from tests.e2e.desks import Night, faults, picture

pytestmark = pytest.mark.browser

PHONE = (320, 568)
PATIENCE = 20_000  # milliseconds; other work may share the machine
ACCEPTED = {"tl": "fil-PH"}
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
Chat = Callable[..., Page]


@pytest.fixture
def chat(night: Night, browser: Browser) -> Iterator[Chat]:
    """Open the ordinary page in a browser that runs no script and keeps no cookie; nothing is fetched from elsewhere."""
    contexts: list[BrowserContext] = []
    elsewhere: list[str] = []
    tokens: set[str] = set()
    addresses: list[str] = []

    def open_chat(language: str = "pl", size: tuple[int, int] = PHONE, *, text: float = 1, **options: Any) -> Page:
        context = browser.new_context(
            java_script_enabled=False,
            locale=ACCEPTED.get(language, language),
            viewport={"width": size[0], "height": size[1]},
            **options,
        )
        contexts.append(context)
        page = context.new_page()
        answer_elsewhere(page)

        def note(request: Any) -> None:
            addresses.extend((request.url, request.headers.get("referer", "")))
            found = re.search(r"token=([^&]+)", request.post_data or "")
            if found is not None:
                tokens.add(found[1])
            if not request.url.startswith((night.chat, AWAY)):
                elsewhere.append(request.url)

        page.on("request", note)
        if text != 1:
            context.new_cdp_session(page).send("Page.setFontSizes", {"fontSizes": {"standard": round(16 * text)}})
        page.goto(f"{night.chat}/")
        expect(page.locator(".message.bot").first).to_be_visible(timeout=PATIENCE)
        return page

    yield open_chat
    for context in contexts:
        assert context.cookies() == []
        context.close()
    assert elsewhere == []
    assert [address for address in addresses if any(token in address for token in tokens)] == []


def says(page: Page, text: str) -> None:
    said = page.locator(".message.mine").count()
    page.fill("#text", text)
    page.click("#send")
    expect(page.locator(".message.mine")).to_have_count(said + 1)


@pytest.fixture(scope="module")
def still(tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> Iterator[Chat]:
    """Open the page anew in a browser that a module's tests share, for those that say nothing."""
    night = Night(tmp_path_factory.mktemp("still"))
    context = browser.new_context(java_script_enabled=False, viewport={"width": PHONE[0], "height": PHONE[1]})
    page = context.new_page()
    line = context.new_cdp_session(page)

    def open_chat(language: str, *, text: float = 1) -> Page:
        page.set_extra_http_headers({"Accept-Language": ACCEPTED.get(language, language)})
        line.send("Page.setFontSizes", {"fontSizes": {"standard": round(16 * text)}})
        page.goto(f"{night.chat}/")
        page.wait_for_url("**/plain")
        expect(page.locator(".message.bot").first).to_be_visible(timeout=PATIENCE)
        return page

    yield open_chat
    assert context.cookies() == []
    context.close()
    night.stop()


@pytest.fixture(scope="module")
def found(browser: Browser) -> Iterator[Callable[..., list[str]]]:
    """Let axe look at what a page shows, in a browser that runs axe's script."""
    context = browser.new_context(viewport={"width": PHONE[0], "height": PHONE[1]}, bypass_csp=True)
    looker = context.new_page()

    def look(page: Page, *schemes: Literal["light", "dark"]) -> list[str]:
        html, place = page.content(), urljoin(page.url, "/plain")
        looker.unroute_all()
        looker.route("**/plain", lambda route: route.fulfill(body=html, content_type="text/html; charset=utf-8"))
        looker.goto(place)
        problems = []
        for scheme in schemes or SCHEMES[:1]:
            looker.emulate_media(color_scheme=scheme)
            problems += faults(looker)
        return problems

    yield look
    context.close()


def in_a_case(night: Night, page: Page) -> None:
    says(page, "zabrał mi paszport")
    night.account("Ola")
    night.takes("Ola")


def test_a_browser_without_scripts_comes_to_the_chat_by_itself_and_is_answered(night: Night, chat: Chat) -> None:
    page = chat()
    assert page.url == f"{night.chat}/plain"
    picture(page, "plain-greeting")
    says(page, "dzień dobry, mam pytanie")
    expect(page.locator(".message.mine").last).to_be_in_viewport(ratio=0.9)
    expect(page.locator(".message.bot").last.locator(".who")).to_be_in_viewport()
    expect(page.locator("#leave")).to_be_in_viewport(ratio=1)
    assert page.evaluate("history.length") <= 3  # the empty page that a tab begins with, the page, and the answer
    picture(page, "plain-answer")


def test_who_measures_the_page_can_ask_its_own_site_for_more_and_no_other_one(night: Night, browser: Browser) -> None:
    page = browser.new_page()
    page.route("https://ngo.example/**", lambda route: route.fulfill(body="hello"))
    page.goto(f"{night.chat}/plain")
    asked = "address => fetch(address, { mode: 'no-cors' }).then(answer => answer.status, () => 'refused')"
    assert page.evaluate(asked, "/robots.txt") == 404
    assert page.evaluate(asked, "https://ngo.example/") == "refused"
    page.close()


def test_loading_the_page_again_sends_nothing_twice(chat: Chat) -> None:
    page = chat()
    says(page, "dzień dobry, mam pytanie")
    page.reload()
    expect(page.locator(".message.mine")).to_have_count(1)
    assert page.locator(".message.bot").count() == 2


def test_a_consultants_answer_is_there_when_the_person_looks(night: Night, chat: Chat) -> None:
    page = chat()
    in_a_case(night, page)
    page.fill("#text", "niedokończone")
    page.click("#refresh")
    expect(page.locator("#notice")).to_have_text("Nie ma jeszcze nic nowego.")
    expect(page.locator("#notice")).to_be_in_viewport(ratio=1)
    picture(page, "plain-nothing-new")
    night.answers("Ola", "Dzień dobry, tu konsultantka.")
    page.click("#refresh")
    expect(page.locator(".message.consultant")).to_have_count(1)
    expect(page.locator(".message.consultant")).to_be_in_viewport(ratio=1)
    expect(page.locator("#text")).to_have_value("niedokończone")
    picture(page, "plain-consultant")


def test_the_language_of_everything_is_changed_by_a_form(chat: Chat) -> None:
    page = chat("en")
    page.select_option("#language", "ar")
    page.click("#change")
    expect(page.locator("html")).to_have_attribute("dir", "rtl")
    expect(page.locator(".message.bot")).to_have_attribute("lang", "ar")
    picture(page, "plain-arabic")
    says(page, "مرحبا")
    page.select_option("#language", "uk")
    page.click("#change")
    expect(page.locator("html")).to_have_attribute("lang", "uk")
    expect(page.locator(".message.bot").first).to_have_attribute("lang", "uk")
    picture(page, "plain-ukrainian")


@pytest.mark.parametrize(
    ("language", "text", "direction"),
    [("en", "کارفرما پاسپورت مرا گرفته است. چه کنم؟", "rtl"), ("ar", "Мені потрібна допомога. Ви тут?", "ltr")],
)
def test_what_a_person_writes_goes_in_its_own_direction_whatever_the_language_of_the_page(
    chat: Chat, language: str, text: str, direction: str
) -> None:
    page = chat(language)
    page.click("#human")
    says(page, text)
    page.select_option("#language", language)
    page.click("#change")
    expect(page.locator("html")).to_have_attribute("lang", language)
    asked = "line => getComputedStyle(line).direction"
    mine = [(line.inner_text(), line.evaluate(asked)) for line in page.locator(".message.mine").all()]
    assert [way for said, way in mine if text in said] == [direction]
    assert mine[0][1] != direction  # the choice that was pressed is in the language of the page
    picture(page, f"plain-own-direction-{language}")


def test_a_button_in_a_message_and_the_one_for_a_person_work(night: Night, chat: Chat) -> None:
    page = chat()
    page.locator(".message .choices button").first.click()
    expect(page.locator(".message.mine")).to_have_count(1)
    expect(page.locator(".message").first.locator("button")).to_have_count(0)
    page.click("#human")
    expect(page.locator(".message.mine")).to_have_count(2)
    assert len(night.cases()) == 1


def test_a_code_is_shown_written_down_and_opens_the_conversation_in_another_browser(
    chat: Chat, found: Callable[..., list[str]]
) -> None:
    page = chat()
    says(page, "tajemnica")
    page.click("#ask-code")
    expect(page.locator("#code")).to_be_in_viewport(ratio=1, timeout=PATIENCE)
    expect(page.locator("#notice")).to_be_in_viewport(ratio=1)
    picture(page, "plain-code")
    code = page.inner_text("#code")
    assert found(page) == []

    other = chat("ar")
    other.click(".back summary")
    other.fill("#digits", "1234")
    other.keyboard.press("Enter")  # not the first button of the other form
    expect(other.locator("#notice")).to_be_in_viewport(ratio=1, timeout=PATIENCE)
    expect(other.locator("#digits")).to_have_value("1234", timeout=PATIENCE)
    picture(other, "plain-entry-ar")
    assert found(other) == []
    other.fill("#digits", code)
    other.keyboard.press("Enter")
    expect(other.locator(".message.mine")).to_contain_text("tajemnica", timeout=PATIENCE)
    expect(other.locator(".message.mine")).to_be_in_viewport(ratio=0.9)
    expect(other.locator("html")).to_have_attribute("lang", "pl")
    other.click("#leave")
    other.wait_for_url(AWAY)
    page.click("#refresh")
    expect(page.locator(".message.mine")).to_have_count(1)


def test_erasing_asks_and_going_back_shows_nothing_of_what_was_said(chat: Chat) -> None:
    page = chat()
    says(page, "tajemnica")
    page.click("#erase")
    expect(page.locator("#confirm-yes")).to_be_in_viewport(ratio=1)
    picture(page, "plain-erase")
    page.click("#confirm-yes")
    expect(page.locator("#notice")).to_contain_text("usunięta")
    expect(page.locator(".message.mine")).to_have_count(0)
    for _ in range(2):
        goes_back(page)
        expect(page.locator("html")).not_to_contain_text("tajemnica")


@pytest.mark.parametrize("language", SCRIPTS)  # greeted in every language: the next one
def test_axe_finds_nothing_in_any_script_in_any_state(
    night: Night, chat: Chat, found: Callable[..., list[str]], language: str
) -> None:
    page = chat(language)
    words = night.program.wording.page[language]
    states: dict[str, list[str]] = {}

    def looks(state: str) -> None:
        if state in words:
            expect(page.locator("#notice")).to_have_text(words[state])
        states[state] = found(page, *(SCHEMES if language == SCRIPTS[0] else ()))  # colours know no language
        picture(page, f"plain-{state}-{language}")

    looks("greeted")
    page.click("#human")
    night.account("Ola")
    night.takes("Ola")
    night.answers("Ola", "Dzień dobry, tu konsultantka.")
    page.click("#refresh")
    looks("answered")
    page.click("#refresh")
    looks("nothing_new")
    page.fill("#text", "a" * (MAX_TEXT + 1))
    page.click("#send")
    looks("not_sent")
    page.fill("#text", "")
    page.click("#ask-code")
    looks("code_says")
    page.click("#erase")
    looks("erase_question")
    page.click("#confirm-yes")
    looks("erased")
    page.click(".back summary")
    page.fill("#digits", "0" * 16)
    page.click(".back button")
    looks("code_wrong")
    for _ in range(FREE):
        with page.expect_navigation():
            page.click(".back button")
    looks("code_slow")
    assert {state: problems for state, problems in states.items() if problems} == {}


@pytest.mark.parametrize("scheme", SCHEMES)
def test_with_forced_colours_what_can_be_pressed_has_an_edge(chat: Chat, scheme: Literal["light", "dark"]) -> None:
    page = chat(forced_colors="active", color_scheme=scheme)
    assert without_an_edge(page) == []
    says(page, "dzień dobry, mam pytanie")
    for button in ("#refresh", "#ask-code", "#erase", "#confirm-yes"):
        page.click(button)
        expect(page.locator("#notice")).to_be_visible()
        assert without_an_edge(page) == []
        picture(page, f"plain-forced-{scheme}-{button[1:]}")


@pytest.mark.parametrize("language", LANGUAGES)
def test_axe_finds_nothing_and_everything_is_whole_in_any_language_at_twice_the_size_of_text(
    still: Chat, found: Callable[..., list[str]], language: str
) -> None:
    for text in (1, 2):
        page = still(language, text=text)
        if text == 1:  # who this is, the question and the choices are in sight at once
            for part in (".choices button >> nth=0", ".choices button >> nth=-1", ".greeting summary"):
                expect(page.locator(part)).to_be_in_viewport(ratio=1)
            page.click(".greeting summary")
        assert found(page) == []
        picture(page, f"plain-{language}-{text}")
        expect(page.locator("html")).to_have_attribute("lang", language)
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
        for selector in ("#leave", "#text", "#send", "#human", "#language", "#change", ".number"):
            page.locator(selector).first.scroll_into_view_if_needed()
            expect(page.locator(selector).first).to_be_in_viewport(ratio=0.98)
            expect(page.locator("#leave")).to_be_in_viewport(ratio=1)
