"""The outbox: replies that a channel has to push, stored in the transaction that decides them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.storage.tables import Conversation, Delivery, Message

PUSHING_CHANNELS = frozenset({"telegram", "sms", "whatsapp"})


async def enqueue(session: AsyncSession, conversation: Conversation, message: Message, now: datetime) -> None:
    """Put a reply into the outbox; nothing to do where the person fetches replies."""
    if conversation.channel not in PUSHING_CHANNELS:
        return
    session.add(
        Delivery(
            message_id=message.id,
            conversation_id=conversation.id,
            channel=conversation.channel,
            state="due",
            due_at=now,
            created_at=now,
            expires_at=conversation.expires_at,
        )
    )
