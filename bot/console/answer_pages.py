"""The library of answers where it is used: who is told what in which language, what is switched off, which questions found none."""

from __future__ import annotations

from typing import Any, Final

from aiohttp import web

from bot.console.gaps import USUAL, WEEKS, languages, needs
from bot.console.services import ConsoleServices, back_to, form_of, require
from bot.console.staff import Role
from bot.dialogue.answers import Answer
from bot.dialogue.backing import facts
from bot.dialogue.exact import BUTTONS, ONLY_A_NUMBER
from bot.language.wording import ASK_BUTTON, FORMS
from bot.language.writing import right_to_left
from bot.messages import LANGUAGES
from bot.storage.answer_switches import MOST_WORDS, switch_off, switch_on, switched_off
from bot.storage.gaps import read_gaps

ANSWER: Final = "/answers/{answer:[a-z][a-z0-9_]*}"
# Answers that a button of the program asks for, or a number that is written alone.
LED_TO: Final = frozenset({name.removeprefix("ask:") for name in BUTTONS.values()} | set(ONLY_A_NUMBER.values()))


class AnswerPages:
    """Serves the library to coordinators."""

    def __init__(self, services: ConsoleServices) -> None:
        self.services = services
        self.editions = services.program.frontdoor.editions

    def routes(self) -> list[web.RouteDef]:
        """Return the routes."""
        return [
            web.get("/answers", self.library, name="answers"),
            web.get("/answers/gaps", self.gaps, name="answer_gaps"),
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
            await self.services.record(session, visitor, "gaps_read", "answers")
        context = {
            "needs": needs(found, self.editions.files.library),
            "languages": languages(found),
            "weeks": weeks,
            "choices": WEEKS,
            "titles": self._titles(request),
        }
        return self.services.page(request, "gaps.html", context)

    async def library(self, request: web.Request) -> web.Response:
        """Show the answers of a matter, or those in whose words something is found; and all that are switched off."""
        require(request, Role.COORDINATOR)
        matter, sought = request.query.get("matter", ""), request.query.get("q", "").strip()
        library, titles = self.editions.files.library, self._titles(request)
        async with self.services.program.database.reading() as session:
            off = await switched_off(session)
        matters = sorted({answer.matter for answer in library.answers.values()})
        shown = [
            answer
            for answer in library.answers.values()
            if (matter or sought) and matter in {"", answer.matter} and self._says(answer, sought, request)
        ]
        context = {
            "matters": matters,
            "matter": matter,
            "sought": sought,
            "shown": shown,
            "off": [library.answers[name] for name in off if name in library],
            "switches": off,
            "titles": titles,
        }
        return self.services.page(request, "answers.html", context)

    async def answer(self, request: web.Request) -> web.Response:
        """Show one answer: for whom, when, the facts behind it, and what is said in each language."""
        return await self._show(request)

    async def off(self, request: web.Request) -> web.Response:
        """Switch an answer off: from the next message on nobody is told it, whichever process answers."""
        visitor, form, answer = require(request, Role.COORDINATOR), await form_of(request), self._asked_for(request)
        because = form.get("because", "").strip()
        if not because or len(because) > MOST_WORDS:
            return await self._show(request, status=422, problem="answers.because_needed")
        async with self.services.program.database.transaction() as session:
            if await switch_off(session, answer.id, by=visitor.staff_id, because=because, now=self.services.now()):
                await self.services.record(session, visitor, "answer_off", answer.id)
        return back_to(f"/answers/{answer.id}")

    async def on(self, request: web.Request) -> web.Response:
        """Let an answer be said again."""
        visitor, answer = require(request, Role.COORDINATOR), self._asked_for(request)
        async with self.services.program.database.transaction() as session:
            if await switch_on(session, answer.id):
                await self.services.record(session, visitor, "answer_on", answer.id)
        return back_to(f"/answers/{answer.id}")

    async def _show(self, request: web.Request, *, status: int = 200, problem: str | None = None) -> web.Response:
        require(request, Role.COORDINATOR)
        answer = self._asked_for(request)
        async with self.services.program.database.reading() as session:
            off = (await switched_off(session)).get(answer.id)
            names = await self.services.accounts.names(session)
        backing = facts()
        context: dict[str, Any] = {
            "answer": answer,
            "switch": off,
            "names": names,
            "said": self._said(answer),
            "facts": [(name, backing[name]) for name in answer.facts if name in backing],
            "led_to": answer.id in LED_TO,
            "titles": self._titles(request),
            "problem": problem,
            "most": MOST_WORDS,
        }
        return self.services.page(request, "answer.html", context, status=status)

    def _asked_for(self, request: web.Request) -> Answer:
        answer = self.editions.files.library.get(request.match_info["answer"])
        if answer is None:
            raise web.HTTPNotFound
        return answer

    def _titles(self, request: web.Request) -> dict[str, str]:
        titles = self.editions.files.wording.titles[self.services.language(request)]
        return {name.removeprefix(ASK_BUTTON): title for name, title in titles.items() if name.startswith(ASK_BUTTON)}

    def _says(self, answer: Answer, sought: str, request: web.Request) -> bool:
        language = self.services.language(request)
        words = (answer.id, self._titles(request)[answer.id], self.editions.files.wording.text(answer.text, language))
        return not sought or any(sought.casefold() in text.casefold() for text in words)

    def _said(self, answer: Answer) -> list[dict[str, Any]]:
        """Return for each language what is said in it: the title of the button and the forms of the text."""
        wording = self.editions.files.wording
        return [
            {
                "language": language,
                "direction": "rtl" if language in right_to_left() else "ltr",
                "title": wording.titles[language].get(f"{ASK_BUTTON}{answer.id}", ""),
                "forms": {
                    form: wording.text(answer.text, language, form=form)
                    for form in FORMS
                    if wording.has(answer.text, language, form)
                },
            }
            for language in LANGUAGES
        ]
