"""The queue: who waits, most urgent first, live."""

from __future__ import annotations

import asyncio
import json
import time
from datetime import datetime
from typing import Final

from aiohttp import web
from aiohttp_sse import sse_response

from bot.console.services import COOKIE, ConsoleServices, back_to, form_of, visitor_of
from bot.console.waiting import QueueFilter, queue_view
from bot.handoff.waves import bring_back, set_aside
from bot.http.event_streams import Streams
from bot.runtime.live_events import QUEUE

WAVE_PATH: Final = "/waves/{mark:[0-9a-f]{16}}"
GONE: Final = 499  # for a page that was closed: nobody reads it
MOST_STREAMS: Final = 30  # of one login: a page each, where the browser cannot let one page listen for all
GATHER_SECONDS: Final = 0.2  # what changes in a moment is told once: in a flood every page would look again all the time
LOOKS_APART: Final = 20  # times what a look takes: while the list is long, an open page leaves the machine to those who write
LONGEST_GATHER_SECONDS: Final = 2.0
HEARTBEAT_SECONDS: Final = 15.0  # the page takes twice this without a sign as a lost connection


class QueuePages:
    """Serves the queue and the events that keep every page live."""

    def __init__(self, services: ConsoleServices, closing: asyncio.Event) -> None:
        self.services = services
        self.closing = closing
        self.streams = Streams(MOST_STREAMS)
        self._list_took = 0.0  # seconds, the last time

    def routes(self) -> list[web.RouteDef]:
        """Return the routes."""
        return [
            web.get("", self.page),
            web.get("/", self.page, name="queue"),
            web.get("/queue", self.fragment, name="queue_list"),
            web.get("/events", self.events, name="events"),
            web.post(f"{WAVE_PATH}/set-aside", self.set_aside, name="wave_set_aside"),
            web.post(f"{WAVE_PATH}/bring-back", self.bring_back, name="wave_bring_back"),
        ]

    async def page(self, request: web.Request) -> web.Response:
        """Show the queue."""
        return await self._rows(request, "queue.html")

    async def fragment(self, request: web.Request) -> web.Response:
        """Return the list alone, for a page that is open."""
        return await self._rows(request, "queue_list.html")

    async def _rows(self, request: web.Request, template: str) -> web.Response:
        visitor, began = visitor_of(request), time.monotonic()
        database = self.services.program.database
        async with database.reading() as session:
            view = await queue_view(self.services, session, visitor, QueueFilter.of(request.query))
        if template == "queue.html":
            async with database.transaction() as session:
                await self.services.record(session, visitor, "queue_read", "queue")
        await asyncio.sleep(0)  # those who write have their turn between the looking and the page
        page = self.services.page(request, template, {"view": view})
        self._list_took = time.monotonic() - began
        return page

    async def set_aside(self, request: web.Request) -> web.Response:
        """Set a wave aside, as far as the page showed it; nothing is closed, and whoever writes on in other words comes back."""
        visitor, mark = visitor_of(request), request.match_info["mark"]
        try:
            until = datetime.fromisoformat((await form_of(request)).get("until", ""))
        except ValueError:
            raise web.HTTPBadRequest from None
        if until.tzinfo is None:
            raise web.HTTPBadRequest
        async with self.services.program.database.transaction() as session:
            cases = await set_aside(session, mark, until=until, by=visitor.staff_id, now=self.services.now())
            await self.services.record(session, visitor, "wave_set_aside", f"{mark} {len(cases)}")
        self.services.program.live_events.publish(QUEUE)
        return back_to("/")

    async def bring_back(self, request: web.Request) -> web.Response:
        """Undo a setting aside: all of the wave wait again."""
        visitor, mark = visitor_of(request), request.match_info["mark"]
        async with self.services.program.database.transaction() as session:
            count = await bring_back(session, mark)
            await self.services.record(session, visitor, "wave_brought_back", f"{mark} {count}")
        self.services.program.live_events.publish(QUEUE)
        return back_to("/")

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
            with self.services.program.live_events.listen(QUEUE) as changed, self.streams.of(token, wake=changed.set) as place:
                event = "changed"
                while stream.is_connected() and not self.closing.is_set() and not place.over:
                    async with self.services.program.database.transaction() as session:
                        visitor = await self.services.logins.find(session, token, now=self.services.now(), active=False)
                    if visitor is None or not visitor.complete:
                        await stream.send("{}", event="ended")
                        break
                    left = int((visitor.expires_at - self.services.now()).total_seconds())
                    await stream.send(json.dumps({"session_seconds": left}), event=event)
                    event = "tick"
                    try:
                        await asyncio.wait_for(changed.wait(), HEARTBEAT_SECONDS)
                    except TimeoutError:
                        continue
                    await asyncio.sleep(gather_seconds(self._list_took + self.services.open_queue.took))
                    changed.clear()
                    event = "changed"
        return stream


def gather_seconds(look_takes: float) -> float:
    """Return for how long changes are gathered before pages are told of them, by the seconds that a look at the queue takes."""
    return min(max(GATHER_SECONDS, look_takes * LOOKS_APART), LONGEST_GATHER_SECONDS)
