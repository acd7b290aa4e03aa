"""What consultants do in a conversation of theirs: they answer, and its person is told who speaks."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Final, Literal

from sqlalchemy.ext.asyncio import AsyncSession

from bot.conversation.notices import Notices
from bot.conversation.persistence import say
from bot.handoff.queue import HandoffQueue
from bot.language.normalise import printable
from bot.messages import Reply
from bot.runtime.live_events import OUTBOX, QUEUE, LiveEvents
from bot.storage.conversations import ConversationStore
from bot.storage.database import Database
from bot.storage.tables import Conversation

MAX_ANSWER: Final = 4000  # characters; some three SMS in a row are what people still read


class TextTooLong(Exception):
    """A text is longer than it may be; nothing of it was stored or sent."""


class Consultants:
    """Sends what consultants say."""

    def __init__(
        self,
        *,
        database: Database,
        conversations: ConversationStore,
        queue: HandoffQueue,
        notices: Notices,
        live_events: LiveEvents,
        clock: Callable[[], datetime],
    ) -> None:
        self.database = database
        self.conversations = conversations
        self.queue = queue
        self.notices = notices
        self.live_events = live_events
        self.clock = clock

    async def say(
        self, conversation_id: str, *, staff_id: str, text: str, language: str | None = None, external_id: str | None = None
    ) -> Reply | None:
        """Send a consultant's words; None when the conversation is gone or not theirs (any more).

        The same `external_id` again sends nothing and returns what was sent. Raises TextTooLong beyond MAX_ANSWER characters.
        """
        text, now = printable(text), self.clock()
        if len(text) > MAX_ANSWER:
            raise TextTooLong(f"An answer may have {MAX_ANSWER} characters; this one has {len(text)}. Send it in two.")
        async with self.database.transaction() as session:
            conversation = await self.conversations.get(session, conversation_id)
            case = await self.queue.of_conversation(session, conversation_id)
            if conversation is None or case is None or case.taken_by != staff_id:
                return None
            if external_id is not None and (
                known := await self.conversations.by_external_id(session, conversation_id, external_id)
            ):
                return known.as_reply()
            await self.introduce(session, conversation, "consultant_here", now)
            reply = Reply(text=text, language=language or conversation.language, author="consultant")
            said = await say(
                self.conversations,
                session,
                conversation,
                reply,
                now=now,
                handed_over=True,
                staff_id=staff_id,
                external_id=external_id,
            )
        self.live_events.publish(conversation_id, QUEUE, OUTBOX)
        return said

    async def introduce(
        self, session: AsyncSession, conversation: Conversation, key: Literal["consultant_here", "consultant_left"], now: datetime
    ) -> None:
        """Say in a case that a person speaks from now on, or the program again: when it is news, never in quiet mode or after STOP."""
        last = await self.conversations.last_reply(session, conversation.id, before=conversation.message_count + 1)
        if last is None or conversation.quiet or conversation.reachable not in {"yes", "left"}:
            return
        if last.author == ("bot" if key == "consultant_here" else "consultant"):
            notice = self.notices.reply(key, conversation)
            await say(self.conversations, session, conversation, notice, now=now, handed_over=True, regardless=True)
