"""The tables of the library of answers where it is used: which questions found no answer."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from bot.storage.tables import Table


class GapCount(Table):
    """How many questions of one week found no answer, by one property at a time: see bot/storage/gaps.py.

    `week` is its Monday in Poland. `measure`: near (`key` is the answer that was nearest, empty where none was) or language.
    """

    __tablename__ = "answer_gaps"
    __table_args__ = (Index("ix_answer_gaps_expires_at", "expires_at"),)

    week: Mapped[str] = mapped_column(primary_key=True)
    measure: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    count: Mapped[int]
    expires_at: Mapped[datetime]
