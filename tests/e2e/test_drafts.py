"""What is typed into any form of the console and not saved yet: it outlives the page and the login, and nothing of it is cut."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from bot.console.answer_forms import MOST
from bot.console.services import COOKIE, PREFIX
from bot.console.staff import Role
from tests.e2e.desks import Night, ready

pytestmark = pytest.mark.browser
WROTE = "szef zabrał nam paszporty i nie oddaje"


def logged_in_again(night: Night, page: Page, name: str) -> None:
    page.context.add_cookies([{"name": COOKIE, "value": night.logs_in(name), "domain": "127.0.0.1", "path": PREFIX}])


def test_an_answer_that_is_being_written_outlives_the_login_it_was_written_under(
    night: Night, services: Callable[..., Page]
) -> None:
    ewa = services("Ewa", Role.COORDINATOR)
    ewa.goto(f"{night.url}/answer-drafts?near=shelter_couple")
    ewa.locator("#id").fill("couple_with_dog")
    ewa.locator('[id="pl.text"]').fill("Godzina pracy nad tą odpowiedzią.")
    night.end_logins("Ewa")
    ewa.locator("button.main").last.click()
    expect(ewa.locator("h1")).to_have_text("Logowanie wygasło")
    logged_in_again(night, ewa, "Ewa")
    ewa.goto(f"{night.url}/answer-drafts?near=shelter_couple")
    expect(ewa.locator('[id="pl.text"]')).to_have_value("Godzina pracy nad tą odpowiedzią.")
    expect(ewa.locator("#id")).to_have_value("couple_with_dog")
    ewa.locator("button.main").last.click()
    expect(ewa.locator("h1 code")).to_have_text("couple_with_dog")
    ready(ewa)  # what was saved is kept no longer than until the next page says so
    ewa.goto(f"{night.url}/answer-drafts?near=shelter_couple")
    expect(ewa.locator('[id="pl.text"]')).to_have_value("")


def test_what_is_pasted_into_an_answer_is_not_cut_and_is_said_to_be_too_long(night: Night, services: Callable[..., Page]) -> None:
    ewa = services("Ewa", Role.COORDINATOR)
    ewa.goto(f"{night.url}/answer-drafts")
    field = ewa.locator('[id="pl.text"]')
    field.focus()
    ewa.keyboard.insert_text("ż" * (MOST["text"] + 100))
    assert len(field.input_value()) == MOST["text"] + 100
    expect(ewa.locator('[id="pl.text"] + .length')).to_contain_text("100")
    assert field.evaluate("field => field.validity.customError")


def test_tags_and_a_corrected_report_outlive_a_reload_and_a_note_and_never_undo_what_a_colleague_wrote(
    night: Night, services: Callable[..., Page]
) -> None:
    ola = services("Ola")
    night.writes(WROTE, who="a")
    ola.locator(".case .take").click()
    ready(ola)
    ola.locator("#tags").fill("Wrocław, hotel")
    ola.reload()
    ready(ola)
    expect(ola.locator("#tags")).to_have_value("Wrocław, hotel")
    ola.locator("#note").fill("Rozmowa po polsku.")
    ola.locator("#notes form button").first.click()
    expect(ola.locator(".note .words")).to_have_text("Rozmowa po polsku.")
    expect(ola.locator("#tags")).to_have_value("Wrocław, hotel")
    ola.locator("#tags").locator("xpath=following-sibling::button").click()
    expect(ola).to_have_url(re.compile("told=saved"))
    ready(ola)
    assert ola.evaluate("Object.keys(sessionStorage).filter(key => key.endsWith(':tags'))") == []
