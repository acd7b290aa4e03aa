"""How many connections the server holds, and for how long one may keep it waiting.

A web server that waits for whoever connects can be stopped by somebody who connects often and sends half a request: when its files are
used up it accepts nobody, and says nothing. So a request must be whole after a while; and when all places are taken, whoever has
waited longest without a request gives theirs up. No address is looked at: behind a proxy all have the same one.
"""

from __future__ import annotations

import asyncio
import logging
import resource
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import structlog
from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError
from aiohttp.web_protocol import RequestHandler
from prometheus_client import Counter as Series
from prometheus_client import Gauge

log = structlog.get_logger()

FILES_WANTED: Final = 65_536
FILES_KEPT: Final = 200  # for the database, the log, the model, and connections to providers
HEADER_SECONDS: Final = 15.0  # from connecting to a whole head of a request
BODY_SECONDS: Final = 60.0  # to its whole body: 64 kB through a telephone's worst connection
IDLE_SECONDS: Final = (
    150.0  # between requests; longer than Caddy (120) and nginx (60) hold theirs, so that none is closed under a request
)
LOOK_SECONDS: Final = 1.0
TELL_SECONDS: Final = 60.0  # one line of the log for what was closed in a minute
SHED: Final = 16  # when all places are taken, this part of them is freed at once

# What those who connect do wrong, or do not wait for: no error of ours, and no line of the log for each.
THEIR_FAULTS: Final = (HttpProcessingError, web.RequestPayloadError, ConnectionResetError, BrokenPipeError)

OPEN = Gauge("frontdoor_connections", "Connections of the public server that are open.")
CLOSED = Series("frontdoor_connections_closed", "Connections that the program closed: silent, half_sent, idle, full.", ["why"])
BROKEN = Series("frontdoor_requests_broken", "Requests that were no HTTP, or whose sender was gone before the answer.", ["error"])


@dataclass(frozen=True)
class _Wait:
    """What a connection keeps the server waiting for: a head (silent), a body (half_sent), another request (idle), or nothing."""

    what: str
    request: int
    since: float


class ConnectionGuard:
    """Watches the connections of one server, of which it lets `most` stay."""

    def __init__(self, *, most: int, header_seconds: float = HEADER_SECONDS, body_seconds: float = BODY_SECONDS) -> None:
        self.most = most
        self.patience: Mapping[str, float] = {"silent": header_seconds, "half_sent": body_seconds}
        self._waits: dict[RequestHandler, _Wait] = {}
        self._closed: Counter[str] = Counter()
        self._told_at = float("-inf")
        self._server: web.Server | None = None

    def watch(self, server: web.Server | None) -> None:
        """Take note of each connection that is made to a server that is set up."""
        if server is None:
            raise RuntimeError("Set the server's runner up before its connections are watched.")
        self._server = server
        made = server.connection_made

        def connection_made(handler: RequestHandler, transport: asyncio.Transport) -> None:
            made(handler, transport)
            self._arrived(handler)

        server.connection_made = connection_made  # type: ignore[method-assign]

    async def look(self) -> None:
        """Close what has kept the server waiting for too long; tell of it once a minute."""
        now = asyncio.get_running_loop().time()
        for handler, wait in list(self._now(now).items()):
            if now - wait.since > self.patience.get(wait.what, float("inf")):
                self._close(handler, wait.what)
        OPEN.set(len(self._waits))
        self._tell(now)

    def _arrived(self, newcomer: RequestHandler) -> None:
        now = asyncio.get_running_loop().time()
        self._waits[newcomer] = _Wait("silent", 0, now)
        if len(self._waits) <= self.most:
            return
        waiting = [(handler, wait) for handler, wait in self._now(now).items() if wait.what and handler is not newcomer]
        waiting.sort(key=lambda pair: (pair[1].what == "idle", pair[1].since))
        # The newcomer may be somebody in need: it is turned away only when all others are being answered.
        leaving = [handler for handler, _ in waiting[: max(1, self.most // SHED)]] or [newcomer]
        for handler in leaving:
            self._close(handler, "full")
        self._tell(now)

    def _now(self, now: float) -> dict[RequestHandler, _Wait]:
        """Return what each open connection waits for, and since when."""
        held = set(self._server.connections) if self._server is not None else set()
        waits = {}
        for handler in held:
            if handler.transport is None:
                continue
            what, before = _kept_waiting(handler), self._waits.get(handler)
            same = before is not None and before.what == what and before.request == handler._request_count
            waits[handler] = before if same and before is not None else _Wait(what, handler._request_count, now)
        self._waits = waits
        return waits

    def _close(self, handler: RequestHandler, why: str) -> None:
        self._waits.pop(handler, None)
        transport = handler.transport
        handler.force_close()
        if transport is not None:
            transport.abort()
        CLOSED.labels(why).inc()
        self._closed[why] += 1

    def _tell(self, now: float) -> None:
        if not self._closed or now - self._told_at < TELL_SECONDS:
            return
        record = log.error if self._closed["full"] else log.warning
        record("connections_closed", **self._closed, open=len(self._waits), most=self.most)
        self._closed.clear()
        self._told_at = now


def _kept_waiting(handler: RequestHandler) -> str:
    request = handler._current_request
    if request is not None:
        return "" if request.content.is_eof() else "half_sent"
    if handler._request_in_progress:
        return ""
    return "idle" if handler._request_count else "silent"


class _OurFaults(logging.Filter):
    """Lets what the server says of our own failures through, and only counts what clients do wrong."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Say whether a line is written."""
        error = record.exc_info[1] if record.exc_info else None
        if not isinstance(error, THEIR_FAULTS):
            return True
        BROKEN.labels(type(error).__name__).inc()
        return False


_OUR_FAULTS: Final = _OurFaults()


def hear_our_faults_only() -> None:
    """Let the web server log what fails on our side, and nothing for whoever sends no HTTP or leaves before the answer."""
    logging.getLogger("aiohttp.server").addFilter(_OUR_FAULTS)


def places() -> int:
    """Let this process open as many files as it may; return how many connections there is room for."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = FILES_WANTED if hard == resource.RLIM_INFINITY else min(hard, FILES_WANTED)
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    room = max(soft, wanted) - FILES_KEPT
    if room < FILES_WANTED // 16:
        log.warning("few_files", places=room, remedy="Raise LimitNOFILE of the service to 65536.")
    return max(room, 16)
