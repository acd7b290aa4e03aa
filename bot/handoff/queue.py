"""The hotline's queue, and who owns a case. Ownership changes by compare-and-set: of two consultants exactly one gets a case."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import and_, bindparam, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.handoff.waves import OpenCase
from bot.messages import Triage, higher
from bot.storage.case_events import Event, note_event
from bot.storage.counts import count
from bot.storage.tables import Conversation, Handoff, TriageChange

WAITS: Final = (
    5,
    10,
    15,
    20,
    30,
    45,
    60,
    90,
    120,
    180,
    240,
    300,
    420,
    600,
    900,
    1200,
    1800,
    2700,
    3600,
    7200,
    14400,
    28800,
    86400,
)
LONGER: Final = "longer"
_OF_CONVERSATION: Final = select(Handoff).where(Handoff.conversation_id == bindparam("conversation"), Handoff.closed_at.is_(None))


class AlreadyTaken(Exception):
    """Somebody else has the case, or it is closed."""


def waits(case: Handoff | None) -> bool:
    """Say whether a conversation has a case that was not taken back."""
    return case is not None and case.withdrawn_at is None


class HandoffQueue:
    """Cases that wait for, or are with, a consultant. `targets` says by triage how soon one should be taken."""

    def __init__(self, keep: timedelta, targets: Mapping[str, timedelta]) -> None:
        self.keep = keep
        self.targets = targets

    async def of_conversation(self, session: AsyncSession, conversation_id: str) -> Handoff | None:
        """Return the case of a conversation that is not closed."""
        found = await session.execute(_OF_CONVERSATION, {"conversation": conversation_id})
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
        return await self.put(session, conversation, case, reason=reason, triage=triage, now=now)

    async def put(
        self,
        session: AsyncSession,
        conversation: Conversation,
        case: Handoff | None,
        *,
        reason: str,
        triage: Triage,
        now: datetime,
    ) -> tuple[Handoff, bool]:
        """Do as `open` for whoever knows already whether a conversation has a case."""
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
            count(session, now, "opened", triage.value)
            note_event(session, case.id, "opened", triage=triage.value, now=now)
            return case, True
        raised = higher(Triage(case.triage), triage)
        renewed = case.withdrawn_at is not None
        if raised.value != case.triage:
            note_event(session, case.id, "triage_raised", triage=raised.value, now=now)
        case.triage, case.triage_rank = raised.value, raised.rank
        if renewed:
            case.withdrawn_at, case.waiting_since = None, now
            note_event(session, case.id, "waiting_again", triage=case.triage, now=now)
        case.expires_at = now + self.keep
        return case, renewed

    async def withdraw(self, session: AsyncSession, case: Handoff, now: datetime) -> None:
        """Mark that the person took their wish back; the case stays visible, after those who still wait."""
        case.withdrawn_at = now
        note_event(session, case.id, "withdrawn", triage=case.triage, now=now)

    async def judge(self, session: AsyncSession, case: Handoff, triage: Triage, now: datetime) -> None:
        """Give a case the triage that a person judged; raises AlreadyTaken when it is closed."""
        changed = await session.execute(
            update(Handoff)
            .where(Handoff.id == case.id, Handoff.closed_at.is_(None))
            .values(triage=triage.value, triage_rank=triage.rank, version=Handoff.version + 1)
            .execution_options(synchronize_session=False)
        )
        if getattr(changed, "rowcount", 0) != 1:
            raise AlreadyTaken("This case is closed.")
        if triage.value != case.triage:
            event: Event = "triage_raised" if triage.rank > Triage(case.triage).rank else "triage_lowered"
            note_event(session, case.id, event, triage=triage.value, now=now)

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
        case = await self._set_owner(session, handoff_id, before=None, after=staff_id, taken_at=now, set_aside_as=None)
        note_event(session, handoff_id, "taken", triage=case.triage, now=now)
        waited = (now - case.waiting_since).total_seconds()
        count(session, now, "waited", f"{case.triage}:{next((str(bound) for bound in WAITS if waited <= bound), LONGER)}")
        if case.triage in self.targets:
            in_time = now - await urgent_since(session, case) <= self.targets[case.triage]
            count(session, now, "in_time" if in_time else "late", case.triage)

    async def release(
        self, session: AsyncSession, handoff_id: str, staff_id: str, now: datetime, *, since: datetime | None = None
    ) -> None:
        """Put a consultant's case back into the queue; `since` says since when its person waits, if not since now.

        Raises AlreadyTaken when it is not theirs.
        """
        case = await self._set_owner(session, handoff_id, before=staff_id, after=None, taken_at=None, waiting_since=since or now)
        note_event(session, handoff_id, "handed_back", triage=case.triage, now=now)

    async def pass_on(self, session: AsyncSession, handoff_id: str, staff_id: str, colleague_id: str, now: datetime) -> None:
        """Give a consultant's case to a colleague; raises AlreadyTaken when it is not theirs."""
        case = await self._set_owner(session, handoff_id, before=staff_id, after=colleague_id, taken_at=now)
        if colleague_id != staff_id:
            note_event(session, handoff_id, "passed_on", triage=case.triage, now=now)

    async def close(self, session: AsyncSession, handoff_id: str, staff_id: str, outcome: str, now: datetime) -> None:
        """Close a consultant's case; the program answers the person again. Raises AlreadyTaken when it is not theirs."""
        case = await self._set_owner(
            session, handoff_id, before=staff_id, after=staff_id, closed_at=now, outcome=outcome, expires_at=now + self.keep
        )
        note_event(session, handoff_id, "closed", triage=case.triage, now=now)

    async def _set_owner(
        self, session: AsyncSession, handoff_id: str, *, before: str | None, after: str | None, **changes: object
    ) -> Handoff:
        owned = Handoff.taken_by.is_(None) if before is None else Handoff.taken_by == before
        changed = await session.execute(
            update(Handoff)
            .where(and_(Handoff.id == handoff_id, owned, Handoff.closed_at.is_(None)))
            .values(taken_by=after, version=Handoff.version + 1, **changes)
            .execution_options(synchronize_session=False)
        )
        if getattr(changed, "rowcount", 0) != 1:
            raise AlreadyTaken("Somebody else has this case by now, or it is closed.")
        return await session.get_one(Handoff, handoff_id, populate_existing=True)


async def urgent_since(session: AsyncSession, case: Handoff | OpenCase) -> datetime:
    """Return since when a case waits with the triage that it has: nobody could be faster than that."""
    changed = await session.scalar(
        select(func.max(TriageChange.changed_at)).where(
            TriageChange.conversation_id == case.conversation_id, TriageChange.after == case.triage
        )
    )
    return max(case.waiting_since, changed) if changed is not None else case.waiting_since
