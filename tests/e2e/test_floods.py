"""A flood in the browser: looked into, set aside with one press, brought back with another; a conversation blocked and unblocked."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.desks import Night, faults, picture

pytestmark = pytest.mark.browser


def test_a_flood_is_one_row_and_whoever_writes_their_own_words_stands_beside_it(
    night: Night, services: Callable[..., Page]
) -> None:
    ola, jan = services("Ola"), services("Jan", english=True)
    for number in range(30):
        night.writes(f"zamknęli mnie w piwnicy {number}", who=f"fake{number}")
    night.writes("zamknęli nas w szklarni pod Kaliszem, mam 16 lat", who="real")
    expect(ola.locator("#waves .case")).to_have_count(1)
    expect(ola.locator("#waves .case")).to_contain_text("Podobnych rozmów: 30")
    expect(ola.locator("#waiting .case")).to_have_count(1)
    expect(ola.locator("#waiting .case")).to_contain_text("ma mniej niż 18 lat")
    expect(ola.locator(".wave-note")).to_contain_text("30")
    ola.reload()
    picture(ola, "console-flood")
    assert faults(ola) == []

    # Looked into, and turned.
    ola.locator("#waves .case-link").click()
    expect(ola.locator("#waiting .case")).to_have_count(30)
    picture(ola, "console-flood-inside")
    assert faults(ola) == []
    ola.get_by_role("link", name="Pokaż wszystkich").first.click()
    expect(ola.locator("#waiting .case")).to_have_count(1)  # a button of the page that is being left would be pressed in vain

    # Set aside in one act, seen by everybody, and undone in one.
    ola.get_by_role("button", name="Odłóż wszystkie").click()
    expect(jan.locator("#waves")).to_have_count(0)
    expect(jan.locator("#aside .case")).to_contain_text("Conversations that are alike: 30")
    expect(jan.locator("#attention-now")).to_have_attribute("data-waiting", "1")
    picture(jan, "console-flood-aside")
    assert faults(jan) == []
    night.writes("halo, proszę odpisać", who="fake7")
    expect(jan.locator("#waiting .case")).to_have_count(2)
    jan.get_by_role("button", name="Bring back").click()
    expect(ola.locator("#waves .case")).to_contain_text("Podobnych rozmów: 30")


def test_a_conversation_is_blocked_with_a_reason_and_unblocked_by_a_colleague(
    night: Night, services: Callable[..., Page]
) -> None:
    ola, jan = services("Ola"), services("Jan", english=True)
    night.writes("zamknęli mnie", who="joker")
    ola.locator("#waiting .take").click()
    ola.locator("#block-form summary").click()
    ola.locator("#block-reason").fill("ten sam żart dziesiąty raz")
    picture(ola, "console-block")
    ola.get_by_role("button", name="Zablokuj", exact=True).click()
    expect(ola.locator("#blocked")).to_contain_text("ten sam żart dziesiąty raz")
    picture(ola, "console-blocked")
    assert faults(ola) == []
    night.writes("to nie żart", who="joker")
    expect(jan.locator("#blocked .case")).to_contain_text("written since: 1")
    assert faults(jan) == []
    jan.locator("#blocked h3 a").click()
    jan.get_by_role("button", name="Undo the block").click()
    expect(jan.get_by_text("The block is undone")).to_be_visible()
    expect(ola).to_have_url(re.compile("/cases/"))
    jan.get_by_role("link", name="Queue").click()
    expect(jan.locator("#waiting .case")).to_have_count(1)
