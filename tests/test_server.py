"""The server as it is put together: what goes on beside the requests, and what it does with connections that send none."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from bot import server
from bot.http.connections import IDLE_SECONDS, ConnectionGuard
from bot.http.headers import HEADERS
from tests.http.test_connections import until
from tests.ports import free_port
from tests.support import PlainAssistant, settings_in

JOBS = {
    "case_webhook",
    "catch_up",
    "connection_guard",
    "corrections",
    "keys",
    "measure",
    "recover",
    "residual_data",
    "room",
    "seal_closed",
    "tidy",
    "verify_audit",
    "verify_database",
}
BESIDE = {"alarm_watch", "learning"}


@dataclass
class Running:
    """A server that serves, and what it was put together of."""

    port: int
    jobs: set[str] = field(default_factory=set)
    beside: set[str] = field(default_factory=set)
    guards: list[ConnectionGuard] = field(default_factory=list)
    runners: list[dict[str, Any]] = field(default_factory=list)
    writers: list[asyncio.StreamWriter] = field(default_factory=list)

    async def connected(self, sent: bytes) -> asyncio.StreamReader:
        """Connect, send bytes, and return what can be read."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        self.writers.append(writer)
        writer.write(sent)
        await writer.drain()
        return reader

    async def closes(self, reader: asyncio.StreamReader) -> bool:
        """Let those who watch the connections look as if much time had passed; say whether one was closed without an answer."""
        for guard in self.guards:
            guard.patience = {"silent": -1.0, "half_sent": -1.0}
            await guard.look()
        try:
            async with asyncio.timeout(30):
                return await reader.read() == b""
        except ConnectionResetError:
            return True


@pytest.fixture
async def running(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Running]:
    found, serves, stop = Running(free_port()), asyncio.Event(), asyncio.Event()

    @asynccontextmanager
    async def every(
        _seconds: float, _job: Callable[[], Awaitable[object]], name: str, *, at_once: bool = False
    ) -> AsyncIterator[None]:
        del at_once
        found.jobs.add(name)
        yield

    @asynccontextmanager
    async def beside(work: Any, name: str) -> AsyncIterator[None]:
        work.close()
        found.beside.add(name)
        yield

    async def stopped() -> None:
        serves.set()
        await stop.wait()

    def guard(**told: Any) -> ConnectionGuard:
        found.guards.append(ConnectionGuard(**told))
        return found.guards[-1]

    made = web.AppRunner

    def runner(app: web.Application, **told: Any) -> web.AppRunner:
        found.runners.append(told)
        return made(app, **told)

    for name, stands_in in (("every", every), ("beside", beside), ("_stopped", stopped), ("ConnectionGuard", guard)):
        monkeypatch.setattr(server, name, stands_in)
    monkeypatch.setattr(server.web, "AppRunner", runner)
    settings = settings_in(tmp_path, host="127.0.0.1", port=found.port, metrics_port=free_port())
    task = asyncio.create_task(server.serve_with(settings, PlainAssistant()))
    waits = asyncio.create_task(serves.wait())
    await asyncio.wait({task, waits}, timeout=60, return_when=asyncio.FIRST_COMPLETED)
    assert serves.is_set()
    yield found
    for writer in found.writers:
        writer.transport.abort()
    stop.set()
    await task


async def test_all_that_has_to_be_done_from_time_to_time_is_done(running: Running) -> None:
    assert running.jobs == JOBS
    assert running.beside == BESIDE


async def test_a_connection_that_sends_half_a_request_is_closed(running: Running) -> None:
    reader = await running.connected(b"POST /chat/messages HTTP/1.1\r\nHost: a\r\nAuthor")
    await until(lambda: any(guard._server is not None and guard._server.connections for guard in running.guards))
    assert await running.closes(reader)
    assert [told["keepalive_timeout"] for told in running.runners] == [IDLE_SECONDS] * 2


async def test_what_is_no_request_is_answered_with_the_headers_and_names_no_server(running: Running) -> None:
    reader = await running.connected(b"this is no request\r\n\r\n")
    async with asyncio.timeout(30):
        answered = (await reader.readuntil(b"\r\n\r\n")).decode()
    head = {line.partition(":")[0].casefold(): line.partition(": ")[2] for line in answered.splitlines()[1:]}
    assert answered.split()[1] == "400"
    assert {name: head.get(name.casefold()) for name in HEADERS} == dict(HEADERS)
    assert "Python" not in answered
    assert "aiohttp" not in answered
