"""The night, as it is: three people on three channels, an alarm that nobody takes, two consultants in browsers of their own.

The program runs as an operator runs it, with its model; the providers and the mail server are stand-ins on loopback.
"""

from __future__ import annotations

import asyncio
import re
import subprocess
import sys
import threading
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from playwright.sync_api import Browser, BrowserContext, Page, expect
from twilio.request_validator import RequestValidator

from tests.channels.conftest import payload
from tests.e2e.desks import first_login, in_focus, picture, ready
from tests.e2e.running import Running
from tests.standins import telegram_api, twilio_api
from tests.standins.alarm_receivers import Mailbox, mail_server

pytestmark = [pytest.mark.browser, pytest.mark.model]

ALARM_SECONDS = 2  # the setting; a minute in earnest
SECONDS = 30_000  # patience with the whole machine, in ms: conditions are waited for, never times
DUTY_PHONE = "+48600700800"
DUTY_ADDRESS = "dyzur@example.org"
PASSWORD = "zielony rower pod mostem"
CHAT = 500100200
IN_DANGER = "Мене замкнули в квартирі, забрали паспорт і б'ють мене. Допоможіть, будь ласка"
BY_TELEGRAM = "My boss took my passport and I am not allowed to leave the house"
BY_SMS = "mój szef zabrał mi paszport i nie płaci od trzech miesięcy"
NOTIFY = """
  globalThis.notified = [];
  globalThis.Notification = class {
    static permission = "granted";
    static requestPermission() { return Promise.resolve("granted"); }
    constructor(title, options) { globalThis.notified.push(`${title}: ${options.body}`); }
    close() {}
  };
"""


class Outside:
    """What lies outside the program: Telegram, Twilio and a mail server, in a thread of their own."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()
        self.mailbox = Mailbox()
        self.telegram = telegram_api.TelegramApi()
        self.twilio = twilio_api.TwilioApi()
        self.telegram_url = self.do(self.telegram.start())
        self.twilio_url = self.do(self.twilio.start())
        self.mail = mail_server(self.mailbox)
        self.mail_port = self.do(self.mail.__aenter__())

    def do[Result](self, work: Coroutine[Any, Any, Result]) -> Result:
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(30)

    def stop(self) -> None:
        for work in (self.mail.__aexit__(None, None, None), self.telegram.close(), self.twilio.close()):
            self.do(work)  # type: ignore[arg-type]
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(10)

    def alarms_by_sms(self) -> list[dict[str, Any]]:
        return [message for message in self.twilio.messages if message["to"] == DUTY_PHONE]

    def alarms(self) -> list[str]:
        """Return everything that any alarm said."""
        return [*(f"{mail}\n{mail.get_content()}" for mail in self.mailbox.mails), *(sms["body"] for sms in self.alarms_by_sms())]


@pytest.fixture(scope="module")
def outside() -> Iterator[Outside]:
    outside = Outside()
    yield outside
    outside.stop()


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory, outside: Outside) -> Iterator[Running]:
    """A running program with all three channels and two ways of alarm."""
    program = Running(
        tmp_path_factory.mktemp("night"),
        TELEGRAM_BOT_TOKEN=telegram_api.TOKEN,
        TELEGRAM_API_BASE=outside.telegram_url,
        TELEGRAM_POLLING="true",
        TWILIO_ACCOUNT_SID=twilio_api.ACCOUNT,
        TWILIO_AUTH_TOKEN=twilio_api.AUTH_TOKEN,
        TWILIO_NUMBER=twilio_api.NUMBER,
        TWILIO_API_BASE=outside.twilio_url,
        SMTP_HOST="127.0.0.1",
        SMTP_PORT=str(outside.mail_port),
        SMTP_TLS="none",
        SMTP_FROM="alarm@help.example.org",
        ALARM_EMAILS=DUTY_ADDRESS,
        ALARM_SMS_TO=DUTY_PHONE,
        ALARM_EMERGENCY_SECONDS=str(ALARM_SECONDS),
        ALARM_SELF_TEST="off",
    )
    program.environment["PUBLIC_URL"] = outside.twilio.public_url = program.url
    program.start()
    yield program
    program.stop()


@pytest.fixture
def services(night: Running, browser: Browser) -> Iterator[Callable[[str], Page]]:
    """Log a consultant in, in a browser of their own, and turn the sound on; a script that fails fails the test."""
    contexts: list[BrowserContext] = []
    problems: list[str] = []

    def open_desk(name: str) -> Page:
        added = command(night, "staff", "add", name, "--role", "consultant")
        password = added.split()[-1]
        context = browser.new_context(locale="pl-PL", viewport={"width": 1280, "height": 860})
        contexts.append(context)
        context.add_init_script(NOTIFY)
        page = context.new_page()
        page.set_default_timeout(SECONDS)
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("console", lambda message: problems.append(message.text) if "Content Security Policy" in message.text else None)
        page.goto(f"{night.url}/console/")
        first_login(page, name, password)
        ready(page)
        page.click("#sound")
        expect(page.locator("#sound")).to_have_class("sound on")
        return page

    yield open_desk
    for context in contexts:
        context.close()
    assert problems == []


def command(night: Running, *words: str) -> str:
    """Run one of the program's commands beside the running program; it must succeed."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "bot", *words],
        env=night.environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def write_sms(night: Running, text: str) -> None:
    form = payload("twilio/sms", Body=text)
    url = f"{night.url}/sms/webhook"
    signature = RequestValidator(twilio_api.AUTH_TOKEN).compute_signature(url, form)
    assert requests.post(url, data=form, headers={"X-Twilio-Signature": signature}, timeout=20).ok


