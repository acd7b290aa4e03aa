"""Closed cases that are sealed to the staff: how many, who opens them, and giving colleagues what one can open oneself."""

from __future__ import annotations

from typing import Final

from aiohttp import web

from bot.console.case_access import accesses, give
from bot.console.services import PREFIX, ConsoleServices, back_to, require
from bot.console.staff import Role
from bot.storage.closed_cases import PATIENCE, count_closed
from bot.storage.tables import Staff

_DIGITS: Final = 6


class SealedPages:
    """Serves coordinators."""

    def __init__(self, services: ConsoleServices) -> None:
        self.services = services

    def routes(self) -> list[web.RouteDef]:
        """Return the routes."""
        return [
            web.get("/sealed", self.page, name="sealed"),
            web.post("/sealed/{staff:[0-9a-f]{32}}/give", self.give),
        ]

    async def page(self, request: web.Request) -> web.Response:
        """Show how many closed cases are sealed, and how much of it each of the staff opens."""
        visitor = require(request, Role.COORDINATOR)
        async with self.services.program.database.transaction() as session:
            counted, people = await count_closed(session), await accesses(session)
        given = request.query.get("given", "")
        context = {
            "cases": counted,
            "people": people,
            "given": given if given.isascii() and given.isdecimal() and len(given) <= _DIGITS else None,
            "has_key": visitor.private_key is not None,
            "days": PATIENCE.days,
            "minutes": self.services.program.settings.seal_closed_minutes,
            "path": f"{PREFIX}/sealed",
        }
        return self.services.page(request, "sealed.html", context)

    async def give(self, request: web.Request) -> web.Response:
        """Give a colleague everything that the visitor can open."""
        visitor, number = require(request, Role.COORDINATOR), request.match_info["staff"]
        async with self.services.program.database.transaction() as session:
            if await session.get(Staff, number) is None:
                raise web.HTTPNotFound
        count = await give(self.services.program.database, visitor, number)
        async with self.services.program.database.transaction() as session:
            await self.services.record(session, visitor, "sealed_given", number)
        return back_to(f"/sealed?given={count}")
