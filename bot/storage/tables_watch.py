"""The tables of what the program watches in its own house: the clock, and whether the database takes a writing."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from bot.storage.tables import Table


class ClockWatch(Table):
    """When the clock was last looked at (one row), and how long it is in doubt after it jumped: see bot/storage/clock.py."""

    __tablename__ = "clock_watch"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    seen_at: Mapped[datetime]
    jumped_from: Mapped[datetime | None]
    doubted_until: Mapped[datetime | None]


class Trial(Table):
    """One row that is written again and again, to see whether the database takes a writing (bot/storage/capacity.py); it holds noise."""

    __tablename__ = "trials"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    filling: Mapped[str]
