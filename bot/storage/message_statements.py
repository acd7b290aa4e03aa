"""What each message asks of its conversation, put together once: to put a statement together takes as long as to run it."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Select, String, and_, bindparam, exists, or_, select
from sqlalchemy.orm import aliased

from bot.storage.tables import Conversation, Handoff, Message


def _locked(chosen: Select[Conversation]) -> Select[Conversation]:
    # What was read before the lock was there may be old by now: another process had it meanwhile.
    return chosen.with_for_update().execution_options(populate_existing=True)


_CONVERSATION: Final = bindparam("conversation", type_=String)
_ANY_CASE: Final = aliased(Handoff)
OF_PERSON: Final = select(Conversation).where(
    Conversation.channel == bindparam("channel"), Conversation.pseudonym == bindparam("pseudonym")
)
OF_PERSON_LOCKED: Final = _locked(OF_PERSON)
LOCKED: Final = _locked(select(Conversation).where(Conversation.id == _CONVERSATION))
_BY_EXTERNAL_ID: Final = select(Message.id).where(
    Message.conversation_id == _CONVERSATION, Message.external_id == bindparam("external_id")
)
_HANDED_OVER: Final = exists().where(_ANY_CASE.conversation_id == _CONVERSATION)
BEFORE_ACCEPTING: Final = select(_BY_EXTERNAL_ID.scalar_subquery(), _HANDED_OVER)
WITH_CASE: Final = (
    select(Message, Handoff, _HANDED_OVER)
    .outerjoin(Handoff, and_(Handoff.conversation_id == Message.conversation_id, Handoff.closed_at.is_(None)))
    .where(Message.id == bindparam("message"), Message.conversation_id == _CONVERSATION)
)
_LAST_REPLY: Final = (
    select(Message.id, Message.answers)
    .where(Message.conversation_id == _CONVERSATION, Message.number < bindparam("before"), Message.author != "person")
    .order_by(Message.number.desc())
    .limit(1)
    .subquery("last")
)
LAST_TURN: Final = (
    select(Message, Message.id == _LAST_REPLY.c.id)
    .join(_LAST_REPLY, or_(Message.id == _LAST_REPLY.c.id, Message.answers == _LAST_REPLY.c.answers))
    .order_by(Message.number)
)
