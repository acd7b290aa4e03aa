"""Answers that were written in the console: each revision by one person, said once another one has published it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, func, select, tuple_
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from bot.storage.answer_switches import new_edition
from bot.storage.tables_answers import WrittenAnswer


class ChangedMeanwhile(Exception):
    """Somebody else saved or published the answer since it was shown."""


class SamePerson(Exception):
    """Whoever wrote a revision may not publish it: a second person reads it first."""


async def newest(session: AsyncSession, answer: str) -> WrittenAnswer | None:
    """Return the newest revision of an answer, published or not."""
    found: WrittenAnswer | None = await session.scalar(
        select(WrittenAnswer).where(WrittenAnswer.answer == answer).order_by(WrittenAnswer.revision.desc()).limit(1)
    )
    return found


async def published(session: AsyncSession) -> Sequence[WrittenAnswer]:
    """Return the newest published revision of each answer."""
    said = select(WrittenAnswer.answer, func.max(WrittenAnswer.revision)).where(WrittenAnswer.published_at.is_not(None))
    found = await session.scalars(
        select(WrittenAnswer)
        .where(tuple_(WrittenAnswer.answer, WrittenAnswer.revision).in_(said.group_by(WrittenAnswer.answer)))
        .order_by(WrittenAnswer.answer)
    )
    return found.all()


async def drafts(session: AsyncSession) -> Sequence[WrittenAnswer]:
    """Return the revisions that wait for a second person."""
    found = await session.scalars(
        select(WrittenAnswer).where(WrittenAnswer.published_at.is_(None)).order_by(WrittenAnswer.answer)
    )
    return found.all()


async def save(session: AsyncSession, answer: str, content: str, *, seen: int, by: str, now: datetime) -> int:
    """Keep a draft, in the place of one that was there; return its revision. `seen` is the revision that was changed, 0 of a new answer.

    Raises ChangedMeanwhile when that is no longer the newest.
    """
    last = await newest(session, answer)
    if seen != (last.revision if last is not None else 0):
        raise ChangedMeanwhile
    if last is not None and last.published_at is None:
        await session.delete(last)
        await session.flush()
    session.add(WrittenAnswer(answer=answer, revision=seen + 1, content=content, written_at=now, written_by=by))
    try:
        await session.flush()
    except IntegrityError as error:  # another process saved the same in this moment
        raise ChangedMeanwhile from error
    return seen + 1


async def publish(session: AsyncSession, answer: str, revision: int, *, by: str, now: datetime) -> None:
    """Let a draft be said from the next message on; raises ChangedMeanwhile and SamePerson."""
    draft = await _draft(session, answer, revision)
    if draft.written_by == by:
        raise SamePerson
    draft.published_at, draft.published_by = now, by
    await new_edition(session)


async def discard(session: AsyncSession, answer: str, revision: int) -> None:
    """Drop a draft; what was published before stays. Raises ChangedMeanwhile."""
    await _draft(session, answer, revision)
    await session.execute(delete(WrittenAnswer).where(WrittenAnswer.answer == answer, WrittenAnswer.revision == revision))


async def _draft(session: AsyncSession, answer: str, revision: int) -> WrittenAnswer:
    draft = await session.get(WrittenAnswer, (answer, revision), with_for_update=True)
    if draft is None or draft.published_at is not None:
        raise ChangedMeanwhile
    return draft
