"""A conversation is erased at once and wholly, from the database's files as well, and what went through a provider is to follow."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import structlog

from bot.conversation.contact_counts import count_contact
from bot.conversation.decision import Decision
from bot.delivery import provider_erasures
from bot.messages import Reply
from bot.runtime.live_events import ERASURE, QUEUE, LiveEvents
from bot.storage.conversations import ConversationStore
from bot.storage.database import Database
from bot.storage.residual_data import ResidualData

log = structlog.get_logger()


class Erasure:
    """Erases conversations; whoever calls it has the conversation's turn."""

    def __init__(
        self,
        *,
        database: Database,
        residual_data: ResidualData,
        conversations: ConversationStore,
        live_events: LiveEvents,
        clock: Callable[[], datetime],
    ) -> None:
        self.database = database
        self.residual_data = residual_data
        self.conversations = conversations
        self.live_events = live_events
        self.clock = clock

    async def erase(self, conversation_id: str, replies: tuple[Reply, ...] = (), decision: Decision | None = None) -> None:
        """Erase a conversation; `replies` say so to its person, `decision` is that on the message which asked for it."""
        async with self.database.transaction() as session:
            if decision is not None and (conversation := await self.conversations.get(session, conversation_id)) is not None:
                count_contact(session, self.conversations.vault, conversation, decision, case=None, now=self.clock())
            erasure = await provider_erasures.erasure_of(session, self.conversations, conversation_id, replies, self.clock())
            if erasure is not None:
                provider_erasures.put(session, self.conversations.vault, erasure)
            await self.conversations.erase(session, conversation_id, self.clock())
        self.residual_data.erased = True
        await self.residual_data.clear_log()
        log.info("conversation_erased", conversation=conversation_id, by="person")
        self.live_events.publish(conversation_id, QUEUE, ERASURE)
