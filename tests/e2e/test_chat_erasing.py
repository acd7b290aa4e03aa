"""Erasing, which ends a conversation everywhere, and a code, which brings it back on another phone."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, Route, expect

from tests.e2e.chats import OLD, PATIENCE, SENT, WORDS, Chat, first, in_a_case, says, stored, writes
from tests.e2e.desks import Night, faults, picture

pytestmark = pytest.mark.browser


def slowly(route: Route) -> None:
    answer = route.fetch()
    route.fulfill(response=answer)


def _erases(page: Page) -> None:
    for button in ("#erase", "#confirm-yes"):
        page.click(button)


def test_erasing_without_a_connection_says_that_it_did_not_work_and_promises_nothing(night: Night, chat: Chat) -> None:
    page = chat("en", (320, 568))
    says(page, "my boss has my passport")
    page.context.set_offline(True)
    expect(page.locator("#notice")).to_contain_text("I keep trying")
    _erases(page)
    expect(page.locator("#notice")).to_have_text("That did not work. Please try again.")
    expect(page.locator("#notice")).to_be_in_viewport(ratio=1)
    page.click("#ask-code")
    page.evaluate("dispatchEvent(new Event('offline'))")  # which is also tried again by itself, and says so
    expect(page.locator("#notice")).to_have_text("That did not work. Please try again.")
    picture(page, "chat-not-erased")
    page.context.set_offline(False)
    _erases(page)
    expect(page.locator("#notice")).to_contain_text("has been erased")
    assert stored(night) == []


@pytest.mark.parametrize("status", [429, 503])
def test_erasing_that_the_server_turns_away_says_that_it_did_not_work_and_nothing_of_a_line(
    night: Night, chat: Chat, status: int
) -> None:
    page = chat("en", (320, 568))
    says(page, "my boss has my passport")
    first(page, "**/chat/conversations", lambda route: route.fulfill(status=status))
    _erases(page)
    expect(page.locator("#notice")).to_have_text("That did not work. Please try again.")
    assert stored(night) == [["my boss has my passport"]]
    _erases(page)
    expect(page.locator("#notice")).to_contain_text("has been erased")
    assert stored(night) == []


def test_what_was_on_its_way_when_all_was_erased_does_not_come_back(night: Night, chat: Chat) -> None:
    page = chat()
    says(page, WORDS[0])
    held: list[Route] = []
    page.route(SENT, lambda route: held.append(route), times=1)  # noqa: PLW0108 - Playwright marks what it is given
    writes(page, *WORDS[1:])
    expect(page.locator(".mine")).to_have_count(3)
    _erases(page)
    expect(page.locator("#notice")).to_contain_text("została usunięta")
    held[0].continue_()
    expect(page.locator(".message")).to_have_count(0)
    assert stored(night) == []
    says(page, "nowa rozmowa")
    assert stored(night) == [["nowa rozmowa"]]


@pytest.mark.parametrize("script", [None, OLD], ids=["new", "old"])
def test_who_erases_by_a_word_is_told_so_and_begins_no_new_conversation(night: Night, chat: Chat, script: str | None) -> None:
    page = chat(script=script)
    says(page, WORDS[0])
    first(page, SENT, slowly)  # the stream tells first that all is gone
    writes(page, "usuń")
    expect(page.locator(".message")).to_have_count(1, timeout=PATIENCE)
    expect(page.locator(".message.bot")).to_contain_text(night.program.wording.text("delete_done_page", "pl")[:40])
    expect(page.locator("#notice")).to_be_empty()
    assert stored(night) == []


@pytest.mark.parametrize("script", [None, OLD], ids=["new", "old"])
def test_a_code_brings_the_conversation_back_on_another_phone_until_it_is_erased(
    night: Night, chat: Chat, script: str | None
) -> None:
    page = chat(size=(320, 568), script=script)
    expect(page.locator("#ask-code")).to_be_hidden()  # there is nothing to come back to
    says(page, "zabrał mi paszport")
    page.click("#ask-code")
    expect(page.locator("#code")).to_have_text(re.compile(r"^\d{4} \d{4} \d{4} \d{4}$"), timeout=PATIENCE)
    code = page.inner_text("#code")
    expect(page.locator("#code-says")).to_be_visible()
    assert faults(page) == []
    picture(page, "chat-code-pl")
    page.click("#hide-code")
    expect(page.locator("#card")).to_be_hidden()
    assert code not in page.content()

    other = chat("ar", (320, 568), script=script)
    other.click("#have-code")
    other.fill("#digits", "1" * 16)
    other.keyboard.press("Enter")
    expect(other.locator("#notice")).to_contain_text("لا توجد محادثة", timeout=PATIENCE)
    assert faults(other) == []
    picture(other, "chat-entry-ar")
    other.fill("#digits", code.replace(" ", "-"))
    other.keyboard.press("Enter")
    expect(other.locator(".mine")).to_have_text([re.compile("zabrał mi paszport")], timeout=PATIENCE)
    expect(other.locator("#entry")).to_be_hidden()
    expect(other.locator("html")).to_have_attribute("lang", "pl")
    says(other, "jestem znowu")
    assert stored(night) == [["zabrał mi paszport", "jestem znowu"]]

    _erases(other)
    expect(page.locator("#notice")).to_contain_text("Tej rozmowy już tu nie ma", timeout=PATIENCE)
    expect(page.locator(".mine")).to_have_count(0)  # nothing of it stays in sight
    expect(page.locator(".greeting")).to_have_count(1)


@pytest.mark.parametrize("language", ["pl", "vi", "ka"])
def test_who_has_a_code_sees_the_field_for_it_and_its_button_at_once(chat: Chat, language: str) -> None:
    page = chat(language, (320, 568))
    page.click("#have-code")
    expect(page.locator("#digits")).to_be_focused()
    for part in ("#entry label", "#digits", "#entry button"):
        expect(page.locator(part)).to_be_in_viewport(ratio=1)
    picture(page, f"chat-entry-{language}")


def test_who_comes_back_finds_the_language_that_was_chosen_last(night: Night, chat: Chat) -> None:
    page = chat("uk", (320, 568))
    in_a_case(night, page, "у мене забрали paszport, їм не кажу")
    night.answers("Ola", "Ми вже читаємо.")
    page.select_option("#language", "ar")
    expect(page.locator(".mine").nth(1)).to_have_attribute("data-state", "sent")
    page.click("#ask-code")
    expect(page.locator("#code")).not_to_be_empty(timeout=PATIENCE)
    code = page.inner_text("#code")
    other = chat("pl", (320, 568))
    other.click("#have-code")
    other.fill("#digits", code)
    other.keyboard.press("Enter")
    expect(other.locator(".mine")).to_have_count(2, timeout=PATIENCE)
    expect(other.locator("html")).to_have_attribute("lang", "ar")
    expect(other.locator(".message").first).to_have_attribute("lang", "ar")  # what the program said is said in it
    consultant = other.locator(".message.consultant")
    expect(consultant).to_have_attribute("lang", "uk")
    expect(consultant).to_have_css("direction", "ltr")  # though what stands above it goes the other way
    expect(consultant.locator(".who")).to_have_attribute("lang", "ar")
    picture(other, "chat-returned-ar")
    expect(other.locator("#leave")).to_have_text(night.program.wording.page["ar"]["leave"])