def report(night: Running, message: dict[str, Any], status: str) -> None:
    """Report on an SMS as Twilio does."""
    form = {"AccountSid": twilio_api.ACCOUNT, "MessageSid": message["sid"], "MessageStatus": status}
    signature = RequestValidator(twilio_api.AUTH_TOKEN).compute_signature(message["callback"], form)
    assert requests.post(message["callback"], data=form, headers={"X-Twilio-Signature": signature}, timeout=20).ok


def write_by_telegram(outside: Outside, text: str) -> None:
    update = payload("telegram/text")
    update["message"] |= {"text": text}
    update["message"]["from"]["language_code"] = "en"
    outside.loop.call_soon_threadsafe(outside.telegram.bring, update)


def write_in_the_web_chat(night: Running, browser: Browser, text: str) -> Page:
    person = browser.new_context(viewport={"width": 390, "height": 780}).new_page()
    person.set_default_timeout(SECONDS)
    person.goto(f"{night.url}/?lang=uk")
    expect(person.locator(".message.bot")).to_have_count(1)
    person.fill("#text", text)
    person.keyboard.press("Enter")
    expect(person.locator(".message.bot").nth(1)).to_be_visible(timeout=SECONDS)
    return person


def words_of(text: str) -> list[str]:
    return [word for word in re.findall(r"\w+", text.lower()) if len(word) > 4]


