"""The web chat's page: what the person sees of an answer, writes, and chooses, in every language."""

from __future__ import annotations

import re
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, expect
from sqlalchemy import select

from bot.storage.tables import Conversation
from tests.e2e.chats import OLD, SCRIPTS, WITHOUT_SCRIPT, Chat, in_a_case, says, without_an_edge
from tests.e2e.desks import Night, faults, picture

pytestmark = pytest.mark.browser

PATIENCE = 20_000  # milliseconds; retries wait some seconds
SIZES = [(320, 568), (360, 640), (1280, 800)]


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_the_consultants_answers_come_into_view_after_a_long_answer_of_the_program(
    night: Night, chat: Chat, size: tuple[int, int]
) -> None:
    page = chat(size=size)
    in_a_case(night, page)
    for number, answer in enumerate(("Dzień dobry, tu konsultantka.", "Czytam, co się dzieje.", "Czy może Pani teraz pisać?")):
        night.answers("Ola", answer)
        expect(page.locator(".message.consultant")).to_have_count(number + 1)
        expect(page.locator(".message.consultant").last).to_be_in_viewport(ratio=1)
        expect(page.locator("#news")).to_be_hidden()
    picture(page, f"chat-answer-{size[0]}")
    expect(page).to_have_title("Czat")

    # A long answer begins where it can be read from its first line.
    night.answers("Ola", "To jest długa odpowiedź. " * 120)
    expect(page.locator(".message.consultant")).to_have_count(4)
    expect(page.locator(".message.consultant").last.locator(".who")).to_be_in_viewport(ratio=1)


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_who_reads_further_up_stays_there_and_gets_a_button_to_what_is_new(
    night: Night, chat: Chat, size: tuple[int, int]
) -> None:
    page = chat(size=size)
    in_a_case(night, page)
    for _ in range(2):
        night.answers("Ola", "Proszę pisać, kiedy jest bezpiecznie. " * 12)
    expect(page.locator(".message.consultant")).to_have_count(2)
    page.evaluate("document.getElementById('talk').scrollTop = 0")
    expect(page.locator(".message").first).to_be_in_viewport()
    night.answers("Ola", "Czy ktoś jest obok?")
    night.answers("Ola", "Zostaję tutaj.")
    button = page.locator("#news")
    expect(button).to_be_in_viewport(ratio=1)
    expect(button).to_have_text("Nowa wiadomość ↓")
    expect(page).to_have_title("(2) Czat")
    assert page.evaluate("document.getElementById('talk').scrollTop") == 0
    picture(page, f"chat-news-{size[0]}")
    button.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".message.consultant").last).to_be_in_viewport(ratio=1)
    expect(button).to_be_hidden()
    expect(page).to_have_title("Czat")


def test_the_title_of_a_page_in_the_background_tells_of_an_answer_and_of_nothing_else(night: Night, chat: Chat) -> None:
    page = chat("uk")
    in_a_case(night, page, "у мене забрали paszport, їм не кажу")
    page.evaluate("""() => {
      globalThis.state = "hidden";
      Object.defineProperty(document, "visibilityState", { get: () => state });
      document.dispatchEvent(new Event("visibilitychange"));
    }""")
    night.answers("Ola", "Ми вже читаємо.")
    expect(page).to_have_title(re.compile(r"^\(\d\) Чат$"))
    page.evaluate("() => { state = 'visible'; document.dispatchEvent(new Event('visibilitychange')); }")
    expect(page).to_have_title("Чат")


def test_an_answer_to_a_message_that_fills_the_screen_is_in_view(chat: Chat) -> None:
    page = chat(size=(320, 568))
    says(page, "Chcę zapytać o pracę. " * 150)
    expect(page.locator(".message.bot").last.locator(".who")).to_be_in_viewport(ratio=1)


