"""The banner of every page, with its button that silences an alarm; and the page of the ways of alarm."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

import structlog
from aiohttp import web

from bot.alarms.alarm import AlarmKind
from bot.alarms.record import calls_by_alarm, recent_alarms
from bot.console.attention import attention_now, heard_way
from bot.console.services import ATTENTION, PREFIX, ConsoleServices, back_to, require, visitor_of
from bot.console.staff import Role
from bot.runtime.live_events import QUEUE
from bot.storage.tables import Alarm

log = structlog.get_logger()

RECENT: Final = 20
BETWEEN_TESTS: Final = timedelta(minutes=1)  # a test rings telephones and costs money
TOLD: Final = ("started", "just_now", "no_ways")


class AlarmPages:
    """Serves the banner to everybody, the ways and their test to coordinators."""

    def __init__(self, services: ConsoleServices) -> None:
        self.services = services
        self.store = services.program.alarms

    def routes(self) -> list[web.RouteDef]:
        """Return the routes."""
        return [
            web.get("/attention", self.banner, name="attention"),
            web.post("/attention/{alarm:[0-9a-f]{16}}/acknowledge", self.acknowledge, name="acknowledge"),
            web.get("/alarms", self.page, name="alarms"),
            web.get("/alarms/live", self.fragment, name="alarms_live"),
            web.post("/alarms/test", self.test, name="alarms_test"),
        ]

    async def banner(self, request: web.Request) -> web.Response:
        """Return the banner alone, for a page that is open."""
        visitor = visitor_of(request)
        async with self.services.program.database.reading() as session:
            request[ATTENTION] = await attention_now(self.services, session, visitor)
        return self.services.page(request, "attention.html", {"here": request.query.get("case")})

    async def acknowledge(self, request: web.Request) -> web.Response:
        """Silence an alarm for everybody for a while: somebody sees to it. It does no harm when it is silent already."""
        visitor = visitor_of(request)
        now = self.services.now()
        async with self.services.program.database.transaction() as session:
            alarm = await session.get(Alarm, request.match_info["alarm"])
            if alarm is not None and await self.store.acknowledge(session, alarm.id, by=visitor.staff_id, now=now):
                await self.services.record(session, visitor, "alarm_acknowledged", alarm.handoff_id or alarm.id)
                log.info("alarm_acknowledged", alarm=alarm.id, way="console", triage=alarm.triage)
        self.services.program.live_events.publish(QUEUE)
        return web.Response(status=204) if "X-Script" in request.headers else back_to("/")

    async def page(self, request: web.Request) -> web.Response:
        """Show how each way does, and the newest alarms."""
        return await self._show(request, "alarms.html")

    async def fragment(self, request: web.Request) -> web.Response:
        """Return what changes by itself, for a page that is open."""
        return await self._show(request, "alarms_live.html")

    async def _show(self, request: web.Request, template: str) -> web.Response:
        require(request, Role.COORDINATOR)
        async with self.services.program.database.transaction() as session:
            status = await self.store.status(session, self.services.now())
            test = await self.store.latest_test(session)
            alarms = await recent_alarms(session, limit=RECENT)
            names = await self.services.accounts.names(session)
            calls = (await calls_by_alarm(session, [test.id])).get(test.id, []) if test is not None else []
        told = request.query.get("told", "")
        context = {
            "path": f"{PREFIX}/alarms",
            "status": status,
            "test": test,
            "test_calls": calls,
            "alarms": alarms,
            "heard": {alarm.id: names.get(alarm.heard_by or "") for alarm in alarms},
            "heard_ways": {alarm.id: heard_way(alarm) for alarm in alarms},
            "self_test_at": self.store.rules.self_test_at,
            "told": f"alarms.told.{told}" if told in TOLD else None,
        }
        return self.services.page(request, template, context)

    async def test(self, request: web.Request) -> web.Response:
        """Call through every way, now."""
        visitor = require(request, Role.COORDINATOR)
        now = self.services.now()
        if not self.store.rules.ways:
            return back_to("/alarms?told=no_ways")
        async with self.services.program.database.transaction() as session:
            last = await self.store.latest_test(session)
            if last is not None and last.kind == AlarmKind.TEST and now - last.raised_at < BETWEEN_TESTS:
                return back_to("/alarms?told=just_now")
            await self.store.raise_test(session, now)
            await self.services.record(session, visitor, "alarm_tested", "alarms")
        self.services.program.live_events.publish(QUEUE)
        return back_to("/alarms?told=started")
