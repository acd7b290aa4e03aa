"""Answers what a crash left unanswered; what fails for one person stops nobody else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog

from bot.runtime.background import BACKGROUND_FAILURES
from bot.storage.tables import Message

if TYPE_CHECKING:
    from bot.conversation.frontdoor import FrontDoor

log = structlog.get_logger()


async def recover(frontdoor: FrontDoor) -> int:
    """Answer every message that was accepted and not decided, and that nobody here is answering; return how many were answered."""
    async with frontdoor.database.reading() as session:
        unanswered = await frontdoor.conversations.unanswered(session, before=frontdoor.clock())
        left = [(message.conversation_id, message.id) for message in unanswered]
    answered = 0
    for conversation_id, message_id in left:
        if frontdoor.turns.taken(conversation_id):
            continue
        async with frontdoor.database.reading() as session:
            message = await session.get(Message, message_id)
        if message is None or message.state != "received":
            continue  # it was answered, or erased, while others of these were
        try:
            await frontdoor.answer(conversation_id, message_id)
        except Exception as error:  # it stays received, and is tried again in the next round
            BACKGROUND_FAILURES.labels(type(error).__name__).inc()
            log.error("recovery_failed", conversation=conversation_id, error=type(error).__name__, exc_info=error)
        else:
            answered += 1
    if answered:
        log.warning("answered_what_was_left", messages=answered)
    return answered
