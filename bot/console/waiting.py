"""What the queue shows of each case: read in three queries, however long it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.console.desk import Desk
from bot.console.logins import Visitor
from bot.messages import Indicator, Triage
from bot.screening.conversation import Findings
from bot.storage.tables import Handoff, Message

REASONS_AT_A_GLANCE: Final = 3


@dataclass(frozen=True)
class QueueRow:
    """One case of the queue. `heard_at` is when the person wrote last; `unread` counts what its consultant has not seen."""

    case_id: str
    conversation_id: str
    triage: Triage
    language: str
    channel: str
    opened_because: str
    reasons: tuple[Indicator, ...]
    waiting_since: datetime
    heard_at: datetime
    owner: str | None
    owner_name: str | None
    mine: bool
    unread: int
    withdrawn: bool
    reachable: str

    @property
    def first_reasons(self) -> tuple[Indicator, ...]:
        """Return the reasons that fit at a glance, the strongest first."""
        return self.reasons[:REASONS_AT_A_GLANCE]

    @property
    def more_reasons(self) -> int:
        """Return how many reasons do not fit."""
        return max(0, len(self.reasons) - REASONS_AT_A_GLANCE)


def ordered_reasons(findings: Findings) -> tuple[Indicator, ...]:
    """Return the indicators, what endangers life first, strong ones before weak ones, then as they came up."""
    first = (Indicator.SUICIDE_RISK, Indicator.VIOLENCE, Indicator.SEXUAL_VIOLENCE, Indicator.CHILD_EXPLOITATION)
    return tuple(sorted(findings.indicators, key=lambda name: (name not in first, not name.strong)))


async def queue_rows(desk: Desk, session: AsyncSession, visitor: Visitor) -> list[QueueRow]:
    """Return all open cases in the queue's order."""
    cases = await desk.program.queue.waiting(session)
    names = await desk.accounts.names(session)
    heard, unread = await _heard(session, [case for case, _ in cases])
    return [
        QueueRow(
            case_id=case.id,
            conversation_id=conversation.id,
            triage=Triage(case.triage),
            language=conversation.language,
            channel=conversation.channel,
            opened_because=case.reason,
            reasons=ordered_reasons(desk.program.conversations.findings(conversation)),
            waiting_since=case.waiting_since,
            heard_at=heard.get(conversation.id, case.opened_at),
            owner=case.taken_by,
            owner_name=names.get(case.taken_by) if case.taken_by else None,
            mine=case.taken_by == visitor.staff_id,
            unread=unread.get(conversation.id, 0),
            withdrawn=case.withdrawn_at is not None,
            reachable=conversation.reachable,
        )
        for case, conversation in cases
    ]


async def _heard(session: AsyncSession, cases: Sequence[Handoff]) -> tuple[dict[str, datetime], dict[str, int]]:
    """Return by conversation when the person wrote last, and how many of their messages nobody has seen."""
    if not cases:
        return {}, {}
    open_cases = (Handoff.closed_at.is_(None), Message.author == "person")
    last = await session.execute(
        select(Message.conversation_id, func.max(Message.created_at))
        .join(Handoff, Handoff.conversation_id == Message.conversation_id)
        .where(*open_cases)
        .group_by(Message.conversation_id)
    )
    unseen = await session.execute(
        select(Message.conversation_id, func.count())
        .join(Handoff, Handoff.conversation_id == Message.conversation_id)
        .where(*open_cases, Message.number > Handoff.last_seen_number)
        .group_by(Message.conversation_id)
    )
    return {row[0]: row[1] for row in last}, {row[0]: row[1] for row in unseen}
