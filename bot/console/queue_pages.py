"""The queue: who waits, most urgent first, live."""

from __future__ import annotations

import asyncio
import json
from typing import Final

from aiohttp import web
from aiohttp_sse import sse_response

from bot.console.desk import COOKIE, Desk, visitor_of
from bot.console.waiting import queue_rows
from bot.live import QUEUE
from bot.streams import Streams

GONE: Final = 499  # for a page that was closed: nobody reads it
MOST_STREAMS: Final = 30  # of one login: a page each, where the browser cannot let one page listen for all
HEARTBEAT_SECONDS: Final = 15.0  # the page takes twice this without a sign as a lost connection


class QueuePages:
    """Serves the queue and the events that keep every page live."""

    def __init__(self, desk: Desk, closing: asyncio.Event) -> None:
        self.desk = desk
        self.closing = closing
        self.streams = Streams(MOST_STREAMS)

    def routes(self) -> list[web.RouteDef]:
        """Return the routes."""
        return [
            web.get("", self.page),
            web.get("/", self.page, name="queue"),
            web.get("/queue", self.fragment, name="queue_list"),
            web.get("/events", self.events, name="events"),
        ]

    async def page(self, request: web.Request) -> web.Response:
        """Show the queue."""
        return await self._rows(request, "queue.html")

    async def fragment(self, request: web.Request) -> web.Response:
        """Return the list alone, for a page that is open."""
        return await self._rows(request, "queue_list.html")

    async def _rows(self, request: web.Request, template: str) -> web.Response:
        visitor = visitor_of(request)
        async with self.desk.program.database.transaction() as session:
            rows = await queue_rows(self.desk, session, visitor)
            if template == "queue.html":
                await self.desk.record(session, visitor, "queue_read", "queue")
        return self.desk.page(request, template, {"rows": rows})

    async def events(self, request: web.Request) -> web.StreamResponse:
        """Stream `changed` whenever something changed, `tick` as a sign of life, `ended` when the session is over.

        Events carry nothing: the page looks again. One that was missed costs nothing, for the page looks at every connection.
        """
        token = request.cookies.get(COOKIE, "")
        try:
            return await self._stream(request, token)
        except ConnectionResetError:
            return web.Response(status=GONE)
        except AssertionError:  # how aiohttp-sse says that the page was closed before the stream began
            if request.transport is not None:
                raise
            return web.Response(status=GONE)

    async def _stream(self, request: web.Request, token: str) -> web.StreamResponse:
        async with sse_response(request) as stream:
            with self.desk.program.bell.listen(QUEUE) as rung, self.streams.of(token, wake=rung.set) as place:
                event = "changed"
                while stream.is_connected() and not self.closing.is_set() and not place.over:
                    async with self.desk.program.database.transaction() as session:
                        visitor = await self.desk.logins.find(session, token, now=self.desk.now(), active=False)
                    if visitor is None or not visitor.complete:
                        await stream.send("{}", event="ended")
                        break
                    left = int((visitor.expires_at - self.desk.now()).total_seconds())
                    await stream.send(json.dumps({"session_seconds": left}), event=event)
                    event = "tick"
                    try:
                        await asyncio.wait_for(rung.wait(), HEARTBEAT_SECONDS)
                    except TimeoutError:
                        continue
                    rung.clear()
                    event = "changed"
        return stream
