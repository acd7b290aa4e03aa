"""The library of answers where it is used: who is told what in which language, what is switched off, which questions found none."""

from __future__ import annotations

from typing import Any, Final

from aiohttp import web

from bot.console.answer_shown import AnswerCatalogue, Shown
from bot.console.gaps import USUAL, WEEKS, languages, needs
from bot.console.services import ConsoleServices, back_to, form_of, require
from bot.console.staff import Role
from bot.dialogue.exact import BUTTONS, ONLY_A_NUMBER
from bot.storage.answer_switches import MOST_WORDS, switch_off, switch_on, switched_off
from bot.storage.gaps import read_gaps

ANSWER: Final = "/answers/{answer:[a-z][a-z0-9_]*}"
# Answers that a button of the program asks for, or a number that is written alone.
LED_TO: Final = frozenset({name.removeprefix("ask:") for name in BUTTONS.values()} | set(ONLY_A_NUMBER.values()))

PROBLEMS: Final = frozenset({"changed", "same_person", "has_faults"})


class AnswerPages:
    """Serves the library to coordinators."""

    def __init__(self, services: ConsoleServices, catalogue: AnswerCatalogue) -> None:
        self.services = services
        self.catalogue = catalogue

    def routes(self) -> list[web.RouteDef]:
        """Return the routes."""
        return [
            web.get("/answers", self.library, name="answers"),
            web.get("/answer-gaps", self.gaps, name="answer_gaps"),
            web.get(ANSWER, self.answer, name="answer"),
            web.post(f"{ANSWER}/off", self.off),
            web.post(f"{ANSWER}/on", self.on),
        ]

    async def gaps(self, request: web.Request) -> web.Response:
        """Show which questions of some weeks found no answer, without anybody's words."""
        visitor = require(request, Role.COORDINATOR)
        asked = request.query.get("weeks", "")
        weeks = next((number for number in WEEKS if str(number) == asked), USUAL)
        async with self.services.program.database.transaction() as session:
            found = await read_gaps(session, self.services.now(), weeks=weeks)
            written = {one.answer.id: one for one in await self.catalogue.written(session)}
            await self.services.record(session, visitor, "gaps_read", "answers")
        library = self.catalogue.files.library.with_answers(one.answer for one in written.values())
        language = self.services.language(request)
        counted = [
            (need, (written.get(need.nearest.id) or self.catalogue.from_files(need.nearest.id)) if need.nearest else None)
            for need in needs(found, library)
        ]
        context = {
            "needs": [(need.questions, shown, shown.title(language) if shown is not None else "") for need, shown in counted],
            "languages": languages(found),
            "weeks": weeks,
            "choices": WEEKS,
        }
        return self.services.page(request, "gaps.html", context)

    async def library(self, request: web.Request) -> web.Response:
        """Show the answers of a matter, or those in whose words something is found; what was written here, and what is switched off."""
        require(request, Role.COORDINATOR)
        matter, sought = request.query.get("matter", ""), request.query.get("q", "").strip()
        async with self.services.program.database.reading() as session:
            off = await switched_off(session)
            written = await self.catalogue.written(session)
        filed = [shown for name in self.catalogue.files.library.answers if (shown := self.catalogue.from_files(name)) is not None]
        language = self.services.language(request)
        everything = {one.answer.id: one for one in (*written, *filed)}
        wanted = [one for one in everything.values() if matter in {"", one.answer.matter} and _says(one, sought, language)]
        context = {
            "matters": sorted({one.answer.matter for one in filed}),
            "matter": matter,
            "sought": sought,
            "shown": wanted if matter or sought else [],
            "off": [everything[name] for name in off if name in everything],
            "drafts": [one for one in written if one.is_draft],
            "live": [one for one in written if not one.is_draft],
            "switches": off,
        }
        return self.services.page(request, "answers.html", context)

    async def answer(self, request: web.Request) -> web.Response:
        """Show one answer: for whom, when, the facts behind it, and what is said in each language."""
        problem = request.query.get("problem", "")
        return await self._show(request, problem=f"answers.{problem}" if problem in PROBLEMS else None)

    async def off(self, request: web.Request) -> web.Response:
        """Switch an answer off: from the next message on nobody is told it, whichever process answers."""
        visitor, form, name = require(request, Role.COORDINATOR), await form_of(request), request.match_info["answer"]
        because = form.get("because", "").strip()
        if not because or len(because) > MOST_WORDS:
            return await self._show(request, status=422, problem="answers.because_needed")
        async with self.services.program.database.transaction() as session:
            if await self.catalogue.find(session, name) is None:
                raise web.HTTPNotFound
            if await switch_off(session, name, by=visitor.staff_id, because=because, now=self.services.now()):
                await self.services.record(session, visitor, "answer_off", name)
        return back_to(f"/answers/{name}?told=off")

    async def on(self, request: web.Request) -> web.Response:
        """Let an answer be said again."""
        visitor, name = require(request, Role.COORDINATOR), request.match_info["answer"]
        async with self.services.program.database.transaction() as session:
            if await switch_on(session, name):
                await self.services.record(session, visitor, "answer_on", name)
        return back_to(f"/answers/{name}")

    async def _show(self, request: web.Request, *, status: int = 200, problem: str | None = None) -> web.Response:
        visitor, name = require(request, Role.COORDINATOR), request.match_info["answer"]
        async with self.services.program.database.reading() as session:
            shown = await self.catalogue.find(session, name)
            off = (await switched_off(session)).get(name)
            names = await self.services.accounts.names(session)
        if shown is None:
            raise web.HTTPNotFound
        context: dict[str, Any] = {
            "shown": shown,
            "answer": shown.answer,
            "switch": off,
            "names": names,
            "said": shown.said(self.catalogue.files.wording.facts),
            "led_to": name in LED_TO,
            "own": shown.revision is not None and shown.revision.written_by == visitor.staff_id,
            "problem": problem,
            "most": MOST_WORDS,
        }
        return self.services.page(request, "answer.html", context, status=status)


def _says(shown: Shown, sought: str, language: str) -> bool:
    words = (shown.answer.id, *shown.words.get(language, {}).values())
    return not sought or any(sought.casefold() in text.casefold() for text in words)
