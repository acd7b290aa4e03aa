"""The console in a browser: a night at the hotline, a lost connection, the keyboard, axe."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from bot.console.services import COOKIE, PREFIX
from bot.console.staff import Role
from tests.e2e.desks import Night, a_night_full_of_cases, faults, in_focus, picture, ready

pytestmark = pytest.mark.browser


def test_a_night_of_two_consultants(night: Night, services: Callable[..., Page]) -> None:
    ola, jan = services("Ola", first=True), services("Jan", english=True, first=True)
    expect(ola.get_by_text("Nikt teraz nie czeka.")).to_be_visible()
    a_night_full_of_cases(night)
    for page in (ola, jan):
        expect(page.locator("#waiting .case")).to_have_count(3)
        expect(page.locator("#waiting .case").first).to_have_class(re.compile(r"\bemergency\b"))
    expect(ola.locator("#waiting .case").first).to_contain_text("zabrany paszport lub dokumenty · nie może wyjść lub odejść")
    expect(jan.locator("#waiting .case").first).to_contain_text("passport or papers taken · not allowed out or to leave")
    picture(ola, "console-queue")

    # Taken with two keys; the other sees it at once.
    ola.keyboard.press("j")
    ola.keyboard.press("t")
    expect(ola.locator("#answer")).to_be_visible()
    expect(ola.locator("mark.strong").first).to_have_text("У мене забрали паспорт")
    expect(jan.locator("#others .case")).to_contain_text("Ola")

    # Answered with a phrase and own words, read back in Polish before it goes out.
    in_focus(ola, "#answer")
    ready(ola)
    ola.keyboard.press("F2")
    ola.locator("#phrase-search").fill("bezpiecznie pisac")
    phrase = ola.locator(".phrase-choice bdi").first.inner_text()
    picture(ola, "console-phrasebook")
    ola.keyboard.press("Enter")
    ola.locator("#answer").press_sequentially(" Олена")
    expect(ola.locator("#reading .phrase")).to_have_text("Czy możesz teraz bezpiecznie pisać?")
    expect(ola.locator("#reading .own")).to_contain_text("Олена")
    ola.keyboard.press("Control+Enter")
    expect(ola.locator(".message.consultant")).to_contain_text(f"{phrase} Олена")
    expect(ola.locator("#answer")).to_have_value("")

    # What the person writes comes in by itself, and is unread elsewhere until it was seen.
    night.writes("так", who="c", channel="telegram", language="uk")
    expect(ola.locator(".message.person").last).to_contain_text("так")
    picture(ola, "console-case")

    # Handed to the colleague, who goes on and closes it.
    ola.locator("#pass-on-form summary").click()
    ola.locator("#colleague").select_option(label="Jan (jest w konsoli)")
    ola.get_by_role("button", name="Przekaż", exact=True).click()
    expect(ola.locator("#owner")).to_contain_text("Rozmowę prowadzi Jan.")
    expect(jan.locator("#mine .case")).to_have_count(1)
    jan.locator("#mine .case-link").click()
    jan.locator("#answer").fill("Ми можемо допомогти.")
    jan.get_by_role("button", name="Send").click()
    expect(ola.locator(".message.consultant").last).to_contain_text("Ми можемо допомогти.")
    jan.locator("#close-form summary").click()
    jan.locator("#outcome").select_option("support")
    jan.get_by_role("button", name="Close this case").click()
    expect(jan.locator("#owner")).to_contain_text("This case is closed.")
    expect(ola.locator("#owner")).to_contain_text("Sprawa zamknięta.")
    assert len(night.cases()) == 2
    assert night.audit_is_whole() > 15


def test_two_browsers_take_the_same_case_and_exactly_one_has_it(night: Night, services: Callable[..., Page]) -> None:
    ola, jan = services("Ola"), services("Jan")
    night.writes("zabrał mi paszport", who="a")
    for page in (ola, jan):
        expect(page.locator(".case")).to_have_count(1)
    # Both have the button before them; neither page has looked again when it is pressed.
    forms = [
        page.locator(".case form").evaluate("form => [form.action, new URLSearchParams(new FormData(form)).toString()]")
        for page in (ola, jan)
    ]
    send = "([url, body]) => fetch(url, {method: 'POST', body: new URLSearchParams(body)}).then(answer => answer.status)"
    statuses = [page.evaluate(send, form) for page, form in zip((ola, jan), forms, strict=True)]
    assert statuses == [200, 409]
    expect(ola.locator("#mine .case")).to_have_count(1)
    expect(jan.locator("#others .case")).to_contain_text("Ola")


def test_a_lost_connection_is_seen_and_nothing_is_missing_afterwards(night: Night, services: Callable[..., Page]) -> None:
    ola = services("Ola")
    night.writes("zabrał mi paszport", who="a")
    ola.locator(".case .take").click()
    expect(ola.locator("#answer")).to_be_visible()
    expect(ola.locator("#connection.on")).to_be_visible()  # the page's scripts run, too
    ola.context.set_offline(True)
    ola.locator("#answer").fill("Dzień dobry")
    ola.keyboard.press("Control+Enter")
    expect(ola.locator("#answer-state")).to_contain_text("Nie wysłano")
    expect(ola.locator("#answer")).to_have_value("Dzień dobry")
    expect(ola.locator("#lost")).to_be_visible(timeout=60_000)
    for words in ("pierwsza", "druga", "trzecia"):
        night.writes(words, who="a")
    ola.context.set_offline(False)
    expect(ola.locator("#lost")).to_be_hidden(timeout=15_000)
    for words in ("pierwsza", "druga", "trzecia"):
        expect(ola.locator("#messages")).to_contain_text(words)
    ola.keyboard.press("Control+Enter")
    expect(ola.locator(".message.consultant")).to_have_count(1)


def test_a_login_that_ends_is_loud_and_a_new_one_finds_the_draft_where_it_was(
    night: Night, services: Callable[..., Page]
) -> None:
    ola = services("Ola")
    night.writes("zabrał mi paszport", who="a")
    ola.locator(".case .take").click()
    ola.locator("#answer").fill("Napisane przed końcem sesji")
    ready(ola)
    night.end_logins("Ola")
    expect(ola.locator("#ended")).to_be_visible()
    assert ola.title().startswith("⚠")
    ola.context.add_cookies([{"name": COOKIE, "value": night.logs_in("Ola"), "domain": "127.0.0.1", "path": PREFIX}])
    order: list[str] = []
    ola.on("response", lambda response: order.append("part") if response.url.endswith("/live") else None)
    ola.on("request", lambda request: order.append("live") if request.url.endswith("/events") else None)
    ola.evaluate("window.dispatchEvent(new Event('focus'))")
    expect(ola.locator("#ended")).to_be_hidden()
    ready(ola)
    assert order[:2] == ["part", "live"]  # the parts bring the new login's token: without it nothing could be sent
    expect(ola.locator("#answer")).to_have_value("Napisane przed końcem sesji")
    ola.get_by_role("button", name="Wyślij").click()
    expect(ola.locator(".message.consultant")).to_contain_text("Napisane przed końcem sesji")


def test_a_script_in_a_persons_words_does_nothing(night: Night, services: Callable[..., Page]) -> None:
    ola = services("Ola")
    dialogs: list[str] = []
    ola.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    trick = "zabrał mi paszport <script>alert(1)</script><img src=x onerror=alert(2)><svg onload=alert(3)> \u202eedoc"
    night.writes(trick, who="a")
    ola.locator(".case-link").click()
    expect(ola.locator(".message.person .words")).to_contain_text("<script>alert(1)</script>")
    night.writes("<iframe srcdoc='<script>alert(4)</script>'>", who="a")  # this one comes in live
    expect(ola.locator(".message.person").last).to_contain_text("<iframe")
    assert ola.locator("#messages script, #messages img, #messages svg, #messages iframe").count() == 0
    assert dialogs == []


@pytest.mark.parametrize(("scheme", "english"), [("light", False), ("dark", True)], ids=["light pl", "dark en"])
def test_axe_finds_nothing_on_any_page(night: Night, services: Callable[..., Page], scheme: str, english: bool) -> None:
    admin = services("admin", Role.ADMINISTRATOR, english=english, color_scheme=scheme, reduced_motion="reduce")
    a_night_full_of_cases(night)
    expect(admin.locator("#waiting .case")).to_have_count(3)
    found = {"queue": faults(admin)}
    admin.locator("#waiting .case-link").first.click()
    expect(admin.locator("#talk")).to_be_visible()
    ready(admin)
    found["case"] = faults(admin)
    admin.keyboard.press("t")
    expect(admin.locator("#answer")).to_be_visible()
    ready(admin)
    for details in admin.locator("#side details summary").all():
        details.click()
    found["case taken"] = faults(admin)
    admin.keyboard.press("F2")
    expect(admin.locator(".phrase-choice").first).to_be_visible()
    found["phrasebook"] = faults(admin)
    admin.keyboard.press("Escape")
    for name in ("staff", "alarms", "audit?check", "conversations", "password", "nowhere"):
        admin.goto(f"{night.url}/{name}")
        found[name] = faults(admin)
    admin.goto(f"{night.url}/")
    ready(admin)
    admin.keyboard.press("?")
    found["keys"] = faults(admin)
    admin.keyboard.press("Escape")
    admin.locator(".me button").last.click()
    expect(admin.locator("#password")).to_be_visible()
    found["login"] = faults(admin)
    assert {name: problems for name, problems in found.items() if problems} == {}


def test_the_pages_fit_a_phone_and_twice_the_size(night: Night, services: Callable[..., Page]) -> None:
    ola = services("Ola")
    a_night_full_of_cases(night)
    expect(ola.locator("#waiting .case")).to_have_count(3)
    link = ola.locator("#waiting .case-link").first.get_attribute("href")
    for width, height in ((360, 740), (640, 430)):
        ola.set_viewport_size({"width": width, "height": height})
        for path in ("/console/", link):
            ola.goto(f"{night.url.removesuffix(PREFIX)}{path}")
            assert ola.evaluate("document.documentElement.scrollWidth") <= width, (path, width)
        take = ola.locator(".take").first
        take.scroll_into_view_if_needed()
        expect(take).to_be_in_viewport()


def test_the_whole_work_can_be_done_with_the_keyboard(night: Night, services: Callable[..., Page]) -> None:
    ola = services("Ola")
    a_night_full_of_cases(night)
    expect(ola.locator("#waiting .case")).to_have_count(3)
    ola.keyboard.press("j")
    ola.keyboard.press("j")
    ola.keyboard.press("k")
    in_focus(ola, "#waiting .case-link")
    night.writes("jeszcze jedna osoba, zamknęli mnie", who="z")  # the list changes under the focus, which stays where it was
    expect(ola.locator("#waiting .case")).to_have_count(4)
    in_focus(ola, ".case.emergency .case-link")
    ola.keyboard.press("Enter")
    expect(ola.locator("#talk")).to_be_visible()
    ready(ola)
    ola.keyboard.press("t")
    expect(ola.locator("#answer")).to_be_visible()
    in_focus(ola, "#answer")
    ready(ola)
    ola.keyboard.press("Escape")
    ola.keyboard.press("a")
    ola.keyboard.type("jqt?")
    expect(ola.locator("#answer")).to_have_value("jqt?")
    ola.keyboard.press("Escape")
    ola.keyboard.press("q")
    expect(ola.locator("#mine .case")).to_have_count(1)


def test_more_cases_are_live_at_once_than_a_browser_has_connections(night: Night, services: Callable[..., Page]) -> None:
    ola = services("Ola")
    for number, who in enumerate("szef brygadzista kierowca pani pośrednik gospodarz kuzyn majster agent".split()):
        night.writes(f"zabrał mi paszport {who}", who=f"person{number}")  # in the same words they would be one wave
    expect(ola.locator("#waiting .case")).to_have_count(9)
    links = [link.get_attribute("href") for link in ola.locator("#waiting .case-link").all()]
    pages = [ola.context.new_page() for _ in links]
    for page, link in zip(pages, links, strict=True):
        page.goto(f"{night.url.removesuffix(PREFIX)}{link}")
        ready(page)
    for number in range(9):
        night.writes(f"wiadomość od {number}", who=f"person{number}")
    for page in pages:
        expect(page.locator(".message.person")).to_have_count(2)
    ola.close()  # the page that held the stream: another takes its place
    night.writes("jeszcze jedna", who="person8")
    expect(pages[8].locator(".message.person").last).to_have_text(re.compile("jeszcze jedna"))
