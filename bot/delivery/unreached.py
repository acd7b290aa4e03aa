"""A reply that will not be delivered is closed, and who needs a person and whom it does not reach is put into the queue."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.delivery import outbox
from bot.handoff.queue import HandoffQueue
from bot.messages import Triage
from bot.storage.conversations import ConversationStore
from bot.storage.tables import Conversation, Delivery

Ending = tuple[outbox.DeliveryState, str]


@dataclass(frozen=True)
class Unreached:
    """Tells the hotline of people whom a reply does not reach."""

    queue: HandoffQueue
    conversations: ConversationStore

    async def end(
        self, session: AsyncSession, row: Delivery, conversation: Conversation, *, ending: Ending, now: datetime
    ) -> None:
        """Close a row with its state and code."""
        state, code = ending
        outbox.end(row, state, code, now)
        if state in {"failed", "unknown"}:
            await self.tell_hotline(session, conversation, now)

    async def tell_hotline(self, session: AsyncSession, conversation: Conversation, now: datetime) -> None:
        """Put somebody into the queue who needs a person and whom our answer does not reach."""
        triage = Triage(conversation.triage)
        if triage.needs_person and await self.queue.of_conversation(session, conversation.id) is None:
            await self.queue.open(session, conversation, reason="unreachable", triage=triage, now=now)
            await self.conversations.extend_for_case(session, conversation, now)
