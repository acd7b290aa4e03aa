"""One case: the conversation, what the machine concluded and why, and answering."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from aiohttp import web

from bot.console.cases import CASE_PATH, CaseReader, mark_seen, shown_reachable
from bot.console.ownership import Ownership
from bot.console.services import PREFIX, ConsoleServices, back_to, form_of, visitor_of
from bot.conversation.consultants import MAX_ANSWER
from bot.handoff.queue import AlreadyTaken
from bot.language.normalise import printable
from bot.messages import LANGUAGES
from bot.storage.tables import Handoff

_DIGITS: Final = 9


class CasePages:
    """Serves a case, its taking, and its answers."""

    def __init__(self, services: ConsoleServices, cases: CaseReader, ownership: Ownership) -> None:
        self.services = services
        self.cases = cases
        self.ownership = ownership

    def routes(self) -> list[web.RouteDef]:
        """Return the routes."""
        return [
            web.get(CASE_PATH, self.page, name="case"),
            web.get(f"{CASE_PATH}/live", self.fragment, name="case_live"),
            web.post(f"{CASE_PATH}/take", self.take, name="case_take"),
            web.post(f"{CASE_PATH}/answer", self.answer, name="case_answer"),
            web.post(f"{CASE_PATH}/seen", self.seen, name="case_seen"),
            web.post(f"{CASE_PATH}/writing", self.writing, name="case_writing"),
        ]

    async def page(self, request: web.Request) -> web.Response:
        """Show a case."""
        return await self.show(request, "case.html")

    async def fragment(self, request: web.Request) -> web.Response:
        """Return what changes by itself, for a page that is open."""
        return await self.show(request, "case_live.html")

    async def show(self, request: web.Request, template: str = "case.html", *, status: int = 200, **extra: Any) -> web.Response:
        """Show a case by one of its templates; `told` is the key of a text to show on top, `fits` the number of characters in it."""
        visitor = visitor_of(request)
        async with self.services.program.database.transaction() as session:
            case, conversation = await self.cases.find(session, request)
            context = await self.cases.context(session, visitor, case, conversation, self.services.language(request))
            context["seen"] = case.last_seen_number
            newest = conversation.message_count
            await self.cases.record_reading(session, visitor, case, newest)
            news = template == "case.html" and await mark_seen(session, case, visitor, newest)
        if news:
            self.services.publish(conversation.id)
        told = request.query.get("told", "")
        context["told"] = f"told.{told}" if self.services.texts.has(f"told.{told}") else None
        return self.services.page(
            request,
            template,
            {**context, "path": f"{PREFIX}/cases/{case.id}", "here": case.id, "draft": "", "fits": MAX_ANSWER, **extra},
            status=status,
        )

    async def take(self, request: web.Request) -> web.Response:
        """Take a waiting case: of two consultants exactly one gets it, the other is told who has it."""
        visitor = visitor_of(request)
        async with self.services.program.database.transaction() as session:
            case, _ = await self.cases.find(session, request)
        try:
            await self.ownership.take(visitor, case)
        except AlreadyTaken:
            return await self.show(request, status=409, told="told.somebody_was_faster")
        return back_to(f"/cases/{case.id}#answer")

    async def answer(self, request: web.Request) -> web.Response:
        """Send a consultant's words; the same form again sends nothing twice."""
        visitor, form = visitor_of(request), await form_of(request)
        by_script = "X-Script" in request.headers
        text = answer_in(form)
        language = form.get("language")
        if not text or len(text) > MAX_ANSWER:
            told = "told.too_long" if text else "told.empty"
            return web.Response(status=422) if by_script else await self.show(request, status=422, draft=text, told=told)
        async with self.services.program.database.transaction() as session:
            case, conversation = await self.cases.find(session, request)
        said = await self.services.program.frontdoor.consultants.say(
            conversation.id,
            staff_id=visitor.staff_id,
            text=text,
            language=language if language in LANGUAGES else None,
            external_id=f"console:{form.get('form_id', '')[:40]}",
        )
        if said is None:
            return (
                web.Response(status=409) if by_script else await self.show(request, status=409, draft=text, told="told.not_yours")
            )
        async with self.services.program.database.transaction() as session:
            await self.services.record(session, visitor, "case_answered", case.id)
            case = await session.get_one(Handoff, case.id)
            await mark_seen(session, case, visitor, int(said.id))
            unread = await shown_reachable(session, conversation) == "left"
        self.services.publish(conversation.id)
        self.services.program.typing.over("consultant", conversation.id)
        told = "?told=nobody_reads" if unread else ""
        return web.Response(status=204) if by_script else back_to(f"/cases/{case.id}{told}#answer")

    async def seen(self, request: web.Request) -> web.Response:
        """Note up to which message the case's consultant has seen it."""
        visitor, form = visitor_of(request), await form_of(request)
        number = form.get("number", "")
        if not number.isascii() or not number.isdecimal() or len(number) > _DIGITS:
            raise web.HTTPBadRequest
        async with self.services.program.database.transaction() as session:
            case, conversation = await self.cases.find(session, request)
            changed = await mark_seen(session, case, visitor, min(int(number), conversation.message_count))
        if changed:
            self.services.publish(conversation.id)
        return web.Response(status=204)

    async def writing(self, request: web.Request) -> web.Response:
        """Let the person know that the consultant who has the case is writing; it is kept nowhere."""
        visitor = visitor_of(request)
        async with self.services.program.database.transaction() as session:
            case, conversation = await self.cases.find(session, request)
        if case.taken_by == visitor.staff_id and case.closed_at is None:
            self.services.program.typing.give("consultant", conversation.id)
        return web.Response(status=204)


def answer_in(form: Mapping[str, str]) -> str:
    """Return the answer that a form holds as it would be sent: its ends of lines are one character, as the page counts them."""
    return printable(form.get("text", "").replace("\r\n", "\n")).strip()
