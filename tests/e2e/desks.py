"""What the browser tests share that need no model: chat and console on a port of their own, and consultants who are logged in."""

from __future__ import annotations

import asyncio
import functools
import os
import re
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyotp
import pytest
from aiohttp import web
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect
from sqlalchemy import select

from bot.console.services import COOKIE, PREFIX, ConsoleServices
from bot.console.staff import Accounts, Role
from bot.dialogue.turn import Speaking
from bot.messages import Evidence, Inbound, Indicator, Screening, Speaker, Triage
from bot.program import Program
from bot.runtime.live_events import QUEUE
from bot.server import application
from bot.storage.audit import AuditLog
from bot.storage.tables import Handoff, StaffSession
from tests.support import PlainAssistant, PlainSpoken, open_program

PASSWORD = "zielony rower pod mostem"
LONG = " ".join(["Tu jest spokojna, długa odpowiedź programu, której nie widać całej naraz."] * 14)
PATIENCE = 120  # seconds: the first program of a process reads its texts, which takes long where other work goes on
SCREENSHOTS = os.environ.get("SCREENSHOTS")  # a folder for the pictures of the documentation
WORDS = {
    "Привіт. У мене забрали паспорт, не випускають з дому. Кажуть, що я винна їм гроші за дорогу.": Screening(
        "uk",
        Triage.EMERGENCY,
        (
            Evidence(Indicator.DOCUMENTS_TAKEN, "У мене забрали паспорт"),
            Evidence(Indicator.MOVEMENT_RESTRICTED, "не випускають з дому"),
            Evidence(Indicator.DEBT_BONDAGE, "винна їм гроші за дорогу"),
        ),
        Speaker.VICTIM,
        "disclose_victim",
        0.9,
    ),
    "Hello, the cleaners in my building sleep in the basement and never go out alone.": Screening(
        "en",
        Triage.HIGH,
        (
            Evidence(Indicator.LIVING_CONDITIONS, "sleep in the basement"),
            Evidence(Indicator.MOVEMENT_RESTRICTED, "never go out alone"),
        ),
        Speaker.WITNESS,
        "report_witness",
        0.9,
    ),
}


class NightAssistant(PlainAssistant):
    """Understands the messages of the night as written down above, and answers at length."""

    def screened(self, text: str, language_hint: str | None) -> Screening:
        return WORDS.get(text) or super().screened(text, language_hint)

    async def turn(self, speaking: Speaking, *, language: str, tracker: str | None) -> PlainSpoken:
        spoken = await super().turn(speaking, language=language, tracker=tracker)
        replies = tuple(replace(reply, text=f"{reply.text}\n{LONG}") for reply in spoken.replies)
        return replace(spoken, replies=replies)


class Night:
    """Chat and console on a port of their own, in a thread of their own."""

    def __init__(self, folder: Path, **settings: Any) -> None:
        self.folder = folder
        self.settings = settings
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()
        self.count = 0
        self.do(self._start())

    def do[Result](self, work: Coroutine[Any, Any, Result]) -> Result:
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(PATIENCE)

    async def _start(self) -> None:
        self.program: Program = await open_program(  # type: ignore[arg-type]
            self.folder, NightAssistant(), lambda: datetime.now(UTC), **self.settings
        )
        self.runner = web.AppRunner(application(self.program), shutdown_timeout=1)
        await self.runner.setup()
        site = web.TCPSite(self.runner, "127.0.0.1", 0)
        await site.start()
        self.chat = f"http://127.0.0.1:{self.runner.addresses[0][1]}"
        self.url = f"{self.chat}{PREFIX}"

    @contextmanager
    def silent(self) -> Iterator[None]:
        """Let the server answer nobody as long as the block lasts: it takes connections, and no more."""
        over = threading.Event()
        self.loop.call_soon_threadsafe(over.wait)
        try:
            yield
        finally:
            over.set()

    def stop(self) -> None:
        self.do(self.runner.cleanup())
        self.do(self.program.close())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(10)

    def account(self, name: str, role: Role = Role.CONSULTANT) -> str:
        async def add() -> str:
            accounts = Accounts(self.program.vault, AuditLog(self.program.vault))
            async with self.program.database.transaction() as session:
                return await accounts.add(session, name=name, role=role, by="test", now=self.program.clock())

        return self.do(add())

    def writes(self, text: str, *, who: str, channel: str = "web", language: str = "pl") -> None:
        self.count += 1
        self.do(
            self.program.frontdoor.receive(
                Inbound(
                    channel=channel,
                    pseudonym=who,
                    external_id=str(self.count),
                    text=text,
                    received_at=self.program.clock(),
                    language_hint=language,
                )
            )
        )

    def takes(self, name: str) -> None:
        """Let a consultant take every case that waits."""

        async def take() -> None:
            program = self.program
            async with program.database.transaction() as session:
                staff = await Accounts(program.vault, AuditLog(program.vault)).named(session, name)
                for case, _ in await program.queue.waiting(session):
                    if case.taken_by is None:
                        await program.queue.take(session, case.id, staff.id, program.clock())

        self.do(take())

    def answers(self, name: str, text: str) -> None:
        """Let a consultant answer everybody whose case they have."""

        async def answer() -> None:
            program = self.program
            async with program.database.transaction() as session:
                staff = await Accounts(program.vault, AuditLog(program.vault)).named(session, name)
                cases = [case for case, _ in await program.queue.waiting(session) if case.taken_by == staff.id]
            for case in cases:
                assert await program.frontdoor.consultants.say(case.conversation_id, staff_id=staff.id, text=text) is not None

        self.do(answer())

    def end_logins(self, name: str, *, but: str | None = None) -> None:
        """End all logins of somebody, but for the one with a token."""

        async def end() -> None:
            accounts, logins = Accounts(self.program.vault, AuditLog(self.program.vault)), ConsoleServices(self.program).logins
            async with self.program.database.transaction() as session:
                kept = await logins.find(session, but, now=self.program.clock(), active=False) if but is not None else None
                staff = await accounts.named(session, name)
                for login in await session.scalars(select(StaffSession).filter_by(staff_id=staff.id)):
                    if kept is None or login.token_hash != kept.token_hash:
                        await session.delete(login)
            self.program.live_events.publish(QUEUE)

        self.do(end())

    def logs_in(self, name: str) -> str:
        async def log_in() -> str:
            services = ConsoleServices(self.program)
            async with self.program.database.transaction() as session:
                staff = await services.accounts.named(session, name)
                return await services.logins.open(session, staff, second_factor=True, now=self.program.clock())

        return self.do(log_in())

    def settles_in(self, name: str) -> str:
        """Let somebody have chosen their password and confirmed their second factor; return the token of their login."""

        async def settle() -> None:
            accounts = Accounts(self.program.vault, AuditLog(self.program.vault))
            async with self.program.database.transaction() as session:
                staff = await accounts.named(session, name)
                await accounts.change_password(session, staff, PASSWORD, now=self.program.clock())

        self.do(settle())
        return self.logs_in(name)

    def audit_is_whole(self) -> int:
        async def verify() -> int:
            async with self.program.database.transaction() as session:
                return (await AuditLog(self.program.vault).verify(session)).number

        return self.do(verify())

    def cases(self) -> list[Handoff]:
        async def read() -> list[Handoff]:
            async with self.program.database.transaction() as session:
                return [case for case, _ in await self.program.queue.waiting(session)]

        return self.do(read())


