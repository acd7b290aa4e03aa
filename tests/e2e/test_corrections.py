"""Correcting what was read, in a browser: from the message to the list, and back."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from bot.console.staff import Role
from bot.messages import Triage
from tests.e2e.desks import Night, faults, picture

pytestmark = pytest.mark.browser

OFFICE = "zostawiłam paszport na wizę w urzędzie"


@pytest.mark.parametrize("width", [1280, 360])
def test_a_coordinator_corrects_a_phrase_of_a_message_sees_it_in_the_list_and_undoes_it(
    night: Night, services: Callable[..., Page], width: int
) -> None:
    iga = services("Iga", Role.COORDINATOR)
    iga.set_viewport_size({"width": width, "height": 860})
    night.writes(f"Dzień dobry, {OFFICE}", who="a")
    iga.locator(".case-link").first.click()
    expect(iga.locator("#messages .gist").first).to_contain_text("Skrót programu, może się mylić:")
    iga.locator(".correct a").first.click()
    expect(iga.locator("#phrase")).to_have_value(f"Dzień dobry, {OFFICE}")
    assert faults(iga) == []
    assert iga.evaluate("document.documentElement.scrollWidth <= innerWidth")
    picture(iga, f"correct-{width}")
    iga.fill("#phrase", OFFICE)
    iga.check("input[value=says_not]")
    iga.select_option("select[name=sign_not]", "documents_taken")
    iga.check("input[name=names_nobody]")
    iga.click("form.correction button.main")
    expect(iga.locator("tbody")).to_contain_text(OFFICE)
    assert faults(iga) == []
    picture(iga, f"corrections-{width}")
    night.writes(f"Dzień dobry, {OFFICE}", who="b")
    assert len(night.cases()) == 1
    iga.click("tbody form button")
    expect(iga.locator("tbody")).not_to_contain_text(OFFICE)
    night.writes(f"Dzień dobry, {OFFICE}", who="c")
    assert [case.triage for case in night.cases()] == [Triage.HIGH, Triage.HIGH]
