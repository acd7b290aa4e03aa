"""What happened to cases, noted in the transaction in which it happens: for the webhook and for systems that ask."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final, Literal

from sqlalchemy import ColumnElement, delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.storage.tables import Handoff
from bot.storage.tables_outward import CaseEvent

Event = Literal[
    "opened",
    "waiting_again",
    "triage_raised",
    "triage_lowered",
    "written",
    "withdrawn",
    "taken",
    "passed_on",
    "handed_back",
    "closed",
    "erased",
]
KEEP: Final = timedelta(days=30)


def note_event(session: AsyncSession, case_id: str, event: Event, *, triage: str, now: datetime) -> None:
    """Note that something happened to a case."""
    session.add(CaseEvent(case_id=case_id, event=event, triage=triage, at=now, due_at=now, expires_at=now + KEEP))


async def note_erased(session: AsyncSession, which: ColumnElement[bool], now: datetime) -> None:
    """Note of all cases that a condition on handoffs chooses that they are about to be erased; forget what happened to them."""
    cases: Sequence[str] = (await session.scalars(select(Handoff.id).where(which))).all()
    if not cases:
        return
    await session.execute(delete(CaseEvent).where(CaseEvent.case_id.in_(cases)))
    for case_id in cases:
        note_event(session, case_id, "erased", triage="none", now=now)


async def forget_old(session: AsyncSession, now: datetime) -> None:
    """Delete events whose time is over."""
    await session.execute(delete(CaseEvent).where(CaseEvent.expires_at < now))
