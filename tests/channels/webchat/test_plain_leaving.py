"""Whoever leaves the web chat without scripts, erases it, only looks no more, or comes back to it with a code."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from bot.channels.webchat import plain_chat, presence
from bot.channels.webchat.returning import FREE
from bot.program import Program
from bot.storage.database import DatabaseUnavailable
from bot.storage.tables import Conversation, Handoff
from tests.channels.webchat.plain_browser import Browser, Client, fate, said, stored


async def code_on(browser: Browser) -> str:
    await browser.presses(do="code")
    found = re.search(r'<bdi id="code" dir="ltr">([\d ]+)</bdi>', browser.html)
    assert found is not None
    return found[1]


async def test_a_code_brings_the_conversation_back_on_another_page_without_scripts_and_with(
    client: Client, browser: Browser, program: Program
) -> None:
    assert program.wording.page["pl"]["return_later"] not in browser.html  # there is nothing to come back to
    await browser.writes("zabrał mi paszport")
    code = await code_on(browser)
    assert program.wording.page["pl"]["code_says"] in browser.html
    other = Browser(client, language="ar")
    await other.opens()
    await other.presses(do="return", code=code.replace(" ", "-"))
    assert other.messages("mine") == ["zabrał mi paszport"]
    assert '<html lang="pl"' in other.html
    await other.writes("jestem znowu")
    await browser.presses(do="refresh")
    assert browser.messages("mine") == ["zabrał mi paszport", "jestem znowu"]
    with_script = await client.post("/chat/return", json={"code": code, "token": "a" * 43})
    assert with_script.status == 200
    assert await stored(program, Conversation) == 1


async def test_a_page_with_a_code_that_is_loaded_again_leaves_the_code_as_it_was_written_down(
    client: Client, browser: Browser
) -> None:
    await browser.writes("zabrał mi paszport")
    code = await code_on(browser)
    await browser.loads_again()
    assert 'id="code"' not in browser.html
    other = Browser(client)
    await other.opens()
    await other.presses(do="return", code=code)
    assert other.messages("mine") == ["zabrał mi paszport"]


async def test_whoever_leaves_a_page_that_came_back_shuts_that_page_alone(
    client: Client, browser: Browser, program: Program
) -> None:
    await browser.writes("zabrał mi paszport")
    code = await code_on(browser)
    other = Browser(client)
    await other.opens()
    await other.presses(do="return", code=code)
    assert (await other.leaves()).status == 303
    await other.loads_again()  # as who goes back, and lets the browser send the code once more
    assert program.wording.page["pl"]["closed"] in other.html
    assert other.messages("mine") == []
    await browser.presses(do="refresh")
    assert browser.messages("mine") == ["zabrał mi paszport"]


async def test_a_wrong_code_stays_in_its_field_and_guessing_is_slowed_together_with_the_other_interface(
    client: Client, browser: Browser, program: Program
) -> None:
    await browser.writes("zabrał mi paszport")
    code = (await code_on(browser)).replace(" ", "")
    wrong = code[:-1] + str((int(code[-1]) + 1) % 10)
    other = Browser(client)
    await other.opens()
    words = program.wording.page["pl"]
    for number in range(FREE):
        if number == 0:
            assert (await client.post("/chat/return", json={"code": wrong, "token": "a" * 43})).status == 404
        else:
            await other.presses(do="return", code=wrong)
            assert (other.status, words["code_wrong"] in other.html) == (404, True)
    assert f'value="{wrong}"' in other.html
    assert '<details class="back" open>' in other.html
    await other.presses(do="return", code=code)
    assert (other.status, words["code_slow"] in other.html) == (429, True)
    assert other.messages("mine") == []


async def test_erasing_asks_and_erases_and_an_older_page_brings_nothing_back(browser: Browser, program: Program) -> None:
    await browser.writes("jak pomożecie")
    message = dict(browser.sent)
    await browser.presses(do="erase")
    assert program.wording.page["pl"]["erase_question"] in browser.html
    await browser.presses(do="refresh")
    assert await stored(program, Conversation) == 1
    await browser.presses(do="erase_yes")
    assert program.wording.page["pl"]["erased"] in browser.html
    assert browser.messages("mine") == []
    browser.sent = message
    await browser.loads_again()
    assert program.wording.page["pl"]["closed"] in browser.html
    assert "jak pomożecie" not in browser.html
    assert await stored(program, Conversation) == 0
    await browser.writes("zaczynam od nowa")
    assert browser.messages("mine") == ["zaczynam od nowa"]


async def test_who_leaves_is_led_away_and_nobody_gets_in_again_while_the_hotline_keeps_the_case(
    browser: Browser, program: Program
) -> None:
    await browser.writes("szef ma mój paszport")
    response = await browser.leaves()
    assert (response.status, response.headers["Location"]) == (303, "https://www.gov.pl/")
    await browser.loads_again()
    assert program.wording.page["pl"]["closed"] in browser.html
    assert "paszport" not in browser.html
    assert await stored(program, Handoff) == 1
    async with program.database.transaction() as session:
        assert (await session.scalars(select(Conversation))).one().reachable == "left"
    assert await fate(program, await said(program, "Jestem.")) == "failed"


async def test_leaving_leads_away_whatever_fails(browser: Browser, program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    await browser.writes("jak pomożecie")

    def fail() -> None:
        raise DatabaseUnavailable("no database")

    monkeypatch.setattr(program.database, "transaction", fail)
    assert (await browser.leaves()).status == 303


async def test_the_way_out_does_not_wait_for_a_busy_database_which_shuts_the_page_later(
    browser: Browser, program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    await browser.writes("szef ma mój paszport")
    monkeypatch.setattr(plain_chat, "LEADS_AWAY_WITHIN", 0.0)
    with program.live_events.listen("queue") as changed:
        async with program.database.transaction():  # the others stand in line
            assert (await browser.leaves()).status == 303
            changed.clear()
        await changed.wait()
    await browser.loads_again()
    assert program.wording.page["pl"]["closed"] in browser.html
    assert "paszport" not in browser.html


async def test_who_looks_no_more_is_shown_as_gone_and_comes_back_with_the_next_look(
    browser: Browser, program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(presence, "LOOKS_AGAIN_BY_HAND", 0.0)
    monkeypatch.setattr(presence, "COMES_BACK", 0.0)
    with program.live_events.listen("queue") as changed:
        await browser.writes("szef ma mój paszport")
        while True:
            async with program.database.transaction() as session:
                if (await session.scalars(select(Conversation))).one().reachable == "left":
                    break
            await changed.wait()
            changed.clear()
    answer = await said(program, "Jestem, słucham.")
    assert await fate(program, answer) == "failed"
    monkeypatch.setattr(presence, "LOOKS_AGAIN_BY_HAND", 900.0)
    await browser.presses(do="refresh")
    assert await fate(program, answer) == "delivered"
