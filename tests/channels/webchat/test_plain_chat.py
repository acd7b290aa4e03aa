"""The web chat by plain forms, as a browser without scripts sends and shows them."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from html import unescape
from typing import Any

import pytest
import structlog
from aiohttp import ClientResponse
from aiohttp.test_utils import TestClient, TestServer
from prometheus_client import generate_latest
from sqlalchemy import select

from bot.channels.webchat import presence
from bot.channels.webchat.returning import FREE
from bot.delivery.outbox import fates
from bot.messages import LANGUAGES
from bot.program import Program
from bot.runtime.logs import configure_logs
from bot.server import application
from bot.storage.database import DatabaseUnavailable
from bot.storage.tables import Conversation, Handoff, Message
from tests.support import HOTLINE, Clock, PlainAssistant

Client = TestClient[Any, Any]


@pytest.fixture
async def client(program: Program) -> AsyncIterator[Client]:
    async with TestClient(TestServer(application(program))) as client:
        yield client


@dataclass
class Browser:
    """Shows a page, and sends the form that is on it."""

    client: Client
    language: str = "pl"
    html: str = ""
    status: int = 0
    fields: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)

    async def shows(self, response: ClientResponse) -> None:
        self.html, self.status, self.headers = await response.text(), response.status, dict(response.headers)
        self.fields = {
            name: unescape(value) for name, value in re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', self.html)
        }
        self.fields["text"] = unescape(re.search(r"<textarea[^>]*>\n(.*?)</textarea>", self.html, re.DOTALL)[1])  # type: ignore[index]

    async def opens(self, path: str = "/plain") -> None:
        await self.shows(await self.client.get(path, headers={"Accept-Language": self.language}))

    async def presses(self, headers: dict[str, str] | None = None, **pressed: str) -> None:
        self.sent = {**self.fields, **pressed}
        await self.loads_again(headers)

    async def loads_again(self, headers: dict[str, str] | None = None) -> None:
        await self.shows(await self.client.post("/plain", data=self.sent, headers=headers, allow_redirects=False))

    async def writes(self, text: str) -> None:
        await self.presses(text=text, do="send")

    async def leaves(self) -> ClientResponse:
        return await self.client.post("/plain", data={**self.fields, "do": "leave"}, allow_redirects=False)

    def messages(self, author: str = "") -> list[str]:
        found = re.findall(rf'<li class="message ({author or "[a-z]+"})(?: greeting)?".*?>(.*?)</li>', self.html, re.DOTALL)
        return [unescape(re.sub(r"<span class=\"(?:sr|who)\".*?</span>|<[^>]+>", "", text)).strip() for _, text in found]


@pytest.fixture
async def browser(client: Client) -> Browser:
    browser = Browser(client)
    await browser.opens()
    return browser


async def stored(program: Program, table: type = Message) -> int:
    async with program.database.transaction() as session:
        return len((await session.scalars(select(table))).all())


async def said(program: Program, text: str) -> str:
    """Let a consultant take the case and write; return the message's id."""
    async with program.database.transaction() as session:
        case = (await session.scalars(select(Handoff))).one()
        if case.taken_by is None:
            await program.queue.take(session, case.id, "ola", program.clock())
    reply = await program.frontdoor.consultant_says(case.conversation_id, staff_id="ola", text=text)
    assert reply is not None
    async with program.database.transaction() as session:
        return str(await session.scalar(select(Message.id).where(Message.number == int(reply.id))))


async def fate(program: Program, message: str) -> str:
    async with program.database.transaction() as session:
        conversation = (await session.scalars(select(Conversation))).one()
        return (await fates(session, conversation.id))[message].state


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
