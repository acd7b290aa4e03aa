"""One case: the conversation, what the machine concluded and why, and what a consultant can do."""

from __future__ import annotations

import secrets
from typing import Any, Final

from aiohttp import web
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.console.desk import Desk, back_to, form_of, visitor_of
from bot.console.logins import Visitor
from bot.console.waiting import findings_of, ordered_reasons
from bot.frontdoor import MAX_TEXT
from bot.handoff.queue import AlreadyTaken
from bot.storage.tables import Conversation, Delivery, Handoff, TriageChange

REMEMBERED_READINGS: Final = 5000


class CasePages:
    """Serves a case and what is done with it."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self._read: dict[tuple[str, str], int] = {}

    def routes(self) -> list[web.RouteDef]:
        """Return the routes."""
        case = "/cases/{case:[0-9a-f]{32}}"
        return [
            web.get(case, self.page, name="case"),
            web.get(f"{case}/live", self.fragment, name="case_live"),
            web.post(f"{case}/take", self.take, name="case_take"),
            web.post(f"{case}/answer", self.answer, name="case_answer"),
            web.post(f"{case}/seen", self.seen, name="case_seen"),
        ]

    async def page(self, request: web.Request) -> web.Response:
        """Show a case."""
        return await self._show(request, "case.html")

    async def fragment(self, request: web.Request) -> web.Response:
        """Return what changes by itself, for a page that is open."""
        return await self._show(request, "case_live.html")

    async def _show(self, request: web.Request, template: str, *, status: int = 200, **extra: Any) -> web.Response:
        visitor = visitor_of(request)
        async with self.desk.program.database.transaction() as session:
            case, conversation = await self._case(session, request)
            context = await self._context(session, visitor, case, conversation)
            newest = conversation.message_count
            await self._record_reading(session, visitor, case, newest)
            if template == "case.html" and case.taken_by == visitor.staff_id:
                await _mark_seen(session, case, visitor, newest)
        return self.desk.page(request, template, {**context, "draft": "", "told": None, **extra}, status=status)

    async def _record_reading(self, session: AsyncSession, visitor: Visitor, case: Handoff, newest: int) -> None:
        """Write into the audit log that somebody read a case: once for each login and each new message."""
        key = (visitor.token_hash, case.id)
        if self._read.pop(key, -1) < newest:
            await self.desk.record(session, visitor, "case_read", case.id)
        self._read[key] = newest
        while len(self._read) > REMEMBERED_READINGS:
            del self._read[next(iter(self._read))]

    async def _context(
        self, session: AsyncSession, visitor: Visitor, case: Handoff, conversation: Conversation
    ) -> dict[str, Any]:
        findings = findings_of(self.desk, conversation)
        messages = await self.desk.program.conversations.messages(session, conversation.id)
        changes = await session.execute(select(TriageChange).filter_by(conversation_id=conversation.id).order_by(TriageChange.id))
        deliveries = await session.execute(select(Delivery).filter_by(conversation_id=conversation.id))
        return {
            "case": case,
            "conversation": conversation,
            "messages": messages,
            "seen": case.last_seen_number,
            "findings": findings,
            "reasons": ordered_reasons(findings),
            "changes": list(changes.scalars()),
            "deliveries": {delivery.message_id: delivery for delivery in deliveries.scalars()},
            "names": await self.desk.accounts.names(session),
            "mine": case.taken_by == visitor.staff_id and case.closed_at is None,
            "form_id": secrets.token_urlsafe(12),
            "max_text": MAX_TEXT,
        }

    async def _case(self, session: AsyncSession, request: web.Request) -> tuple[Handoff, Conversation]:
        """Return the case of a request; raises HTTPNotFound, also when the person had everything erased."""
        case = await self.desk.program.queue.get(session, request.match_info["case"])
        conversation = await session.get(Conversation, case.conversation_id) if case is not None else None
        if case is None or conversation is None:
            raise web.HTTPNotFound
        return case, conversation

    async def take(self, request: web.Request) -> web.Response:
        """Take a waiting case: of two consultants exactly one gets it, the other is told who has it."""
        visitor = visitor_of(request)
        try:
            async with self.desk.program.database.transaction() as session:
                case, conversation = await self._case(session, request)
                if case.taken_by == visitor.staff_id:
                    return back_to(f"/cases/{case.id}")
                await self.desk.program.queue.take(session, case.id, visitor.staff_id, self.desk.now())
                await self.desk.record(session, visitor, "case_taken", case.id)
        except AlreadyTaken:
            return await self._show(request, "case.html", status=409, told="case.somebody_was_faster")
        self.desk.ring(conversation.id)
        return back_to(f"/cases/{case.id}#answer")

    async def answer(self, request: web.Request) -> web.Response:
        """Send a consultant's words; the same form again sends nothing twice."""
        visitor, form = visitor_of(request), await form_of(request)
        text = form.get("text", "").replace("\r\n", "\n").strip()
        if not text or len(text) > MAX_TEXT:
            return back_to(f"/cases/{request.match_info['case']}#answer")
        async with self.desk.program.database.transaction() as session:
            case, conversation = await self._case(session, request)
        said = await self.desk.program.frontdoor.consultant_says(
            conversation.id, staff_id=visitor.staff_id, text=text, external_id=f"console:{form.get('form_id', '')[:40]}"
        )
        by_script = "X-Script" in request.headers
        if said is None:
            if by_script:
                return web.Response(status=409)
            return await self._show(request, "case.html", status=409, draft=text, told="case.not_yours")
        async with self.desk.program.database.transaction() as session:
            await self.desk.record(session, visitor, "case_answered", case.id)
            case = await session.get_one(Handoff, case.id)
            await _mark_seen(session, case, visitor, int(said.id))
        self.desk.ring(conversation.id)
        return web.Response(status=204) if by_script else back_to(f"/cases/{case.id}#answer")

    async def seen(self, request: web.Request) -> web.Response:
        """Note up to which message the case's consultant has seen it."""
        visitor, form = visitor_of(request), await form_of(request)
        number = form.get("number", "")
        if not number.isascii() or not number.isdecimal() or len(number) > _DIGITS:
            raise web.HTTPBadRequest
        async with self.desk.program.database.transaction() as session:
            case, conversation = await self._case(session, request)
            changed = await _mark_seen(session, case, visitor, min(int(number), conversation.message_count))
        if changed:
            self.desk.ring(conversation.id)
        return web.Response(status=204)


async def _mark_seen(session: AsyncSession, case: Handoff, visitor: Visitor, number: int) -> bool:
    changed = await session.execute(
        update(Handoff)
        .where(Handoff.id == case.id, Handoff.taken_by == visitor.staff_id, Handoff.last_seen_number < number)
        .values(last_seen_number=number)
        .execution_options(synchronize_session=False)
    )
    return getattr(changed, "rowcount", 0) == 1


_DIGITS: Final = 9
