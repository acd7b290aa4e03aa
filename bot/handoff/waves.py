"""Waves of cases that are alike: known without anybody reading words, shown as one, set aside and brought back in one act.

A conversation carries two marks. Its `likeness` is a keyed hash of its channel, its language and the words of the message that made it a
case, without digits, signs and capitals: the same text sent a thousand times has one. Its `pattern` is a keyed hash of channel, language,
triage and signs: many of one pattern within minutes are a wave as well, though their words differ. Whoever writes words of their own, in
a pattern that few have at the time, is in no wave.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Final

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.language.identification import without_diacritics
from bot.language.normalise import readable, words
from bot.messages import Indicator, Triage
from bot.storage.slices import in_slices
from bot.storage.tables import Conversation, Handoff
from bot.storage.vault import Vault

ALIKE: Final = 5  # cases with the same words within MINUTES: on a calm night nobody sends those of four others
MANY: Final = 20  # cases of one pattern, whatever their words: more than the busiest quarter of an hour of a hotline has
MINUTES: Final = timedelta(minutes=15)
MARK_LENGTH: Final = 16  # hex digits
_TRIAGES: Final = {triage.value: triage for triage in Triage}


@dataclass(frozen=True, slots=True)
class OpenCase:
    """What is known of a case that is not closed, without anything sealed."""

    id: str
    conversation_id: str
    triage: Triage
    reason: str
    opened_at: datetime
    waiting_since: datetime
    taken_by: str | None
    withdrawn_at: datetime | None
    set_aside_as: str | None
    channel: str
    language: str
    likeness: str | None
    pattern: str | None
    expires_at: datetime

    @property
    def waits(self) -> bool:
        """Say whether somebody should take it: nobody has it, nobody took it back or set it aside."""
        return self.taken_by is None and self.withdrawn_at is None and self.set_aside_as is None


@dataclass(frozen=True)
class Wave:
    """Cases that wait and are alike, the one that waits longest first. `same_words`: their words are the same, not only their signs."""

    mark: str
    same_words: bool
    cases: tuple[OpenCase, ...]

    @property
    def first(self) -> OpenCase:
        """Return the one that stands for all."""
        return self.cases[0]

    @cached_property
    def triage(self) -> Triage:
        """Return the highest triage in it."""
        return max((case.triage for case in self.cases), key=lambda triage: triage.rank)


def likeness_of(vault: Vault, text: str, *, channel: str, language: str) -> str:
    """Return the mark of a text: the same for texts that differ in digits, signs, capitals and diacritics only."""
    plain = " ".join(words(without_diacritics(readable(text).casefold())))
    return vault.fingerprint("likeness", f"{channel}\0{language}\0{plain}")[:MARK_LENGTH]


def pattern_of(vault: Vault, signs: Iterable[Indicator], *, channel: str, language: str, triage: Triage) -> str:
    """Return the mark of what is known of a conversation besides its words."""
    listed = " ".join(sorted(sign.value for sign in signs))
    return vault.fingerprint("pattern", f"{channel}\0{language}\0{triage.value}\0{listed}")[:MARK_LENGTH]


async def open_cases(session: AsyncSession, *, of: Collection[str] | None = None) -> list[OpenCase]:
    """Return all cases that are not closed in the queue's order: most urgent first, then who waits longest; withdrawn ones last.

    With `of` only those of these ids are returned.
    """
    chosen = (
        select(
            Handoff.id,
            Handoff.conversation_id,
            Handoff.triage,
            Handoff.reason,
            Handoff.opened_at,
            Handoff.waiting_since,
            Handoff.taken_by,
            Handoff.withdrawn_at,
            Handoff.set_aside_as,
            Conversation.channel,
            Conversation.language,
            Conversation.likeness,
            Conversation.pattern,
            Handoff.expires_at,
        )
        .join(Conversation, Conversation.id == Handoff.conversation_id)
        .where(Handoff.closed_at.is_(None))
        .order_by(Handoff.withdrawn_at.is_not(None), Handoff.triage_rank.desc(), Handoff.waiting_since)
    )
    if of is not None:
        chosen = chosen.where(Handoff.id.in_(of))
    found = in_slices(session, chosen)
    return [OpenCase(id_, conversation_id, _TRIAGES[triage], *rest) async for id_, conversation_id, triage, *rest in found]


def waves(cases: Sequence[OpenCase]) -> list[Wave]:
    """Return the waves among cases, the most urgent first; a case is in one at most."""
    waiting = [case for case in cases if case.waits]
    found = _together(waiting, {case.id: case.likeness for case in waiting}, ALIKE, same_words=True)
    alike = {case.id for wave in found for case in wave.cases}
    others = [case for case in waiting if case.id not in alike]
    found += _together(others, {case.id: case.pattern for case in others}, MANY, same_words=False)
    return sorted(found, key=lambda wave: (-wave.triage.rank, wave.first.waiting_since))


def _together(cases: Sequence[OpenCase], marks: Mapping[str, str | None], fewest: int, *, same_words: bool) -> list[Wave]:
    by_mark: defaultdict[str, list[OpenCase]] = defaultdict(list)
    for case in cases:
        if (mark := marks[case.id]) is not None:
            by_mark[mark].append(case)
    return [
        Wave(mark, same_words, tuple(sorted(together, key=lambda case: case.waiting_since)))
        for mark, together in by_mark.items()
        if len(together) >= fewest and _within_minutes(together, fewest)
    ]


def _within_minutes(cases: Sequence[OpenCase], fewest: int) -> bool:
    opened = sorted(case.opened_at for case in cases)
    return any(last - first <= MINUTES for first, last in zip(opened, opened[fewest - 1 :], strict=False))


async def set_aside(session: AsyncSession, mark: str, *, until: datetime, by: str, now: datetime) -> list[str]:
    """Set the cases of a wave aside that were opened until a moment; return their ids. Who came later was seen by nobody yet."""
    wave = next((wave for wave in waves(await open_cases(session)) if wave.mark == mark), None)
    chosen = [case.id for case in wave.cases if case.opened_at <= until] if wave is not None else []
    for at in range(0, len(chosen), 500):
        await session.execute(
            update(Handoff)
            .where(Handoff.id.in_(chosen[at : at + 500]), Handoff.taken_by.is_(None), Handoff.closed_at.is_(None))
            .values(set_aside_as=mark, set_aside_at=now, set_aside_by=by)
            .execution_options(synchronize_session=False)
        )
    return chosen


async def bring_back(session: AsyncSession, mark: str) -> int:
    """Bring the cases of a wave back that were set aside; return how many."""
    changed = await session.execute(
        update(Handoff)
        .where(Handoff.set_aside_as == mark, Handoff.closed_at.is_(None))
        .values(set_aside_as=None, set_aside_at=None, set_aside_by=None)
        .execution_options(synchronize_session=False)
    )
    return int(getattr(changed, "rowcount", 0))


async def bring_one_back(session: AsyncSession, conversation_id: str, *, unless: str | None = None) -> None:
    """Bring a conversation's case back that was set aside, unless it was set aside as a mark: who writes on is not part of a wave."""
    await session.execute(
        update(Handoff)
        .where(
            Handoff.conversation_id == conversation_id,
            Handoff.set_aside_as.is_not(None),
            Handoff.set_aside_as != (unless or ""),
            Handoff.closed_at.is_(None),
        )
        .values(set_aside_as=None, set_aside_at=None, set_aside_by=None)
        .execution_options(synchronize_session=False)
    )
