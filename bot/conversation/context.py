"""Where a conversation stands when a message comes into it, read from what is stored."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncSession

from bot.conversation.decision import Circumstances
from bot.conversation.edition import Editions
from bot.delivery.channel_traits import traits_of
from bot.delivery.choices import chosen, offered_language, titled
from bot.handoff.queue import HandoffQueue
from bot.language.wording import Wording
from bot.storage.conversations import ConversationStore, Said
from bot.storage.tables import Conversation, Message


class ContextReader:
    """Reads what a decision needs to know besides the message."""

    def __init__(self, conversations: ConversationStore, queue: HandoffQueue, editions: Editions) -> None:
        self.conversations = conversations
        self.queue = queue
        self.editions = editions

    async def read(
        self, session: AsyncSession, conversation: Conversation, message: Message
    ) -> tuple[Circumstances, Sequence[Said]]:
        """Return where the conversation stands before a message, and what the program said last."""
        case = await self.queue.of_conversation(session, conversation.id)
        last = await self.conversations.last_turn(session, conversation.id, before=message.number)
        circumstances = Circumstances(
            owned=case is not None and case.taken_by is not None,
            queued=case is not None and case.withdrawn_at is None,
            withdrawn=case is not None and case.withdrawn_at is not None,
            first=await self.conversations.is_first(session, message),
            offered=offered_language([button for reply in last[-1:] for button in reply.buttons]),
            said_last=last[-1].text if last else None,
            edition=await self.editions.current(session),
        )
        return circumstances, last

    def as_chosen(self, conversation: Conversation, said: Said, last: Sequence[Said], wording: Wording) -> Said:
        """Return a message with the button's value in place of the title that chooses it, or of its number where it had one."""
        if said.kind != "text" or conversation.quiet:
            return said
        buttons = [button for reply in last for button in reply.buttons]
        titles = wording.titles.get(conversation.language, {})
        by_number = traits_of(conversation.channel).chosen_by_number
        value = chosen(said.text, buttons, conversation.language, by_number=by_number) or titled(said.text, titles)
        return said if value is None else replace(said, text=value)