@pytest.mark.parametrize("options", [{}, {"script": OLD}], ids=["new", "old"])
def test_enter_sends_and_erasing_asks_and_erases_in_old_browsers_too(chat: Chat, options: dict[str, Any]) -> None:
    page = chat("en", **options)
    says(page, "hello from the shop, 112 or 22 628 01 20?")
    expect(page.locator(".message.bot a").first).to_have_attribute("href", "tel:+48226280120")
    page.click("#erase")
    expect(page.locator("#confirm")).to_be_visible()
    expect(page.locator("#confirm-no")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#confirm")).to_be_hidden()
    page.click("#erase")
    page.click("#confirm-yes")
    expect(page.locator(".message")).to_have_count(0)
    expect(page.locator("#confirm")).to_be_hidden()
    expect(page.locator("#notice")).to_contain_text("erased")


@pytest.mark.parametrize("options", [{}, {"script": OLD}], ids=["new", "old"])
def test_the_field_is_as_high_as_what_is_written_until_it_is_sent(chat: Chat, options: dict[str, Any]) -> None:
    page = chat("en", (320, 568), **options)
    field = page.locator("#text")
    if options:
        field.evaluate("field => { field.style.fieldSizing = 'fixed'; }")
    low = field.evaluate("field => field.offsetHeight")
    page.fill("#text", "one\ntwo\nthree")
    assert field.evaluate("field => field.offsetHeight") >= low + 2 * 16
    assert field.evaluate("field => field.scrollHeight - field.clientHeight") == 0
    page.fill("#text", "a line\n" * 40)
    expect(page.locator("#send")).to_be_in_viewport(ratio=1)
    expect(page.locator("#leave")).to_be_in_viewport(ratio=1)
    page.click("#send")
    expect(field).to_have_value("")
    assert field.evaluate("field => field.offsetHeight") == low


@pytest.mark.parametrize("language", SCRIPTS)  # all languages, with less said: test_chat_axe
def test_axe_finds_nothing_in_any_script_in_any_state(night: Night, chat: Chat, language: str) -> None:
    page = chat(language, (320, 568), reduced_motion="reduce")
    found = {"greeted": faults(page)}
    page.click("#have-code")
    page.fill("#digits", "1")
    page.keyboard.press("Enter")
    expect(page.locator("#notice")).to_have_text(night.program.wording.page[language]["code_wrong"], timeout=PATIENCE)
    found["code"] = faults(page)
    page.keyboard.press("Shift")
    found["leaving"] = faults(page)
    in_a_case(night, page)
    page.click("#ask-code")
    expect(page.locator("#card")).to_be_visible(timeout=PATIENCE)
    found["coming back"] = faults(page)
    page.context.set_offline(True)
    page.fill("#text", "halo")
    page.keyboard.press("Enter")
    expect(page.locator('.mine[data-state="waiting"]')).to_have_count(1)
    found["offline"] = faults(page)
    page.context.set_offline(False)
    expect(page.locator('.mine[data-state="sent"]')).to_have_count(2, timeout=PATIENCE)
    night.answers("Ola", "Proszę pisać, kiedy jest bezpiecznie. " * 12)
    expect(page.locator(".message.consultant")).to_have_count(1)
    page.evaluate("document.getElementById('talk').scrollTop = 0")
    night.answers("Ola", "Zostaję tutaj.")
    expect(page.locator("#news")).to_be_visible()
    found["news"] = faults(page)
    page.click("#erase")
    found["asked"] = faults(page)
    page.click("#confirm-yes")
    expect(page.locator(".message")).to_have_count(0)
    found["erased"] = faults(page)
    assert {state: problems for state, problems in found.items() if problems} == {}


@pytest.mark.parametrize("scheme", ["dark", "light"])
def test_with_forced_colours_everything_is_there_and_what_can_be_pressed_has_an_edge(
    night: Night, chat: Chat, scheme: Literal["dark", "light"]
) -> None:
    page = chat(size=(320, 568), forced_colors="active", color_scheme=scheme)
    in_a_case(night, page)
    night.answers("Ola", "Dzień dobry, tu konsultantka.")
    expect(page.locator(".message.consultant")).to_have_count(1)
    page.keyboard.press("Shift")
    assert without_an_edge(page) == []
    bar = page.evaluate("getComputedStyle(document.getElementById('leave'), '::after').borderBottomWidth")
    assert bar == "3px"
    picture(page, f"chat-forced-{scheme}")


def test_one_tap_changes_the_language_of_everything_before_anything_was_said(chat: Chat) -> None:
    page = chat("pl")
    for language in ("uk", "ar", "en"):
        page.select_option("#language", language)
        expect(page.locator(f".message.bot[lang={language}]")).to_have_count(1)
        expect(page.locator(".message")).to_have_count(1)
        expect(page.locator("html")).to_have_attribute("lang", language)
    expect(page).to_have_title("Chat")
    for part in ("main", "#form", ".numbers", "#erase", "#leave"):
        expect(page.locator(part)).not_to_have_text(re.compile("[ąćęłńśźżіїєґ\u0600-\u06ff]", re.IGNORECASE))
    says(page, "hello from the shop")


def test_who_pulls_down_at_the_top_does_not_load_the_page_anew_and_lose_the_conversation(chat: Chat) -> None:
    for page in (chat(size=(320, 568)), chat(size=(320, 568), java_script_enabled=False)):
        for part in ("html", "body"):
            expect(page.locator(part)).to_have_css("overscroll-behavior-y", "none")


@pytest.mark.parametrize("locale", ["ne-NP", "zh-CN", "de-DE", "uz-UZ"])
def test_a_browser_in_a_language_that_is_not_served_is_greeted_in_english_and_polish(chat: Chat, locale: str) -> None:
    page = chat(None, locale=locale)
    expect(page.locator(".message.bot")).to_have_count(2)
    assert [line.get_attribute("lang") for line in page.locator(".message.bot").all()] == ["en", "pl"]
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.locator("#leave")).to_have_text("Leave now")


