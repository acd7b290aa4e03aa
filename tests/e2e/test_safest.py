"""The web chat in the Firefox that Tor Browser is made of, as Tor Browser sets it at its safest level: one whole conversation."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.e2e.desks import Night
from tests.e2e.firefox import PATIENCE, PROGRAM, WHY_NOT, Firefox, MarionetteError

pytestmark = [pytest.mark.browser, pytest.mark.skipif(PROGRAM is None, reason=WHY_NOT)]

AWAY = "https://www.gov.pl/"
SECRET = "tajemnica"


@pytest.fixture
def firefox(tmp_path: Path) -> Iterator[Firefox]:
    profile = tmp_path / "firefox"
    profile.mkdir()
    with Firefox(profile) as firefox:
        yield firefox


def answered(firefox: Firefox, act: Callable[[], None]) -> None:
    """Do what sends a form, and wait for the page that answers it, which has another one."""
    before = firefox.value('#chat > [name="id"]')
    act()
    firefox.find(f'#chat > [name="id"]:not([value="{before}"])')


def presses(firefox: Firefox, selector: str) -> None:
    answered(firefox, lambda: firefox.clicks(selector))


def leaves(firefox: Firefox) -> None:
    """Leave, which leads to another site."""
    with suppress(MarionetteError):
        firefox.clicks("#leave")
    assert_left(firefox)


def assert_left(firefox: Firefox) -> None:
    """See that the other site is asked for; it does not answer, of which Firefox makes an error page."""
    while firefox.elsewhere.asked.get(timeout=30).split()[:2] != ["CONNECT", "www.gov.pl:443"]:
        pass  # what the browser asks for by itself
    firefox.find("html:not(:has(#messages))")
    end = time.monotonic() + PATIENCE
    while firefox.address != AWAY:  # a moment after the error page is there
        assert time.monotonic() < end, firefox.address


def begins(firefox: Firefox, night: Night, language: str, text: str) -> None:
    firefox.opens(f"{night.chat}/plain?lang={language}")
    firefox.writes("#text", text)
    presses(firefox, "#send")


def test_when_the_server_does_not_answer_the_page_is_dark_at_once_and_one_more_press_leads_away(
    night: Night, firefox: Firefox
) -> None:
    dark = []
    for language, text in (("ar", "مرحبا"), ("pl", SECRET)):
        begins(firefox, night, language, text)
        with night.silent():
            firefox.taps("#leave")
            dark.append(firefox.picture())
            if language == "pl":
                firefox.taps("html")
                assert_left(firefox)
    assert dark[0] == dark[1]  # neither words, language nor direction can be told
    firefox.goes_back()
    assert SECRET not in firefox.source


def test_tor_browser_at_its_safest_has_a_whole_conversation(night: Night, firefox: Firefox) -> None:
    firefox.opens(f"{night.chat}/?lang=pl")
    firefox.find("#chat")
    assert firefox.address == f"{night.chat}/plain?lang=pl"

    # A message, loaded again, and a person.
    firefox.writes("#text", SECRET)
    presses(firefox, "#send")
    assert firefox.text(".mine").endswith(SECRET)
    answered(firefox, firefox.loads_again)
    assert len(firefox.texts(".mine")) == 1
    presses(firefox, "#human")
    night.account("Ola")
    night.takes("Ola")
    night.answers("Ola", "Dzień dobry, tu konsultantka.")
    firefox.writes("#text", "niedokończone")
    presses(firefox, "#refresh")
    assert "tu konsultantka" in firefox.text(".consultant")
    assert firefox.value("#text") == "niedokończone"

    # Another language for everything but one's own words, and a code, shown once.
    firefox.clicks('#language option[value="ar"]')
    presses(firefox, "#change")
    assert firefox.style("html", "direction") == "rtl"
    assert firefox.style(".bot", "direction") == "rtl"
    assert firefox.style(".mine", "direction") == "ltr"
    presses(firefox, "#ask-code")
    code = firefox.text("#code")
    answered(firefox, firefox.loads_again)
    assert code not in firefox.source

    # Away, and nothing behind it.
    leaves(firefox)
    firefox.goes_back()
    firefox.loads_again()
    assert firefox.text("#notice") == night.program.wording.page["ar"]["closed"]
    assert SECRET not in firefox.source

    # Back with the code, and everything is erased.
    firefox.opens(f"{night.chat}/plain?lang=en")
    firefox.clicks(".back summary")
    firefox.writes("#digits", code)
    presses(firefox, ".back button")
    assert SECRET in firefox.source
    presses(firefox, "#erase")
    presses(firefox, "#confirm-yes")
    assert SECRET not in firefox.source
    firefox.goes_back()
    firefox.loads_again()
    firefox.find("#notice")
    assert SECRET not in firefox.source
    assert night.cases() == []
    assert firefox.cookies() == []
