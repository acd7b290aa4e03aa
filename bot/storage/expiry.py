"""What has run out is forgotten, also of those who keep writing: each message on its own day, then its case, then the conversation.

A message ends `RETENTION_DAYS` after it was written, one of a conversation that was handed to the hotline `CASE_RETENTION_DAYS`
after. What was concluded from it goes with it as far as it holds its words. A case ends as long after it was closed; what consultants
wrote down about an open one stays as long as its conversation, which ends with its last message.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, and_, delete, exists, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.screening.findings import Findings
from bot.storage import gaps
from bot.storage.case_events import forget_old, note_erased
from bot.storage.tables import Conversation, EvaluationRow, Handoff, Message, TriageChange
from bot.storage.tables_seals import CaseSealing
from bot.storage.vault import Vault

_DIALOGUE_RESTS: Final = timedelta(days=1)  # nobody goes on after that with a question which they were asked before


@dataclass(frozen=True)
class Overdue:
    """How much has run out and is still there: conversations with all that is theirs, and messages of those that go on."""

    conversations: int
    messages: int


async def overdue(session: AsyncSession, now: datetime) -> Overdue:
    """Count what a purge would delete."""
    conversations = await session.scalar(select(func.count()).select_from(Conversation).where(Conversation.expires_at < now))
    messages = await session.scalar(
        select(func.count())
        .select_from(Message)
        .join(Conversation, Conversation.id == Message.conversation_id)
        .where(Message.expires_at < now, Conversation.expires_at >= now)
    )
    return Overdue(int(conversations or 0), int(messages or 0))


async def purge(session: AsyncSession, vault: Vault, now: datetime) -> Overdue:
    """Delete everything whose time is over; return how much it was."""
    found = await overdue(session, now)
    over = select(Conversation.id).where(Conversation.expires_at < now)
    await note_erased(session, Handoff.conversation_id.in_(over), now)
    await session.execute(delete(Conversation).where(Conversation.id.in_(over)))
    await _purge_cases(session, now)
    await _purge_messages(session, vault, now)
    open_case = exists().where(Handoff.conversation_id == TriageChange.conversation_id, Handoff.closed_at.is_(None))
    await session.execute(delete(TriageChange).where(TriageChange.expires_at < now, ~open_case))
    await forget_old(session, now)
    await session.execute(delete(EvaluationRow).where(EvaluationRow.expires_at < now))
    await gaps.forget_old(session, now)
    return found


async def _purge_cases(session: AsyncSession, now: datetime) -> None:
    """Delete closed cases whose time is over, with what was written down about them.

    With the last case of a conversation goes the report of a witness, and a block: nobody would see any more that it is blocked.
    """
    over: ColumnElement[bool] = and_(Handoff.closed_at.is_not(None), Handoff.expires_at < now)
    conversations = (await session.scalars(select(Handoff.conversation_id).where(over).distinct())).all()
    if not conversations:
        return
    await note_erased(session, over, now)
    await session.execute(delete(Handoff).where(over))
    other = exists().where(Handoff.conversation_id == Conversation.id)
    await session.execute(
        update(Conversation)
        .where(Conversation.id.in_(conversations), ~other)
        .values(report=None, blocked_at=None, blocked_by=None, blocked_because=None)
        .execution_options(synchronize_session=False)
    )
    left = exists().where(Handoff.conversation_id == CaseSealing.conversation_id)
    await session.execute(
        update(CaseSealing)
        .where(CaseSealing.conversation_id.in_(conversations), ~left)
        .values(content=None)
        .execution_options(synchronize_session=False)
    )


async def _purge_messages(session: AsyncSession, vault: Vault, now: datetime) -> None:
    last = func.max(Message.number)
    ended = await session.execute(
        select(Message.conversation_id, last).where(Message.expires_at < now).group_by(Message.conversation_id)
    )
    for conversation_id, number in ended.all():
        conversation = await session.get_one(Conversation, conversation_id, with_for_update=True, populate_existing=True)
        kept = vault.read_json(conversation.findings, f"findings:{conversation_id}", None)
        if kept is not None:
            findings = Findings.from_json(kept).without_words(up_to=number)
            conversation.findings = vault.seal_json(findings.as_json(), f"findings:{conversation_id}")
        if conversation.last_message_at < now - _DIALOGUE_RESTS:
            conversation.dialogue = None
    await session.execute(delete(Message).where(Message.expires_at < now))