@pytest.mark.parametrize("options", [{}, WITHOUT_SCRIPT])
def test_on_a_small_screen_who_is_greeted_in_two_languages_sees_one_whole_and_that_the_other_begins(
    chat: Chat, options: dict[str, Any]
) -> None:
    page = chat(None, (320, 568), locale="ne-NP", **options)
    page.wait_for_url("**/plain" if options else "**/")
    english, polish = page.locator(".greeting[lang=en]"), page.locator(".greeting[lang=pl]")
    expect(english).to_be_in_viewport(ratio=0.99)
    for part in (*english.locator(".choices button").all(), english.locator("summary")):
        expect(part).to_be_in_viewport(ratio=1)
    expect(polish).to_be_in_viewport(ratio=0.2)
    picture(page, f"chat-two-languages-{len(options)}")


@pytest.mark.parametrize(("locale", "language"), [("uk-UA", "uk"), ("fil-PH", "tl"), ("pl-PL", "pl"), ("pt-BR", "pt")])
def test_a_browser_in_a_language_that_is_served_is_greeted_in_it_alone(chat: Chat, locale: str, language: str) -> None:
    page = chat(None, locale=locale)
    expect(page.locator(".message.bot")).to_have_count(1)
    expect(page.locator(".message.bot")).to_have_attribute("lang", language)


def test_what_a_browser_has_fetched_it_fetches_no_second_time(night: Night, browser: Browser) -> None:
    context = browser.new_context()  # without routes: with them Playwright keeps nothing
    page = context.new_page()
    for language in ("pl", "en"):
        page.goto(f"{night.chat}/?lang={language}")
        expect(page.locator(".message.bot")).to_be_visible()
    sizes = page.evaluate("""Object.fromEntries(performance.getEntriesByType('resource')
      .map(one => [one.name.split('/').pop().split('.')[0], one.transferSize]).filter(([name]) => name !== 'icon'))""")
    words = sizes.pop("words-en")
    assert sizes == {"chat": 0, "leave": 0}  # style and script have the same name
    assert words > 0  # the only thing that another language brings
    context.close()


def test_one_tap_changes_the_language_of_what_the_program_said_before_too(chat: Chat) -> None:
    page = chat("pl")
    says(page, "dzień dobry, mam pytanie")
    page.select_option("#language", "ar")
    expect(page.locator(".message.mine")).to_have_count(2)
    greeting = page.locator(".message.bot").first
    expect(greeting).to_have_attribute("lang", "ar")
    expect(greeting).to_have_attribute("dir", "rtl")
    for part in (greeting, page.locator("#form"), page.locator(".numbers"), page.locator("#leave")):
        expect(part).to_contain_text(re.compile("[\u0600-\u06ff]"))
        expect(part).not_to_have_text(re.compile("[ąćęłńśźż]", re.IGNORECASE))
    greeting.locator("button").first.click()
    expect(page.locator(".message.mine")).to_have_count(3)


def test_who_opens_the_page_can_read_and_write_after_one_round_trip(chat: Chat) -> None:
    page = chat("uk")
    files = page.evaluate("performance.getEntriesByType('resource').map(one => [new URL(one.name).pathname, one.initiatorType])")
    asked = [path for path, _ in files]
    assert not [path for path in asked if path.startswith("/chat/")]  # nothing is opened before something is said
    needed = set(re.findall(r'(?:src|href)="(/static/[^"]+)"', page.request.get(page.url).text()))
    assert set(asked) <= needed  # the page names all of them: they come side by side
    expect(page.locator("#text")).to_be_editable()


def test_a_text_that_is_longer_than_a_message_goes_whole_as_several(night: Night, chat: Chat) -> None:
    page = chat()
    text = " ".join(f"słowo{number}" for number in range(4000))  # some 39,000 characters, as pasted from a document
    before = page.locator(".message.bot").count()
    page.locator("#text").evaluate("(field, text) => { field.value = text; }", text)
    page.click("#send")
    expect(page.locator(".message.bot")).to_have_count(before + 2)

    async def stored() -> list[str]:
        async with night.program.database.transaction() as session:
            [conversation] = await session.scalars(select(Conversation))
            said = await night.program.conversations.messages(session, conversation.id)
        return [message.text for message in said if message.author == "person"]

    assert " ".join(night.do(stored())) == text
    assert page.locator("#text").get_attribute("maxlength") is None


@pytest.mark.parametrize(
    ("language", "text", "direction", "empty"),
    [("en", "کارفرما پاسپورت مرا گرفته است. چه کنم؟", "rtl", "ltr"), ("ar", "Мені потрібна допомога. Ви тут?", "ltr", "rtl")],
)
def test_what_is_being_written_goes_in_its_own_direction_whatever_the_language_of_the_page(
    night: Night, chat: Chat, language: str, text: str, direction: str, empty: str
) -> None:
    page = chat(language)
    for address in (page.url, f"{night.chat}/plain?lang={language}"):
        page.goto(address)
        field = page.locator("#text")
        field.evaluate("field => { field.style.resize = 'none'; }")  # what one pulls at to enlarge it stands in a corner
        for written, way in (("", empty), (text, direction)):
            field.fill(written)
            shown = field.screenshot()
            field.evaluate("(field, way) => { field.dir = way; }", way)
            assert field.screenshot() == shown
            field.evaluate("field => field.removeAttribute('dir')")
        picture(page, f"chat-being-written-{language}-{address.count('plain')}")