@pytest.fixture
def night(tmp_path: Path) -> Iterator[Night]:
    night = Night(tmp_path)
    yield night
    night.stop()


@pytest.fixture
def services(night: Night, browser: Browser) -> Iterator[Callable[..., Page]]:
    """Give somebody a desk where they are logged in, in a browser of their own; what goes wrong in its script fails the test.

    `first` lets them go through their first login before it.
    """
    contexts: list[BrowserContext] = []
    problems: list[str] = []

    def open_desk(name: str, role: Role = Role.CONSULTANT, *, english: bool = False, first: bool = False, **options: Any) -> Page:
        password = night.account(name, role)
        context = browser.new_context(locale="en-GB" if english else "pl-PL", viewport={"width": 1280, "height": 860}, **options)
        contexts.append(context)
        if not first:
            token = night.settles_in(name)
            context.add_cookies([{"name": COOKIE, "value": token, "domain": "127.0.0.1", "path": PREFIX}])
        page = context.new_page()
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("console", lambda message: problems.append(message.text) if "Content Security Policy" in message.text else None)
        page.goto(f"{night.url}/")
        if first:
            first_login(page, name, password)
        ready(page)
        return page

    yield open_desk
    for context in contexts:
        context.close()
    assert problems == []


def ready(page: Page) -> None:
    """Wait until a page's script runs and has its connection."""
    expect(page.locator("#connection")).to_have_class(re.compile(r"\bon\b"))


def in_focus(page: Page, selector: str) -> None:
    """Wait until an element of a page would get the keys, whichever browser window is in front."""
    page.wait_for_function("selector => document.activeElement === document.querySelector(selector)", arg=selector, timeout=5000)


def picture(page: Page, name: str, words: str | None = None) -> None:
    """Keep a picture of a page where pictures are wanted, with the words beside it that it shows."""
    if SCREENSHOTS:
        page.screenshot(path=Path(SCREENSHOTS) / f"{name}.png")
        if words is not None:
            (Path(SCREENSHOTS) / f"{name}.txt").write_text(words, encoding="utf-8")


@functools.cache
def axe() -> str:
    """Return axe's script."""
    return str(Axe().axe_script)


def faults(page: Page, part: str = "html") -> list[str]:
    """Return what axe finds on a page, or in a part of it."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(axe())
    found: list[str] = page.evaluate(
        """async part => {
          const { violations } = await axe.run(part, { resultTypes: ["violations"] });
          return violations.map(fault => `${fault.id}: ${fault.nodes[0].html.slice(0, 200)}`);
        }""",
        part,
    )
    return found


def a_night_full_of_cases(night: Night) -> None:
    uk, en = WORDS
    night.writes("mam dług u szefa i zabrał mi paszport", who="+48600100200", channel="sms")
    night.writes(en, who="b", channel="web", language="en")
    night.writes("Привіт", who="c", channel="telegram", language="uk")
    night.writes(uk, who="c", channel="telegram", language="uk")


def first_login(page: Page, name: str, password: str) -> None:
    """Log in with the one-time password, choose another, and set up the second factor."""
    page.fill("#name", name)
    page.fill("#password", password)
    page.click("main button")
    page.fill("#old", password)
    page.fill("#new", PASSWORD)
    page.fill("#again", PASSWORD)
    page.click("main button")
    page.fill("#code", pyotp.TOTP(page.inner_text(".secret").replace(" ", "")).now())
    page.click("main button")
