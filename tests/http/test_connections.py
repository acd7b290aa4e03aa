"""Connections that send nothing, or half a request, take nobody else's place; and what they do is counted and told."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from pathlib import Path

import pytest
from aiohttp import ClientSession, web
from aiohttp.web_protocol import RequestHandler
from structlog.testing import capture_logs

from bot.http.connections import BROKEN, CLOSED, ConnectionGuard, places
from bot.http.event_streams import ENDED
from bot.program import Program
from bot.server import application
from tests.support import Clock, PlainAssistant, open_program

HALF_A_HEAD = b"POST /chat/messages HTTP/1.1\r\nHost: a\r\nAuthor"
HALF_A_BODY = b"POST /chat/conversations HTTP/1.1\r\nHost: a\r\nContent-Length: 20\r\n\r\n{"


class Server:
    def __init__(self, program: Program, connection_guard: ConnectionGuard) -> None:
        self.connection_guard = connection_guard
        self.runner = web.AppRunner(application(program), access_log=None, keepalive_timeout=150)
        self.writers: list[asyncio.StreamWriter] = []

    async def start(self) -> None:
        await self.runner.setup()
        self.connection_guard.watch(self.runner.server)
        await web.TCPSite(self.runner, "127.0.0.1", 0).start()
        self.port = self.runner.addresses[0][1]
        self.url = f"http://127.0.0.1:{self.port}"

    async def connect(self, sent: bytes = b"") -> asyncio.StreamReader:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        self.writers.append(writer)
        writer.write(sent)
        with suppress(ConnectionError):
            await writer.drain()
        return reader

    @property
    def handlers(self) -> list[RequestHandler]:
        assert self.runner.server is not None
        return self.runner.server.connections

    @property
    def held(self) -> int:
        return sum(handler.transport is not None for handler in self.handlers)

    async def close(self) -> None:
        for writer in self.writers:
            writer.transport.abort()
        await self.runner.cleanup()


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not true():  # noqa: ASYNC110 - a server tells nobody what it holds
            await asyncio.sleep(0)


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[Server]:
    program = await open_program(tmp_path, PlainAssistant(), Clock())
    server = Server(program, ConnectionGuard(most=32, header_seconds=0, body_seconds=0))
    await server.start()
    yield server
    await server.close()
    await program.close()


async def answers(server: Server) -> int:
    async with ClientSession() as client, client.post(f"{server.url}/chat/conversations") as response:
        return response.status


@pytest.mark.parametrize("sent", [b"", HALF_A_HEAD, HALF_A_BODY], ids=["nothing", "half a head", "half a body"])
async def test_a_thousand_that_send_no_whole_request_shut_nobody_out(server: Server, sent: bytes) -> None:
    for _ in range(1050):
        await server.connect(sent)
    await until(lambda: server.held <= server.connection_guard.most)
    assert await answers(server) == 201


@pytest.mark.parametrize(("sent", "why"), [(b"", "silent"), (HALF_A_HEAD, "silent"), (HALF_A_BODY, "half_sent")])
async def test_what_keeps_the_server_waiting_is_closed_and_told(server: Server, sent: bytes, why: str) -> None:
    before = CLOSED.labels(why)._value.get()
    reader = await server.connect(sent)
    await until(lambda: bool(server.handlers) and (why == "silent" or server.handlers[0]._current_request is not None))
    with capture_logs() as told:
        await server.connection_guard.look()
        await server.connection_guard.look()
    with suppress(ConnectionError):
        assert await asyncio.wait_for(reader.read(), 60) == b""
    assert CLOSED.labels(why)._value.get() == before + 1
    assert [(line["event"], line[why]) for line in told] == [("connections_closed", 1)]


async def test_whoever_is_answered_or_listens_is_not_closed(server: Server) -> None:
    async with ClientSession() as client:
        async with client.post(f"{server.url}/chat/conversations") as response:
            token = (await response.json())["token"]
        headers = {"Authorization": f"Bearer {token}"}
        async with client.get(f"{server.url}/chat/events", headers=headers) as stream:
            for _ in range(3):
                await server.connection_guard.look()
            assert (await stream.content.readuntil(b"\r\n\r\n")).startswith(b"id: 1")
            for _ in range(40):
                await server.connect()
            assert not stream.content.at_eof()
            assert server.held <= server.connection_guard.most


async def test_a_conversations_streams_are_bounded_and_the_newest_stays(server: Server) -> None:
    before = ENDED._value.get()
    async with ClientSession() as client:
        async with client.post(f"{server.url}/chat/conversations") as response:
            token = (await response.json())["token"]
        headers = {"Authorization": f"Bearer {token}"}
        streams = []
        for _ in range(6):
            streams.append(await client.get(f"{server.url}/chat/events", headers=headers))
            await streams[-1].content.readuntil(b"\r\n\r\n")
        for ended in streams[:2]:
            await asyncio.wait_for(ended.content.read(), 60)
        assert ENDED._value.get() == before + 2
        assert not streams[-1].content.at_eof()
        for stream in streams:
            stream.close()


@pytest.mark.parametrize(
    "sent",
    [
        b"GET / HTTP/1.1\r\nHost: a\r\nzofia-token\r\n\r\n",
        b"GET /zofia-token" + b"a" * 9000 + b" HTTP/1.1\r\n\r\n",
        b"\x16\x03\x01zofia-token\r\n\r\n",
        b"POST /chat/conversations HTTP/1.1\r\nHost: a\r\nContent-Encoding: gzip\r\nContent-Length: 11\r\n\r\nzofia-token",
    ],
    ids=["a malformed header", "a long address", "no http", "no gzip"],
)
async def test_what_is_no_request_is_refused_and_counted_and_no_error_of_ours(
    server: Server, sent: bytes, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    reader = await server.connect(sent)
    answer = await asyncio.wait_for(reader.readuntil(b"\r\n"), 60)
    assert b" 400 " in answer
    assert "zofia" not in capsys.readouterr().err + caplog.text
    assert not [record for record in caplog.records if record.levelname == "ERROR"]


@pytest.mark.parametrize(
    "path", ["/chat/messages", "/console/login", "/alarm/call1/0123456789abcdef/0123456789abcdef0123456789abcdef"]
)
async def test_a_page_that_is_closed_meanwhile_is_no_error_and_names_nobody(
    server: Server, path: str, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    async with ClientSession() as client, client.post(f"{server.url}/chat/conversations") as response:
        token = (await response.json())["token"]
    before = BROKEN.labels("ConnectionResetError")._value.get()
    head = f"POST {path} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {token}\r\n"
    form = "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 50\r\n\r\nname"
    await server.connect((head + form).encode())
    await until(lambda: any(handler._current_request for handler in server.handlers))
    server.writers[-1].transport.abort()
    await until(lambda: BROKEN.labels("ConnectionResetError")._value.get() > before)
    assert capsys.readouterr().err == ""
    assert not caplog.records


def test_the_process_opens_as_many_files_as_it_may() -> None:
    assert places() >= 1024 - 200
