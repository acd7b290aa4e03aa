"""The library of answers where it is used: which questions found none."""

from __future__ import annotations

from aiohttp import web

from bot.console.gaps import USUAL, WEEKS, languages, needs
from bot.console.services import ConsoleServices, require
from bot.console.staff import Role
from bot.storage.gaps import read_gaps


class AnswerPages:
    """Serves the library to coordinators."""

    def __init__(self, services: ConsoleServices) -> None:
        self.services = services
        self.library = services.program.frontdoor.decider.library

    def routes(self) -> list[web.RouteDef]:
        """Return the routes."""
        return [web.get("/answers/gaps", self.gaps, name="answer_gaps")]

    async def gaps(self, request: web.Request) -> web.Response:
        """Show which questions of some weeks found no answer, without anybody's words."""
        visitor = require(request, Role.COORDINATOR)
        asked = request.query.get("weeks", "")
        weeks = next((number for number in WEEKS if str(number) == asked), USUAL)
        async with self.services.program.database.transaction() as session:
            found = await read_gaps(session, self.services.now(), weeks=weeks)
            await self.services.record(session, visitor, "gaps_read", "answers")
        titles = self.services.program.wording.titles[self.services.language(request)]
        context = {
            "needs": needs(found, self.library),
            "languages": languages(found),
            "weeks": weeks,
            "choices": WEEKS,
            "titles": titles,
        }
        return self.services.page(request, "gaps.html", context)
