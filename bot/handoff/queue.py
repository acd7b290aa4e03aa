"""The hotline's queue, and who owns a case. Ownership changes by compare-and-set: of two consultants exactly one gets a case."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import and_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.messages import Triage, higher
from bot.storage.tables import Conversation, Handoff


class AlreadyTaken(Exception):
    """Somebody else has the case, or it is closed."""


class HandoffQueue:
    """Cases that wait for, or are with, a consultant."""

    def __init__(self, keep: timedelta) -> None:
        self.keep = keep

    async def of_conversation(self, session: AsyncSession, conversation_id: str) -> Handoff | None:
        """Return the case of a conversation that is not closed."""
        found = await session.execute(select(Handoff).filter_by(conversation_id=conversation_id, closed_at=None))
        return found.scalar_one_or_none()

    async def get(self, session: AsyncSession, handoff_id: str) -> Handoff | None:
        """Return a case by its id."""
        return await session.get(Handoff, handoff_id)

    async def open(
        self, session: AsyncSession, conversation: Conversation, *, reason: str, triage: Triage, now: datetime
    ) -> tuple[Handoff, bool]:
        """Put a conversation into the queue, or raise the triage of its case; return the case and whether it is new.

        `reason` is screening, asked, failure, unreachable or unheard (a voice message). A case that was withdrawn waits again.
        """
        case = await self.of_conversation(session, conversation.id)
        if case is None:
            case = Handoff(
                id=uuid.uuid4().hex,
                conversation_id=conversation.id,
                reason=reason,
                triage=triage.value,
                triage_rank=triage.rank,
                opened_at=now,
                waiting_since=now,
                expires_at=now + self.keep,
            )
            session.add(case)
            await session.flush()
            return case, True
        raised = higher(Triage(case.triage), triage)
        renewed = case.withdrawn_at is not None
        case.triage, case.triage_rank = raised.value, raised.rank
        if renewed:
            case.withdrawn_at, case.waiting_since = None, now
        case.expires_at = now + self.keep
        return case, renewed

    async def withdraw(self, session: AsyncSession, case: Handoff, now: datetime) -> None:
        """Mark that the person took their wish back; the case stays visible, after those who still wait."""
        case.withdrawn_at = now

    async def waiting(self, session: AsyncSession) -> Sequence[tuple[Handoff, Conversation]]:
        """Return all cases that are not closed: most urgent first, then who waits longest; withdrawn ones last."""
        found = await session.execute(
            select(Handoff, Conversation)
            .join(Conversation, Conversation.id == Handoff.conversation_id)
            .where(Handoff.closed_at.is_(None))
            .order_by(Handoff.withdrawn_at.is_not(None), Handoff.triage_rank.desc(), Handoff.waiting_since)
        )
        return [(case, conversation) for case, conversation in found]

    async def take(self, session: AsyncSession, handoff_id: str, staff_id: str, now: datetime) -> None:
        """Give a waiting case to a consultant; raises AlreadyTaken when somebody else was first."""
        await self._set_owner(session, handoff_id, before=None, after=staff_id, taken_at=now)

    async def release(self, session: AsyncSession, handoff_id: str, staff_id: str, now: datetime) -> None:
        """Put a consultant's case back into the queue; raises AlreadyTaken when it is not theirs."""
        await self._set_owner(session, handoff_id, before=staff_id, after=None, taken_at=None, waiting_since=now)

    async def pass_on(self, session: AsyncSession, handoff_id: str, staff_id: str, colleague_id: str, now: datetime) -> None:
        """Give a consultant's case to a colleague; raises AlreadyTaken when it is not theirs."""
        await self._set_owner(session, handoff_id, before=staff_id, after=colleague_id, taken_at=now)

    async def close(self, session: AsyncSession, handoff_id: str, staff_id: str, outcome: str, now: datetime) -> None:
        """Close a consultant's case; the program answers the person again. Raises AlreadyTaken when it is not theirs."""
        await self._set_owner(session, handoff_id, before=staff_id, after=staff_id, closed_at=now, outcome=outcome)

    async def _set_owner(
        self, session: AsyncSession, handoff_id: str, *, before: str | None, after: str | None, **changes: object
    ) -> None:
        owned = Handoff.taken_by.is_(None) if before is None else Handoff.taken_by == before
        changed = await session.execute(
            update(Handoff)
            .where(and_(Handoff.id == handoff_id, owned, Handoff.closed_at.is_(None)))
            .values(taken_by=after, version=Handoff.version + 1, **changes)
            .execution_options(synchronize_session=False)
        )
        if getattr(changed, "rowcount", 0) != 1:
            raise AlreadyTaken("Somebody else has this case by now, or it is closed.")
