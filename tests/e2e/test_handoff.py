"""A night in short: a person writes in the web chat, a consultant takes the case and answers, the program falls silent."""

from __future__ import annotations

import os
import re

import pyotp
import pytest
import requests
from playwright.sync_api import Browser, Page, expect

from tests.e2e.running import Running

pytestmark = [pytest.mark.browser, pytest.mark.model]

WORDS = "szef zabrał mi paszport i nie pozwala mi wyjść"
NEW_PASSWORD = "cztery-zielone-rowery-na-moście"


def log_in(page: Page, running: Running) -> None:
    """Go through the first login: one-time password, own password, second factor."""
    page.goto(f"{running.url}/console/")
    page.fill("#name", "admin")
    page.fill("#password", running.one_time_password())
    page.click("button.main")
    for _ in range(4):
        if page.locator("#old").count():
            page.fill("#old", running.one_time_password())
            page.fill("#new", NEW_PASSWORD)
            page.fill("#again", NEW_PASSWORD)
            page.click("button.main")
        elif page.locator("code.secret").count():
            secret = re.sub(r"\s", "", page.locator("code.secret").inner_text())
            page.fill("#code", pyotp.TOTP(secret).now())
            page.click("button.main")
        else:
            break
        page.wait_for_load_state()
    expect(page.locator("#waiting")).to_be_visible()


def test_a_person_is_answered_screened_and_handed_to_a_consultant_who_answers_live(running: Running, browser: Browser) -> None:
    person = browser.new_context(viewport={"width": 390, "height": 780}).new_page()
    elsewhere: list[str] = []
    person.on("request", lambda request: elsewhere.append(request.url) if not request.url.startswith(running.url) else None)
    person.goto(f"{running.url}/?lang=pl")
    expect(person.locator(".message.bot")).to_have_count(1)
    person.fill("#text", WORDS)
    person.keyboard.press("Enter")
    expect(person.locator(".message.bot").last).to_contain_text("22 628 01 20")

    consultant = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
    log_in(consultant, running)
    first = consultant.locator("#waiting li.case").first
    expect(first).to_have_class(re.compile("high|emergency"))
    first.locator("button.take").click()
    expect(consultant.locator("#messages")).to_contain_text(WORDS)
    expect(consultant.locator("mark").first).to_be_visible()
    consultant.fill("#answer", "Dzień dobry, tu konsultantka. Czy jest Pani teraz bezpieczna?")
    consultant.click("#answer-form button.main")
    expect(person.locator(".message.consultant")).to_contain_text("tu konsultantka")
    said = person.locator(".message.bot").count()

    person.fill("#text", "tak, jestem w łazience")
    person.keyboard.press("Enter")
    expect(consultant.locator("#messages")).to_contain_text("jestem w łazience")
    person.fill("#text", "ile kosztuje telefon?")
    person.keyboard.press("Enter")
    expect(consultant.locator("#messages")).to_contain_text("ile kosztuje")
    expect(person.locator(".message.bot")).to_have_count(said)
    assert elsewhere == []
    if folder := os.environ.get("PICTURES"):  # pictures for the documents: PICTURES=docs/pictures make test
        consultant.screenshot(path=f"{folder}/case.png")
        watching = consultant.context.new_page()
        watching.goto(f"{running.url}/console/")
        watching.screenshot(path=f"{folder}/queue.png")

    expect(consultant.locator("#messages .delivery.delivered")).to_have_count(1)
    person.close()
    expect(consultant.locator("#reachable")).to_be_visible(timeout=90_000)
    consultant.fill("#answer", "Czy nadal tam Pani jest?")
    consultant.click("#answer-form button.main")
    expect(consultant.locator("#messages .delivery.failed")).to_contain_text("DID NOT ARRIVE")


def test_leaving_takes_one_click_and_keeps_nothing_in_the_browser(running: Running, browser: Browser) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.route("https://www.gov.pl/**", lambda route: route.fulfill(body="elsewhere", content_type="text/plain"))
    page.goto(f"{running.url}/?lang=uk")
    expect(page.locator(".message.bot")).to_have_count(1)
    kept = page.evaluate(
        "async () => [localStorage.length, sessionStorage.length, document.cookie, (await caches.keys()).length]"
    )
    assert kept == [0, 0, "", 0]
    page.click("#leave")
    page.wait_for_url("https://www.gov.pl/")
    page.go_back()
    expect(page.locator(".message.mine")).to_have_count(0)
    assert context.cookies() == []


def test_three_times_shift_leaves(running: Running, browser: Browser) -> None:
    page = browser.new_context().new_page()
    page.route("https://www.gov.pl/**", lambda route: route.fulfill(body="elsewhere", content_type="text/plain"))
    page.goto(f"{running.url}/")
    expect(page.locator(".message.bot")).to_have_count(1)
    for _ in range(3):
        page.keyboard.press("Shift")
    page.wait_for_url("https://www.gov.pl/")


def test_the_chat_can_be_used_with_the_keyboard_alone_and_erased(running: Running, browser: Browser) -> None:
    page = browser.new_context().new_page()
    page.goto(f"{running.url}/?lang=en")
    expect(page.locator(".message.bot")).to_have_count(1)
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.type("what help is there")
    page.keyboard.press("Enter")
    expect(page.locator(".message.bot").nth(1)).to_be_visible()
    page.focus("#erase")
    page.keyboard.press("Enter")
    page.focus("#confirm-yes")
    page.keyboard.press("Enter")
    expect(page.locator(".message")).to_have_count(0)
    expect(page.locator("#notice")).to_contain_text("erased")


def test_a_script_in_a_persons_text_does_nothing_anywhere(running: Running, browser: Browser) -> None:
    page = browser.new_context().new_page()
    alarms: list[str] = []
    page.on("dialog", lambda dialog: alarms.append(dialog.message))
    page.goto(f"{running.url}/?lang=pl")
    page.fill("#text", "<img src=x onerror=alert(1)><script>alert(2)</script> szef ma mój paszport")
    page.keyboard.press("Enter")
    expect(page.locator(".message.mine")).to_contain_text("<script>")
    assert page.locator(".message.mine script").count() == 0
    assert alarms == []


def test_a_message_accepted_before_a_power_cut_is_answered_after_it(running: Running) -> None:
    token = requests.post(f"{running.url}/chat/conversations", json={"language": "pl"}, timeout=10).json()["token"]
    headers = {"Authorization": f"Bearer {token}"}
    message = {"message_id": "1", "text": WORDS}
    before = requests.post(f"{running.url}/chat/messages", json=message, headers=headers, timeout=20).json()
    running.kill()
    running.start()
    after = requests.post(f"{running.url}/chat/messages", json=message, headers=headers, timeout=20).json()
    assert after == before
    everything = requests.get(f"{running.url}/chat/messages", headers=headers, timeout=20).json()["replies"]
    assert len({reply["id"] for reply in everything}) == len(everything)
    assert everything[-len(before["replies"]) :] == before["replies"]
    assert "paszport" not in running.said()
    for file in running.folder.iterdir():
        if file.name != "log.txt":
            assert b"paszport" not in file.read_bytes(), file.name
