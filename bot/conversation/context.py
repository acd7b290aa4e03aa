"""Where a conversation stands when a message comes into it, read from what is stored."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from sqlalchemy import String, and_, bindparam, exists, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from bot.conversation.corrections import Corrections
from bot.conversation.decision import Circumstances
from bot.conversation.edition import Editions
from bot.delivery.channel_traits import traits_of
from bot.delivery.choices import chosen, offered_language, titled
from bot.language.wording import Wording
from bot.storage.answer_switches import number_column
from bot.storage.conversations import ConversationStore, OpenedMessage, WithCase
from bot.storage.corrections import ids_column, ids_in
from bot.storage.tables import Conversation, Handoff, Message
from bot.storage.vault import SealBroken

_ASKED: Final = bindparam("message", type_=String)
_CONVERSATION: Final = bindparam("conversation", type_=String)
_UP_TO: Final = aliased(Message)
_WAITING: Final = aliased(Message)
_EARLIER: Final = aliased(Message)
_TURN: Final = (
    select(_WAITING.id)
    .where(
        _WAITING.conversation_id == _CONVERSATION,
        _WAITING.state == "received",
        _WAITING.number <= select(_UP_TO.number).where(_UP_TO.id == _ASKED).scalar_subquery(),
    )
    .order_by(_WAITING.number)
    .limit(1)
    .scalar_subquery()
)
_NEXT: Final = (
    select(
        Conversation,
        Message,
        Handoff,
        ~exists().where(
            _EARLIER.conversation_id == Message.conversation_id,
            _EARLIER.author == "person",
            _EARLIER.number < Message.number,
        ),
        number_column(),
        ids_column(),
    )
    .join(Message, Message.conversation_id == Conversation.id)
    .outerjoin(Handoff, and_(Handoff.conversation_id == Conversation.id, Handoff.closed_at.is_(None)))
    .where(Conversation.id == _CONVERSATION, Message.id == func.coalesce(_TURN, _ASKED))
)


@dataclass(frozen=True)
class NextMessage:
    """A message whose turn it is, and where its conversation stands before it.

    `said` is the message opened, None where it does not open; `last` is what the program said last.
    """

    conversation: Conversation
    message: Message
    said: OpenedMessage | None
    case: Handoff | None
    circumstances: Circumstances
    last: Sequence[OpenedMessage]


class ContextReader:
    """Reads what a decision needs to know besides the message."""

    def __init__(self, conversations: ConversationStore, editions: Editions, corrections: Corrections) -> None:
        self.conversations = conversations
        self.editions = editions
        self.corrections = corrections

    async def read(self, session: AsyncSession, conversation_id: str, message_id: str) -> NextMessage | None:
        """Return the oldest message up to one that waits for its answer, that one where none does; None when it is gone.

        What may be answered, and how coordinators corrected the screening, is taken up in the same look.
        """
        asked = {"conversation": conversation_id, "message": message_id}
        found = (await session.execute(_NEXT, asked)).one_or_none()
        if found is None:
            return None
        conversation, message, case, first, edition, corrections = found
        last = await self.conversations.last_turn(session, conversation_id, before=message.number)
        circumstances = Circumstances(
            owned=case is not None and case.taken_by is not None,
            queued=case is not None and case.withdrawn_at is None,
            withdrawn=case is not None and case.withdrawn_at is not None,
            first=first,
            offered=offered_language([button for reply in last[-1:] for button in reply.buttons]),
            said_last=last[-1].text if last else None,
            edition=await self.editions.numbered(session, edition or 0),
        )
        await self.corrections.take_up(session, ids_in(corrections))
        try:
            said = self.conversations.read(message)
        except SealBroken:
            said = None
        return NextMessage(conversation, message, said, case, circumstances, last)

    async def locked(self, session: AsyncSession, conversation_id: str, message_id: str) -> tuple[Conversation, WithCase] | None:
        """Lock a conversation; return it with a message, as whoever had the lock before left them. None when one of them is gone."""
        conversation = await self.conversations.get(session, conversation_id)
        # Asked for once the lock is there, and no sooner: the message may be answered by then, or a case opened.
        found = await self.conversations.with_case(session, conversation_id, message_id)
        return None if conversation is None or found is None else (conversation, found)

    def as_chosen(
        self, conversation: Conversation, said: OpenedMessage, last: Sequence[OpenedMessage], wording: Wording
    ) -> OpenedMessage:
        """Return a message with the button's value in place of the title that chooses it, or of its number where it had one."""
        if said.kind != "text" or conversation.quiet:
            return said
        buttons = [button for reply in last for button in reply.buttons]
        titles = wording.titles.get(conversation.language, {})
        by_number = traits_of(conversation.channel).chosen_by_number
        value = chosen(said.text, buttons, conversation.language, by_number=by_number) or titled(said.text, titles)
        return said if value is None else replace(said, text=value)


def start_of(conversation: Conversation) -> tuple[object, ...]:
    """Return what a decision starts from besides the message: two of one person, at two processes, must build on each other."""
    return (conversation.dialogue, conversation.findings, conversation.language, conversation.quiet)
