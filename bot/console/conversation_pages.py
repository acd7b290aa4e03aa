"""Conversations that are not in the queue: so that a coordinator can find what the screening missed."""

from __future__ import annotations

from typing import Final

from aiohttp import web
from sqlalchemy import exists, select

from bot.console.case_access import bring_back_address, vault_of
from bot.console.services import ConsoleServices, back_to, require
from bot.console.staff import Role
from bot.console.verdicts import Verdicts, as_lines
from bot.messages import Triage
from bot.storage.tables import Conversation, Handoff

SHOWN: Final = 200


class ConversationPages:
    """Serves the list of conversations without an open case, and the evaluation rows to take along."""

    def __init__(self, services: ConsoleServices) -> None:
        self.services = services
        self.verdicts = Verdicts(services.program.vault)

    def routes(self) -> list[web.RouteDef]:
        """Return the routes."""
        return [
            web.get("/conversations", self.page, name="conversations"),
            web.post("/conversations/{conversation:[0-9a-f]{32}}/open", self.open),
            web.get("/verdicts.jsonl", self.take_along, name="verdicts"),
        ]

    async def page(self, request: web.Request) -> web.Response:
        """Show conversations without an open case, the newest first: no words of theirs."""
        visitor = require(request, Role.COORDINATOR)
        open_case = exists().where(Handoff.conversation_id == Conversation.id, Handoff.closed_at.is_(None))
        async with self.services.program.database.transaction() as session:
            found = await session.execute(
                select(Conversation).where(~open_case).order_by(Conversation.last_message_at.desc()).limit(SHOWN)
            )
            conversations = list(found.scalars())
            await self.services.record(session, visitor, "conversations_listed", "conversations")
        return self.services.page(request, "conversations.html", {"conversations": conversations})

    async def open(self, request: web.Request) -> web.Response:
        """Put a conversation into the queue, where it can be read."""
        visitor, now = require(request, Role.COORDINATOR), self.services.now()
        async with self.services.program.database.transaction() as session:
            conversation = await self.services.program.conversations.get(session, request.match_info["conversation"])
            if conversation is None:
                raise web.HTTPNotFound
            case, _ = await self.services.program.queue.open(
                session, conversation, reason="consultant", triage=Triage(conversation.triage), now=now
            )
            await self.services.program.conversations.extend_for_case(session, conversation, now)
            vault = await vault_of(session, self.services.program.vault, visitor, conversation.id)
            await bring_back_address(session, vault, conversation)
            await self.services.record(session, visitor, "case_opened", case.id)
        self.services.publish(conversation.id)
        return back_to(f"/cases/{case.id}")

    async def take_along(self, request: web.Request) -> web.Response:
        """Return all verdicts as JSON Lines, for the evaluation."""
        visitor = require(request, Role.COORDINATOR)
        async with self.services.program.database.transaction() as session:
            rows = await self.verdicts.all(session)
            await self.services.record(session, visitor, "verdicts_exported", "verdicts")
        return web.Response(
            text=as_lines(rows),
            content_type="application/x-ndjson",
            charset="utf-8",
            headers={"Content-Disposition": 'attachment; filename="verdicts.jsonl"'},
        )
