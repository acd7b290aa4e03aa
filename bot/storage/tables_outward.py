"""The tables of what leaves the program: counts for reports, events for other systems, and the tokens of those systems."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from bot.storage.tables import Table


class DayCount(Table):
    """How often something happened on one day in Poland, by one property at a time; nothing in it leads back to a person."""

    __tablename__ = "day_counts"

    day: Mapped[str] = mapped_column(primary_key=True)
    measure: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    count: Mapped[int]


class CaseEvent(Table):
    """That something happened to a case, for other systems: ids and codes. It outlives its case, so that they learn of an erasure.

    `state` of its post: due, sending (until `due_at`, when somebody else may take it up), sent, failed, skipped
    (noted long before there was a webhook).
    """

    __tablename__ = "case_events"
    __table_args__ = (
        Index("ix_case_events_state_due_at", "state", "due_at"),
        Index("ix_case_events_expires_at", "expires_at"),
        {"sqlite_autoincrement": True},  # an id is a cursor: the id of an event that was deleted must never come again
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    case_id: Mapped[str] = mapped_column(index=True)
    event: Mapped[str]
    triage: Mapped[str]
    at: Mapped[datetime]
    state: Mapped[str] = mapped_column(default="due")
    attempts: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    error_code: Mapped[str | None]
    expires_at: Mapped[datetime]


class ApiToken(Table):
    """Another system that may ask for cases; only a hash of its token is kept. `writes` and `texts` are what else it may."""

    __tablename__ = "api_tokens"

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    token_hash: Mapped[str] = mapped_column(unique=True)
    writes: Mapped[bool]
    texts: Mapped[bool]
    created_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
