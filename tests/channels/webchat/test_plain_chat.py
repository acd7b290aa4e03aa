"""The web chat by plain forms, as a browser without scripts sends and shows them."""

from __future__ import annotations

import re

import pytest
import structlog
from prometheus_client import generate_latest

from bot.messages import LANGUAGES
from bot.program import Program
from bot.runtime.logs import configure_logs
from bot.storage.database import DatabaseUnavailable
from bot.storage.tables import Conversation, Handoff
from tests.channels.webchat.plain_browser import Browser, Client, fate, said, stored
from tests.support import HOTLINE, Clock, PlainAssistant


@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_page_greets_with_both_numbers_in_the_browsers_language_and_stores_nothing(
    client: Client, program: Program, language: str
) -> None:
    browser = Browser(client, language=f"xx,{language};q=0.8,en;q=0.1")
    await browser.opens()
    (greeting,) = browser.messages()
    assert program.wording.text("greeting_page", language) in greeting
    assert program.wording.text("greeting_more", language) in greeting  # on request
    assert HOTLINE in browser.html
    assert f'<html lang="{language}"' in browser.html
    assert program.wording.page[language]["send"] in browser.html
    for link in ("tel:+48226280120", "tel:112"):
        assert f'href="{link}"' in browser.html
    assert await stored(program, Conversation) == 0


async def test_whoever_has_no_language_that_is_served_is_greeted_in_english_and_polish(client: Client, program: Program) -> None:
    browser = Browser(client, language="ne-NP")
    await browser.opens()
    assert len(browser.messages()) == 2
    await browser.writes("hello")
    assert len(browser.messages("bot")) == 3
    assert '<html lang="en"' in browser.html


async def test_a_message_is_answered_on_the_page_that_answers_the_form(browser: Browser, assistant: PlainAssistant) -> None:
    await browser.writes("jak pomożecie\nmi?")
    assert assistant.heard[0] == "jak pomożecie\nmi?"
    assert browser.messages("mine") == ["jak pomożecie\nmi?"]
    assert HOTLINE in browser.messages("bot")[-1]
    assert browser.fields["text"] == ""
    await browser.writes("a <b>dalej</b>?")
    assert browser.messages("mine") == ["jak pomożecie\nmi?", "a <b>dalej</b>?"]
    assert "<b>" not in browser.html


async def test_a_page_that_is_loaded_again_says_nothing_twice(
    browser: Browser, program: Program, assistant: PlainAssistant
) -> None:
    await browser.writes("jak pomożecie")
    first, count = browser.messages(), await stored(program)
    await browser.loads_again()
    assert browser.messages() == first
    assert len(assistant.heard) == 1
    assert (await stored(program), await stored(program, Conversation)) == (count, 1)


async def test_another_message_from_the_same_page_is_no_repeat(browser: Browser, assistant: PlainAssistant) -> None:
    before = dict(browser.fields)
    await browser.writes("pierwsza")
    browser.fields = before  # as who went back
    await browser.writes("druga")
    assert browser.messages("mine") == ["pierwsza", "druga"]


async def test_neither_an_address_nor_a_cookie_nor_a_referrer_has_the_token(browser: Browser) -> None:
    await browser.writes("jak pomożecie")
    token = browser.fields["token"]
    assert browser.status == 200
    assert not {"Set-Cookie", "Location"} & set(browser.headers)
    assert browser.headers["Referrer-Policy"] == "no-referrer"
    assert browser.headers["Cache-Control"] == "no-store"
    assert [address for address in re.findall(r'(?:href|src|action)="([^"]*)"', browser.html) if token in address] == []
    assert browser.html.count(token) == 1
    policy = browser.headers["Content-Security-Policy"]
    assert "script-src" not in policy
    assert "form-action 'self' https://www.gov.pl/" in policy
    assert "<script" not in browser.html


async def test_a_person_can_be_asked_for_at_any_time_and_the_draft_stays(browser: Browser, program: Program) -> None:
    await browser.presses(text="jeszcze nie gotowe", choice="@human")
    assert browser.messages("mine") == [program.wording.titles["pl"]["human"]]
    assert browser.fields["text"] == "jeszcze nie gotowe"
    assert await stored(program, Handoff) == 1


async def test_a_consultants_words_come_when_the_person_asks_for_them_and_only_then_have_arrived(
    browser: Browser, program: Program
) -> None:
    await browser.writes("szef ma mój paszport")
    await browser.presses(do="refresh", text="szkic")
    assert program.wording.page["pl"]["nothing_new"] in browser.html
    answer = await said(program, "Jestem, słucham.")
    assert await fate(program, answer) == "due"
    await browser.presses(do="refresh")
    assert browser.messages("consultant") == ["Jestem, słucham."]
    assert program.wording.page["pl"]["nothing_new"] not in browser.html
    assert browser.fields["text"] == "szkic"
    assert await fate(program, answer) == "delivered"


