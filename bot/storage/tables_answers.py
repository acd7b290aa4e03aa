"""The tables of the library of answers where it is used: questions that found none, answers that are switched off, and written ones."""

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


class AnswerEdition(Table):
    """One row whose number grows with every change of what may be answered: a process with another number reads the changes."""

    __tablename__ = "answer_edition"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[int]


class AnswerSwitch(Table):
    """That an answer is not said any more, since when, by whom and why; the row goes when it is said again."""

    __tablename__ = "answer_switches"

    answer: Mapped[str] = mapped_column(primary_key=True)
    off_at: Mapped[datetime]
    off_by: Mapped[str]
    because: Mapped[str]


class WrittenAnswer(Table):
    """One revision of an answer that was written in the console: a draft until somebody else has published it.

    `content` is JSON (bot/dialogue/entry.py). The newest published revision is said; published ones are kept.
    """

    __tablename__ = "written_answers"

    answer: Mapped[str] = mapped_column(primary_key=True)
    revision: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    content: Mapped[str]
    written_at: Mapped[datetime]
    written_by: Mapped[str]
    published_at: Mapped[datetime | None]
    published_by: Mapped[str | None]
