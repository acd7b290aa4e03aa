"""Every answer has its headers, whoever makes it, and nothing that somebody sends is a failure of ours."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from itertools import product
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from yarl import URL

from bot.channels.messengers import Messengers
from bot.console.services import PREFIX as CONSOLE
from bot.http.headers import HEADERS, HSTS, Headers
from bot.program import Program
from bot.server import application, metrics_application
from tests.standins import twilio_api
from tests.support import Clock, PlainAssistant, open_program

Ask = Callable[..., "asyncio.Future[tuple[int, dict[str, str]]]"]
PATHS = (
    "/",
    "/nowhere",
    "/assets/nowhere",
    "/chat/messages",
    "/chat/nowhere",
    "/chat/openapi.json",
    f"{CONSOLE}/",
    f"{CONSOLE}/login",
    f"{CONSOLE}/nowhere",
    f"{CONSOLE}/static/console.css",
    "/api/cases",
    "/alarm/call1/0123456789abcdef/0123456789abcdef0123456789abcdef",
    "/health/live",
    "/health/ready",
    "/sms/webhook",
    "/telegram/webhook",
)
NO_TEXT = (
    b"Authorization: Bearer \xff",
    b"Cookie: console=\xff; console_form=\xff; console_device=\xff",
    b"Accept-Language: \xff",
    b"User-Agent: \xff",
    b"X-CSRF-Token: \xff",
    b"X-Telegram-Bot-Api-Secret-Token: \xff",
    b"X-Twilio-Signature: \xff",
)
FORMS = (b"application/x-www-form-urlencoded", b"multipart/form-data", b"multipart/form-data; boundary=x", b"application/json")
NO_FORMS = (b"a=%ff%00&csrf=%ed%a0%80&name=%00", b"--x\r\nContent-Disposition: form-data; name=a\r\n", b"\xff\xfe")


@pytest.fixture
async def answers_of(tmp_path: Path, clock: Clock) -> AsyncIterator[Callable[[bytes], object]]:
    """The whole program behind https, with every channel on, asked byte by byte."""
    program = await open_program(
        tmp_path,
        PlainAssistant(),
        clock,
        public_url="https://help.example.org",
        telegram_bot_token="1:a",
        telegram_secret_token="secret",
        twilio_account_sid=twilio_api.ACCOUNT,
        twilio_auth_token="token",
        twilio_number=twilio_api.NUMBER,
    )
    async with served(application(program, Messengers(program)), encrypted=True) as ask:
        yield ask
    await program.close()


class served:
    """Serves an application as the program does; asks for bytes, returns status and headers."""

    def __init__(self, app: web.Application, *, encrypted: bool) -> None:
        self.runner = web.AppRunner(app, access_log=None)
        self.headers = Headers(encrypted=encrypted)

    async def __aenter__(self) -> Callable[[bytes], object]:
        await self.runner.setup()
        self.headers.protect_errors(self.runner)
        site = web.TCPSite(self.runner, "127.0.0.1", 0)
        await site.start()
        self.port = self.runner.addresses[0][1]
        return self.ask

    async def __aexit__(self, *_: object) -> None:
        await self.runner.cleanup()

    async def ask(self, sent: bytes) -> tuple[int, dict[str, str]]:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        writer.write(sent)
        head = (await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 30)).decode("latin-1").splitlines()
        writer.close()
        return int(head[0].split()[1]), dict(line.split(": ", 1) for line in head[1:] if line)


def request(method: str, path: str, *lines: bytes, body: bytes = b"") -> bytes:
    head = [f"{method} {path} HTTP/1.1".encode(), b"Host: x", b"Connection: close", *lines]
    return b"\r\n".join([*head, f"Content-Length: {len(body)}".encode(), b"", body])


def anything() -> Iterator[bytes]:
    """Requests that are right, wrong, and none."""
    for path in PATHS:
        yield from (request(method, path) for method in ("GET", "HEAD", "PUT", "DELETE", "OPTIONS"))
        yield request("GET", f"{path}?after=%00")
        yield from (request(method, path, line) for method, line in product(("GET", "POST"), NO_TEXT))
        for kind, body in product(FORMS, NO_FORMS):
            yield request("POST", path, b"Authorization: Bearer x", b"Content-Type: " + kind, body=body)
            yield request("POST", path, b"Content-Type: " + kind + b"; charset=nonsense", body=body)
            yield request("POST", path, b"Content-Encoding: gzip", b"Content-Type: " + kind, body=body)
    yield from (b"no request\r\n\r\n", b"GET / HTTP/1.1\r\nno header\r\n\r\n", b"GET / HTTP/1.1\r\nHost: \0\r\n\r\n")
    yield from (request("GET", "/" + "a" * 20_000), request("GET", "/%00"), b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")


async def test_every_answer_to_anything_has_its_headers_and_is_no_failure(answers_of: Ask) -> None:
    tried = 0
    for sent in anything():
        status, headers = await answers_of(sent)
        assert status < 500, sent
        assert HEADERS.keys() <= headers.keys(), sent
        assert headers["Strict-Transport-Security"] == HSTS, sent
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert "unsafe" not in headers["Content-Security-Policy"]
        assert not {"Server", "X-Powered-By"} & headers.keys(), sent
        tried += 1
    assert tried > 500


async def test_a_failure_of_ours_has_them_too(program: Program) -> None:
    async def fails(_request: web.Request) -> web.Response:
        raise RuntimeError

    app = application(program)
    app.router.add_get("/fails", fails)
    async with served(app, encrypted=False) as ask:
        status, headers = await ask(request("GET", "/fails"))  # type: ignore[misc]
        assert status == 500
        assert HEADERS.keys() <= headers.keys()
        assert not {"Server", "Strict-Transport-Security"} & headers.keys()
    async with served(metrics_application(), encrypted=False) as ask:
        status, headers = await ask(request("GET", "/metrics"))  # type: ignore[misc]
        assert (status, "Server" in headers) == (200, False)


@pytest.mark.parametrize("path", ["/chat/messages?after=%00", "/api/cases?after=%00", "/chat/%00"])
async def test_an_address_that_can_name_nothing_is_refused_as_the_interfaces_say(program: Program, path: str) -> None:
    async with TestClient(TestServer(application(program))) as client:
        response = await client.get(URL(path, encoded=True))
        assert (response.status, (await response.json())["error"]["code"]) == (400, "bad_request")


@pytest.mark.parametrize("path", ["/chat/messages", f"{CONSOLE}/login"])
async def test_a_body_that_is_not_compressed_as_it_says_is_the_senders_mistake(answers_of: Ask, path: str) -> None:
    opened = b'{"message_id": "1", "text": "hej"}'
    lines = (b"Content-Encoding: gzip", b"Content-Type: application/x-www-form-urlencoded")
    status, _ = await answers_of(request("POST", path, *lines, body=opened))
    assert status in ({400, 401} if path.startswith("/chat") else {400})
