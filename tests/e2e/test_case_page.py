"""The page of a case: what a consultant must see of it, and what must not be lost there."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

from tests.e2e.desks import Night, in_focus, picture, ready

pytestmark = pytest.mark.browser

WROTE = "zabrał mi paszport"


def talks_for_long(night: Night, who: str = "a") -> None:
    """Let somebody write until the conversation is longer than any screen."""
    night.writes(WROTE, who=who)
    for number in range(8):
        night.writes(f"to jest moja {number}. wiadomość", who=who)


def looked_again(page: Page) -> None:
    """Wait until a page has looked again of its own accord, and its parts are in their places."""
    page.evaluate("""() => new Promise((done) => {
      document.addEventListener('console:refreshed', () => requestAnimationFrame(() => requestAnimationFrame(done)), { once: true });
      window.dispatchEvent(new Event('online'));
    })""")


@pytest.mark.parametrize("size", [(1280, 860), (1280, 800), (1024, 640)], ids=str)
def test_after_taking_a_case_menu_alarm_and_the_newest_message_are_in_sight(
    night: Night, services: Callable[..., Page], size: tuple[int, int]
) -> None:
    ola = services("Ola")
    ola.set_viewport_size({"width": size[0], "height": size[1]})
    talks_for_long(night)
    ola.locator(".case-link").first.click()
    expect(ola.locator("#talk")).to_be_visible()
    ready(ola)
    ola.locator("#owner .take").click()
    in_focus(ola, "#answer")
    ready(ola)
    looked_again(ola)
    picture(ola, f"case-taken-{size[0]}")
    for selector in (".top nav a", "#sound", "#case-head h1", "#answer", "#answer-form button.main"):
        expect(ola.locator(selector).first).to_be_in_viewport(ratio=1)
    expect(ola.locator("#messages > li").last).to_be_in_viewport()
    assert ola.evaluate("[scrollY, document.body.scrollTop]") == [0, 0]
    ola.evaluate("document.body.scrollTop = 500; scrollTo(0, 500)")  # nothing lies beyond: nothing can be scrolled away
    assert ola.evaluate("[scrollY, document.body.scrollTop]") == [0, 0]


def test_an_opened_case_stays_at_its_newest_message_and_where_somebody_reads(night: Night, services: Callable[..., Page]) -> None:
    ola = services("Ola")
    talks_for_long(night)
    ola.locator(".case-link").first.click()
    expect(ola.locator("#talk")).to_be_visible()
    ready(ola)
    looked_again(ola)
    expect(ola.locator("#messages > li").last).to_be_in_viewport()
    night.writes("i jeszcze to", who="a")
    expect(ola.locator("#messages > li")).to_have_count(20)
    expect(ola.locator("#messages > li").last).to_be_in_viewport()

    # Whoever reads what was written before keeps their place, whatever changes.
    ola.locator("#message-3").scroll_into_view_if_needed()
    at = ola.locator("#talk").evaluate("talk => talk.scrollTop")
    looked_again(ola)
    assert ola.locator("#talk").evaluate("talk => talk.scrollTop") == at


def test_a_typed_answer_outlives_a_note_a_consent_and_the_queue(night: Night, services: Callable[..., Page]) -> None:
    ola = services("Ola")
    night.writes(WROTE, who="a")
    ola.locator(".case .take").click()
    in_focus(ola, "#answer")
    ready(ola)
    ola.locator("#answer").press_sequentially("Dzień dobry, jestem")

    ola.locator("#note").fill("Rozmowa po polsku.")
    ola.locator("#notes form button").first.click()
    expect(ola.locator(".note .words")).to_have_text("Rozmowa po polsku.")
    expect(ola.locator("#answer")).to_have_value("Dzień dobry, jestem")
    expect(ola.locator("#note")).to_have_value("")

    ready(ola)
    ola.locator("#note").fill("Druga, jeszcze nie zapisana.")
    ola.locator("#consent-victim").select_option(index=1)
    ola.locator("#consent button").click()
    expect(ola.locator("main > .banner")).to_be_visible()
    expect(ola.locator("#answer")).to_have_value("Dzień dobry, jestem")
    expect(ola.locator("#note")).to_have_value("Druga, jeszcze nie zapisana.")

    ready(ola)
    ola.locator("#answer").focus()
    ola.keyboard.press("Escape")
    expect(ola.locator("#answer")).to_have_value("Dzień dobry, jestem")
    ola.keyboard.press("q")
    expect(ola.locator("#mine .draft")).to_be_visible()
    ola.locator("#mine .case-link").click()
    expect(ola.locator("#answer")).to_have_value("Dzień dobry, jestem")
    expect(ola.locator("#reading")).to_contain_text("Dzień dobry, jestem")

    # Sent is sent: nothing of it is kept, here or for the next who logs in.
    ready(ola)
    ola.locator("#answer").focus()
    ola.keyboard.press("Control+Enter")
    expect(ola.locator(".message.consultant")).to_contain_text("Dzień dobry, jestem")
    ola.locator("#answer").fill("Tego już nie wysłano")
    ola.get_by_role("button", name="Wyloguj").click()
    expect(ola.locator("#password")).to_be_visible()
    assert ola.evaluate("Object.values(sessionStorage).filter(kept => kept.includes('wysłano') || kept.includes('dobry'))") == []


def test_whoever_goes_to_another_field_while_the_page_looks_again_stays_there(
    night: Night, services: Callable[..., Page]
) -> None:
    ola = services("Ola")
    night.writes(WROTE, who="a")
    ola.locator(".case .take").click()
    in_focus(ola, "#answer")
    ready(ola)
    # The page's new parts are on their way: what is typed next is a note, and must not land in what the person will read.
    ola.evaluate("""() => {
      const text = Response.prototype.text;
      Response.prototype.text = async function () {
        const words = await text.call(this);
        document.getElementById('note').focus();
        return words;
      };
    }""")
    looked_again(ola)
    in_focus(ola, "#note")


def test_an_answer_to_a_case_that_a_colleague_took_over_can_still_be_read(night: Night, services: Callable[..., Page]) -> None:
    ola, jan = services("Ola"), services("Jan")
    night.writes(WROTE, who="a")
    ola.locator(".case .take").click()
    in_focus(ola, "#answer")
    ready(ola)
    ola.locator("#answer").press_sequentially("Napisane do połowy")
    jan.locator("#others .case-link").click()
    jan.locator("#take-over summary").click()
    jan.locator("#take-over button").click()
    expect(ola.locator("#owner")).to_contain_text("Jan")
    expect(ola.locator("#draft")).to_have_value("Napisane do połowy")  # the page has gone by itself to what is Jan's now
    ola.reload()
    expect(ola.locator("#draft")).to_have_value("Napisane do połowy")


@pytest.mark.parametrize("more", ["Druga odpowiedź", "Dzień dobry, tu Ola"], ids=["another", "longer"])
def test_what_is_written_while_an_answer_is_on_its_way_is_not_lost(
    night: Night, services: Callable[..., Page], more: str
) -> None:
    ola, held = services("Ola"), list[Route]()
    night.writes(WROTE, who="a")
    ola.locator(".case .take").click()
    in_focus(ola, "#answer")
    ready(ola)
    ola.route("**/answer", lambda route: held.append(route), times=1)  # noqa: PLW0108 - a built-in cannot be given its wrapper
    ola.fill("#answer", "Dzień dobry")
    ola.keyboard.press("Control+Enter")
    expect(ola.locator("#answer-form button.main")).to_be_disabled()
    ola.fill("#answer", more)
    ola.keyboard.press("Control+Enter")
    held.pop().continue_()
    expect(ola.locator(".message.consultant")).to_have_count(2)
    expect(ola.locator(".message.consultant").last).to_contain_text(more.removeprefix("Dzień dobry").strip(" ,"))
    expect(ola.locator("#answer")).to_have_value("")


def test_somebody_else_who_writes_to_the_consultant_is_announced_on_every_page(
    night: Night, services: Callable[..., Page]
) -> None:
    ola, jan = services("Ola"), services("Jan")
    for who in ("a", "b"):
        night.writes(WROTE, who=who)
    expect(ola.locator("#waiting .case")).to_have_count(2)
    for left in (1, 0):
        ola.locator("#waiting .take").first.click()
        in_focus(ola, "#answer")
        ready(ola)
        if left:
            ola.goto(f"{night.url}/")
            expect(ola.locator("#waiting .case")).to_have_count(left)
    expect(ola.locator(".written")).to_have_count(0)
    ola.bring_to_front()
    ola.locator("#answer").press_sequentially("W połowie zdania")
    for who in ("a", "b"):
        night.writes("jest pani tam?", who=who)

    # The page of the one tells of the other, and of nobody whose page it is; the title counts, the colleague's page says nothing.
    expect(ola.locator("#messages > li").last).to_contain_text("jest pani tam?")
    written = ola.locator(".written")
    expect(written).to_have_count(1)
    picture(ola, "case-another-writes")
    expect(ola).to_have_title(re.compile("^✉ "))
    expect(jan.locator(".written")).to_have_count(0)
    here = ola.url.split("/cases/")[1].split("?")[0].split("#")[0]
    href = written.locator("a").get_attribute("href")
    assert href is not None
    assert here not in href
    expect(ola.locator(".message.unseen")).to_have_count(0)  # what stands on the page in front was seen
    written.locator("a").click()
    expect(ola.locator("#messages > li").last).to_contain_text("jest pani tam?")
    ready(ola)
    expect(ola.locator(".written")).to_have_count(0)
    expect(ola).not_to_have_title(re.compile("✉"))


def test_a_field_says_how_much_fits_and_keeps_what_was_pasted(night: Night, services: Callable[..., Page]) -> None:
    ola = services("Ola")
    night.writes(WROTE, who="a")
    ola.locator(".case .take").click()
    in_focus(ola, "#answer")
    ready(ola)
    ola.fill("#answer", "a" * 100)
    expect(ola.locator("#answer-form .length")).to_have_count(0)
    ola.fill("#answer", "a" * 3500)
    expect(ola.locator("#answer-form .length")).to_have_text("Pozostało znaków: 500.")
    ola.fill("#answer", "a" * 4100)
    expect(ola.locator("#answer-form .length")).to_contain_text("Znaków za dużo: 100.")
    expect(ola.locator("#reading")).to_have_text(
        "Tekst ma 4100 znaków, a odpowiedź może mieć najwyżej 4000. Skróć go albo podziel na dwa."
    )
    ola.keyboard.press("Control+Enter")
    looked_again(ola)
    picture(ola, "answer-too-long")
    assert ola.locator("#answer").input_value() == "a" * 4100
    expect(ola.locator("#messages .consultant")).to_have_count(0)
    ola.fill("#answer", "a" * 4000)
    ola.keyboard.press("Control+Enter")
    expect(ola.locator("#answer")).to_have_value("")
    expect(ola.locator("#answer-form .length")).to_have_text("")

    ola.fill("#note", "n" * 4050)
    expect(ola.locator("#notes .length")).to_contain_text("Znaków za dużo: 50.")
    looked_again(ola)
    expect(ola.locator("#note")).to_have_value("n" * 4050)
    expect(ola.locator("#notes .length")).to_contain_text("Znaków za dużo: 50.")
    ola.get_by_role("button", name="Dodaj notatkę").click()
    picture(ola, "note-too-long")
    assert ola.locator("#note").input_value() == "n" * 4050