async def test_a_consultants_words_go_in_their_own_direction_whatever_the_language_of_the_page(
    browser: Browser, program: Program
) -> None:
    await browser.writes("szef ma mój paszport")
    await said(program, "Jestem, słucham.")
    await browser.presses(do="language", to="ar")
    assert re.search(r'<li class="message consultant"[^>]* dir="auto">', browser.html)
    assert re.search(r'<li class="message bot[^>]* dir="rtl">', browser.html)


async def test_the_language_of_everything_is_changed_before_and_in_a_conversation(browser: Browser, program: Program) -> None:
    await browser.presses(do="language", to="uk", text="szkic")
    assert '<html lang="uk"' in browser.html
    assert browser.fields["text"] == "szkic"
    assert await stored(program, Conversation) == 0
    await browser.writes("dzień dobry")
    await browser.presses(do="language", to="ar")
    assert '<html lang="ar" dir="rtl">' in browser.html
    assert browser.messages("bot")[0].startswith(program.wording.text("greeting", "ar")[:20])
    assert browser.messages("mine")[-1] == program.wording.titles["ar"]["lang_ar"]


async def test_a_database_that_does_not_answer_loses_nothing_that_was_written(
    browser: Browser, program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    await browser.writes("jak pomożecie")
    with monkeypatch.context() as broken:

        def fail() -> None:
            raise DatabaseUnavailable("no database")

        broken.setattr(program.database, "transaction", fail)
        await browser.writes("zabrał mi paszport")
        assert browser.status == 503
        assert program.wording.page["pl"]["send_again"] in browser.html
        assert browser.fields["text"] == "zabrał mi paszport"
        assert HOTLINE in browser.html
    await browser.presses(do="send")
    assert browser.messages("mine") == ["jak pomożecie", "zabrał mi paszport"]


async def test_logs_and_counters_hold_neither_words_nor_token_of_a_form(
    browser: Browser, program: Program, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    configure_logs("DEBUG")
    try:
        await browser.writes("szef ma mój paszport")
        with monkeypatch.context() as broken:
            broken.setattr(program.frontdoor, "receive", None)
            await browser.writes("u pani Zofii")
            assert browser.status == 503
        await browser.leaves()
    finally:
        structlog.reset_defaults()
    printed = capsys.readouterr()
    everything = printed.out + printed.err + generate_latest().decode()
    assert "request_failed" in everything
    for secret in ("paszport", "Zofii", browser.fields["token"], browser.fields["id"]):
        assert secret not in everything


@pytest.mark.parametrize("token", ["", "nobody", "65a.aaaa.0000000000000000"])
async def test_a_form_without_a_token_of_ours_begins_nothing_and_keeps_what_was_written(
    browser: Browser, program: Program, token: str
) -> None:
    await browser.presses(token=token, text="ważne", do="send")
    assert browser.fields["text"] == "ważne"
    assert program.wording.page["pl"]["send_again"] in browser.html
    assert await stored(program, Conversation) == 0
    await browser.presses(do="send")
    assert browser.messages("mine") == ["ważne"]


async def test_a_page_that_lay_open_for_days_asks_to_send_once_more(browser: Browser, program: Program, clock: Clock) -> None:
    clock.move(days=2)
    await browser.writes("ważne")
    assert await stored(program, Conversation) == 0
    await browser.presses(do="send")
    assert browser.messages("mine") == ["ważne"]


async def test_a_form_of_another_site_begins_nothing(browser: Browser, program: Program) -> None:
    await browser.presses({"Sec-Fetch-Site": "cross-site"}, text="ważne", do="send")
    assert browser.status == 403
    assert HOTLINE in browser.html
    assert await stored(program, Conversation) == 0


@pytest.mark.parametrize(
    "data",
    [
        b"text=" + b"x" * 100_000,
        b"\xff\xfe=%ff&token=%ff",
        b"seen=-1&text=x",
        b"token=" + b"x" * 500,
        b"do=erase_yes",
        b"do=%00&text=%ED%A0%80&choice=@nothing",
        b"seen=" + b"9" * 5000,
    ],
)
async def test_forms_that_no_page_of_ours_sends_get_a_page_with_the_number(client: Client, program: Program, data: bytes) -> None:
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    response = await client.post("/plain", data=data, headers=headers)
    assert response.status in {200, 400}
    assert HOTLINE in await response.text()
    assert await stored(program, Conversation) == 0


async def test_the_ordinary_page_leads_here_without_scripts_in_the_language_that_its_address_asks_for(client: Client) -> None:
    page = await (await client.get("/?lang=uk")).text()
    assert '<meta http-equiv="refresh" content="0; url=/plain?lang=uk">' in page
    assert '<html lang="uk" dir="ltr">' in page
    page = await (await client.get("/", headers={"Accept-Language": "vi"})).text()
    assert '<meta http-equiv="refresh" content="0; url=/plain">' in page
    assert '<html lang="vi" dir="ltr">' in page
    for language in LANGUAGES:
        assert f'href="/plain?lang={language}"' in page
