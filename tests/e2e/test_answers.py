"""The library of answers in a browser: read by a coordinator, on a phone as well, and nothing for axe to find."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from bot.console.staff import Role
from bot.storage.gaps import count_gaps
from tests.console.writing import NAME, fields
from tests.e2e.desks import Night, faults, picture

pytestmark = pytest.mark.browser
NEAR = {"shelter_couple": 14, "wages_unpaid_where": 9, "hotline_come_to_me": 3, "": 4}


def questions_without_an_answer(night: Night) -> None:
    async def store() -> None:
        async with night.program.database.transaction() as session:
            for name, questions in NEAR.items():
                for number in range(questions):
                    count_gaps(session, night.program.clock(), [name], "uk" if number % 3 else "pl")

    night.do(store())


@pytest.mark.parametrize("dark", [False, True])
def test_a_coordinator_reads_the_gaps_and_switches_an_answer_off(night: Night, services: Callable[..., Page], dark: bool) -> None:
    questions_without_an_answer(night)
    mode = "dark" if dark else "light"
    ewa = services("Ewa", Role.COORDINATOR, english=dark, color_scheme=mode)
    ewa.get_by_role("link", name="Answers" if dark else "Odpowiedzi", exact=True).click()
    ewa.get_by_role("link", name="Questions without an answer" if dark else "Pytania bez odpowiedzi").click()
    expect(ewa.get_by_text("shelter_couple")).to_be_visible()
    assert faults(ewa) == []
    picture(ewa, f"answers-gaps-{mode}")
    ewa.get_by_role("row", name="shelter_couple").get_by_role("link").first.click()
    expect(ewa.locator("h1 code")).to_have_text("shelter_couple")
    ewa.locator("table.said details summary").first.click()
    assert faults(ewa) == []
    picture(ewa, f"answers-one-{mode}")
    ewa.fill("#because", "Fundacja nie przyjmuje już par.")
    ewa.locator("button.danger").click()
    expect(ewa.locator(".banner.warning[role=status]")).to_contain_text("Fundacja nie przyjmuje już par.")
    assert faults(ewa) == []
    picture(ewa, f"answers-off-{mode}")
    ewa.goto(f"{night.url}/answers?matter=shelter")
    expect(ewa.get_by_role("row", name="shelter_couple").first).to_be_visible()
    assert faults(ewa) == []
    picture(ewa, f"answers-list-{mode}")
    ewa.set_viewport_size({"width": 360, "height": 740})
    for path in ("/answers?matter=shelter", "/answer-gaps", "/answers/shelter_couple"):
        ewa.goto(f"{night.url}{path}")
        assert ewa.evaluate("document.documentElement.scrollWidth") <= 360, path
        assert faults(ewa) == [], path
    picture(ewa, f"answers-phone-{mode}")


@pytest.mark.parametrize("dark", [False, True])
def test_one_coordinator_writes_an_answer_and_another_publishes_it(
    night: Night, services: Callable[..., Page], dark: bool
) -> None:
    mode = "dark" if dark else "light"
    ewa, iza = (services(name, Role.COORDINATOR, english=dark, color_scheme=mode) for name in ("Ewa", "Iza"))
    ewa.goto(f"{night.url}/answer-drafts?near=shelter_couple")
    assert faults(ewa) == []
    picture(ewa, f"answers-form-{mode}")
    ewa.locator('[id="pl.text"]').scroll_into_view_if_needed()
    picture(ewa, f"answers-form-words-{mode}")
    filled_in = fields()
    ewa.locator(f'[name=facts][value="{filled_in["facts"][0]}"]').check()
    for name in ("id", "next", *(name for name in filled_in if "." in name and name != "uk.quiet")):
        ewa.locator(f'[id="{name}"]').fill(filled_in[name])
    ewa.locator("button.main").last.click()
    expect(ewa.locator(".faults li")).to_have_count(1)
    assert faults(ewa) == []
    picture(ewa, f"answers-faults-{mode}")
    ewa.get_by_role("link", name="Change" if dark else "Zmień", exact=True).click()
    ewa.locator('[id="uk.quiet"]').fill(filled_in["uk.quiet"])
    ewa.locator("button.main").last.click()
    expect(ewa.locator(".faults")).to_have_count(0)
    expect(ewa.locator("form[action$=publish]")).to_have_count(0)
    iza.goto(f"{night.url}/answers")
    expect(iza.get_by_role("row", name=NAME)).to_be_visible()
    picture(iza, f"answers-drafts-{mode}")
    iza.get_by_role("row", name=NAME).get_by_role("link").click()
    assert faults(iza) == []
    picture(iza, f"answers-draft-{mode}")
    iza.locator("form[action$=publish] button").click()
    expect(iza.locator("form[action$=publish]")).to_have_count(0)
    expect(iza.locator("form[action$=off]")).to_have_count(1)
    assert faults(iza) == []
    picture(iza, f"answers-published-{mode}")
    iza.set_viewport_size({"width": 360, "height": 740})
    for path in (f"/answers/{NAME}", f"/answer-drafts/{NAME}"):
        iza.goto(f"{night.url}{path}")
        assert iza.evaluate("document.documentElement.scrollWidth") <= 360, path
        assert faults(iza) == [], path
    picture(iza, f"answers-form-phone-{mode}")