def test_the_night(night: Running, outside: Outside, browser: Browser, services: Callable[[str], Page]) -> None:
    ola, jan = services("Ola N"), services("Jan K")
    for page in (ola, jan):
        page.evaluate("Object.defineProperty(document, 'hasFocus', { value: () => false })")

    # Three people write, on three channels. Whoever is in danger of life is on top, whoever wrote first.
    write_sms(night, BY_SMS)
    write_by_telegram(outside, BY_TELEGRAM)
    for page in (ola, jan):
        expect(page.locator("#waiting .case")).to_have_count(2, timeout=SECONDS)
    person = write_in_the_web_chat(night, browser, IN_DANGER)
    for page in (ola, jan):
        expect(page.locator("#waiting .case")).to_have_count(3, timeout=SECONDS)
        first = page.locator("#waiting .case").first
        expect(first).to_have_class(re.compile(r"\bemergency\b"))
        expect(first).to_contain_text("ukraiński")
        expect(page).to_have_title(re.compile(r"^❗ \(3\)"))
        expect(page.locator("#sound")).to_have_attribute("data-sounds", "emergency")
    assert {row.inner_text() for row in ola.locator("#waiting .meta span:nth-child(2)").all()} == {"czat WWW", "Telegram", "SMS"}

    # Nobody takes it in time: the alarm goes out by e-mail and SMS, and every page shows which way it took.
    for page in (ola, jan):
        banner = page.locator("#alarms-sounding .alarm-line")
        expect(banner).to_have_count(1, timeout=SECONDS)
        expect(banner.locator(".way-sent")).to_contain_text("e-mail 1", timeout=SECONDS)
        expect(banner.locator(".way-sent")).to_contain_text("SMS 1", timeout=SECONDS)
    (mail,) = outside.mailbox.mails
    (sms,) = outside.alarms_by_sms()
    assert mail["To"] == DUTY_ADDRESS
    assert "ZAGROZENIE ZYCIA" in sms["body"]
    report(night, sms, "delivered")
    expect(ola.locator("#alarms-sounding .way-arrived")).to_contain_text("SMS 1")
    picture(ola, "alarm")

    # No notification carries a word of a conversation, a number or who it is about.
    person_said = words_of(f"{IN_DANGER} {BY_TELEGRAM} {BY_SMS}")
    for shown in (ola, jan):
        shown.wait_for_function("() => notified.length > 0")
    notified = [*ola.evaluate("notified"), *jan.evaluate("notified")]
    assert set(notified) == {"Konsola: Zajrzyj do konsoli."}
    for alarm in [*outside.alarms(), *notified]:
        assert [word for word in person_said if word in alarm.lower()] == []
        assert str(CHAT) not in alarm
        assert "48500100200" not in alarm

    # Ola acknowledges it: silence for everybody, and everybody sees who it was.
    jan_sounds = jan.locator("#sound")
    ola.keyboard.press("s")
    for page in (ola, jan):
        expect(page.locator("#alarms-sounding")).to_have_count(0)
        expect(page.locator(".heard")).to_contain_text("Ola N")
    expect(jan_sounds).to_have_attribute("data-sounds", "high")  # two more still wait

    # She takes it, with the keyboard, and answers with a phrase in Ukrainian that she reads in Polish first.
    ola.keyboard.press("j")
    ola.keyboard.press("t")
    expect(ola.locator("#answer")).to_be_visible()
    expect(jan.locator("#others .case")).to_contain_text("Ola N")
    expect(jan.locator(".heard")).to_have_count(0)
    in_focus(ola, "#answer")
    ready(ola)
    ola.keyboard.press("F2")
    ola.locator("#phrase-search").fill("bezpiecznie pisac")
    phrase = ola.locator(".phrase-choice bdi").first.inner_text()
    expect(ola.locator(".phrase-choice bdi").first).to_have_attribute("lang", "uk")
    ola.keyboard.press("Enter")
    expect(ola.locator("#reading .phrase")).to_have_text("Czy możesz teraz bezpiecznie pisać?")
    ola.keyboard.press("Control+Enter")
    expect(person.locator(".message.consultant")).to_contain_text(phrase, timeout=SECONDS)
    jan.locator("#others .case-link").click()
    expect(jan.locator(".message.consultant")).to_contain_text(phrase)
    said = person.locator(".message.bot").count()
    person.fill("#text", "так, але тихо")
    person.keyboard.press("Enter")
    for page in (ola, jan):
        expect(page.locator(".message.person").last).to_contain_text("так, але тихо", timeout=SECONDS)
    expect(person.locator(".message.bot")).to_have_count(said)  # the program is silent now

    # She hands it to Jan, whose page becomes his without reloading by hand; he answers and closes it.
    ola.locator("#pass-on-form summary").click()
    ola.locator("#colleague").select_option(label="Jan K (jest w konsoli)")
    ola.get_by_role("button", name="Przekaż", exact=True).click()
    expect(ola.locator("#owner")).to_contain_text("Rozmowę prowadzi Jan K.")
    jan.locator("#answer").fill("Ми вже їдемо.")
    ready(jan)
    jan.keyboard.press("Control+Enter")
    expect(person.locator(".message.consultant").last).to_contain_text("Ми вже їдемо.", timeout=SECONDS)
    expect(ola.locator(".message.consultant").last).to_contain_text("Ми вже їдемо.")
    jan.locator("#close-form summary").click()
    jan.locator("#outcome").select_option("support")
    jan.locator("#close-form button").last.click()
    expect(jan.locator("#owner")).to_contain_text("Sprawa zamknięta.")
    expect(ola.locator("#owner")).to_contain_text("Sprawa zamknięta.")
    ola.goto(f"{night.url}/console/")
    expect(ola.locator("#waiting .case")).to_have_count(2)

    # The two others were answered by the program on their own channels, and still wait for a human.
    assert any("22 628 01 20" in text for text in outside.telegram.texts(CHAT))
    assert any("22 628 01 20" in text for text in outside.twilio.bodies("+48500100200"))

    # Nothing came of it that nobody saw: the log is whole, the providers would have refused nothing, no word lies about.
    assert "The audit log is whole" in command(night, "audit", "verify")
    assert outside.telegram.violations == []
    assert outside.twilio.violations == []
    assert len(outside.alarms_by_sms()) == 1
    assert "passport" not in night.said()
    for file in Path(night.folder).iterdir():
        if file.name != "log.txt":
            assert b"passport" not in file.read_bytes(), file.name
