"""What the queue shows: one row for each case, one for each wave of cases that are alike, and no more of them than a page holds."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from urllib.parse import urlencode

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.console.logins import Visitor
from bot.console.services import ConsoleServices
from bot.handoff.waves import OpenCase, Wave
from bot.messages import Indicator, Triage
from bot.screening.findings import Findings
from bot.storage.return_codes import can_return
from bot.storage.tables import Conversation, Handoff, Message

REASONS_AT_A_GLANCE: Final = 3
SHOWN: Final = 40  # rows of one list; what does not fit is a page further
SHOWN_BELOW: Final = 20  # rows of the lists below those who wait
IDS_AT_ONCE: Final = 500
_DIGITS: Final = 6


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
    minor: bool
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


@dataclass(frozen=True)
class WaveRow:
    """Many cases that are alike, as one; `row` is the one that has waited longest, `until` when the newest of them was opened."""

    mark: str
    count: int
    same_words: bool
    row: QueueRow
    until: datetime


@dataclass(frozen=True)
class Aside:
    """A wave that a consultant set aside."""

    mark: str
    count: int
    triage: Triage
    language: str
    channel: str
    by: str | None
    at: datetime


@dataclass(frozen=True)
class Blocked:
    """A conversation that a consultant blocked; `case_id` is its last case, `written` counts what was written since."""

    case_id: str
    language: str
    channel: str
    by: str | None
    at: datetime
    written: int


@dataclass(frozen=True)
class QueueFilter:
    """What a visitor looks for among those who wait, by what is known of each without their words."""

    language: str = ""
    channel: str = ""
    triage: str = ""
    minor: str = ""
    order: str = ""
    wave: str = ""
    start: str = ""

    @classmethod
    def of(cls, query: Mapping[str, str]) -> QueueFilter:
        """Read it from an address; what means nothing is left out."""
        start = query.get("start", "")
        chosen = {name: query.get(name, "")[:32] for name in ("language", "channel", "triage", "minor", "order", "wave")}
        return cls(**chosen, start=start if start.isascii() and start.isdecimal() and len(start) < _DIGITS else "")

    @property
    def narrows(self) -> bool:
        """Say whether it leaves anybody out."""
        return any((self.language, self.channel, self.triage, self.minor, self.wave))

    @property
    def first(self) -> int:
        """Return how many rows come before the first that is shown."""
        return int(self.start or 0)

    def query(self, **changes: object) -> str:
        """Return the end of the address that shows it, with changes."""
        values = {**vars(self), **{name: str(value) for name, value in changes.items()}}
        left = {name: value for name, value in values.items() if value}
        return f"?{urlencode(left)}" if left else ""

    def fits(self, case: OpenCase) -> bool:
        """Say whether a case is looked for, as far as nothing sealed is needed to say so."""
        wanted = ((self.language, case.language), (self.channel, case.channel), (self.triage, case.triage))
        return all(not value or value == its for value, its in wanted)


@dataclass(frozen=True)
class QueueView:
    """Everything that the queue's page shows. Counts are of all, also of what does not fit."""

    chosen: QueueFilter
    waves: tuple[WaveRow, ...]
    waiting: tuple[QueueRow, ...]
    waiting_count: int
    mine: tuple[QueueRow, ...]
    others: tuple[QueueRow, ...]
    others_count: int
    withdrawn: tuple[QueueRow, ...]
    withdrawn_count: int
    aside: tuple[Aside, ...]
    blocked: tuple[Blocked, ...]
    languages: tuple[str, ...]
    channels: tuple[str, ...]

    @property
    def after(self) -> int | None:
        """Return where the next page begins; None when this is the last."""
        end = self.chosen.first + SHOWN
        return end if end < self.waiting_count else None


def ordered_reasons(findings: Findings) -> tuple[Indicator, ...]:
    """Return the indicators, what endangers life first, strong ones before weak ones, then as they came up."""
    first = (Indicator.SUICIDE_RISK, Indicator.VIOLENCE, Indicator.SEXUAL_VIOLENCE, Indicator.CHILD_EXPLOITATION)
    return tuple(sorted(findings.indicators, key=lambda name: (name not in first, not name.strong)))


async def queue_view(services: ConsoleServices, session: AsyncSession, visitor: Visitor, chosen: QueueFilter) -> QueueView:
    """Return what the queue shows to a visitor: who writes words of their own before those who are one of many."""
    queue = await services.open_queue.read(session)
    everybody, found = queue.cases, queue.waves
    shown = next((wave for wave in found if wave.mark == chosen.wave), None)
    chosen = chosen if shown is not None else replace(chosen, wave="")
    waiting = [case for case in queue.waiting if case.id not in queue.in_waves] if shown is None else list(shown.cases)
    waiting = [case for case in waiting if chosen.fits(case)]
    if chosen.minor:
        minors = await _minors(services, session, waiting)
        waiting = [case for case in waiting if case.conversation_id in minors]
    if chosen.order == "newest":
        waiting.sort(key=lambda case: case.waiting_since, reverse=True)
    mine = [case for case in everybody if case.taken_by == visitor.staff_id]
    others = [case for case in everybody if case.taken_by not in {None, visitor.staff_id}]
    withdrawn = [case for case in everybody if case.withdrawn_at is not None and case.taken_by is None]
    listed = [] if shown is not None else [wave for wave in found if chosen.fits(wave.first)]
    page = waiting[chosen.first : chosen.first + SHOWN]
    lists = (page, [wave.first for wave in listed[:SHOWN]], mine, others[:SHOWN_BELOW], withdrawn[:SHOWN_BELOW])
    rows = await _rows(services, session, visitor, [case for cases in lists for case in cases])
    return QueueView(
        chosen=chosen,
        waves=tuple(_wave_row(wave, rows[wave.first.id]) for wave in listed[:SHOWN] if wave.first.id in rows),
        waiting=tuple(rows[case.id] for case in page if case.id in rows),
        waiting_count=len(waiting),
        mine=tuple(rows[case.id] for case in mine if case.id in rows),
        others=tuple(rows[case.id] for case in others[:SHOWN_BELOW] if case.id in rows),
        others_count=len(others),
        withdrawn=tuple(rows[case.id] for case in withdrawn[:SHOWN_BELOW] if case.id in rows),
        withdrawn_count=len(withdrawn),
        aside=await _aside(services, session, everybody),
        blocked=await _blocked(services, session),
        languages=tuple(sorted({case.language for case in queue.waiting})),
        channels=tuple(sorted({case.channel for case in queue.waiting})),
    )


def _wave_row(wave: Wave, row: QueueRow) -> WaveRow:
    row = replace(row, triage=wave.triage)
    return WaveRow(wave.mark, len(wave.cases), wave.same_words, row, max(case.opened_at for case in wave.cases))


async def _aside(services: ConsoleServices, session: AsyncSession, everybody: Sequence[OpenCase]) -> tuple[Aside, ...]:
    by_mark: defaultdict[str, list[OpenCase]] = defaultdict(list)
    for case in everybody:
        if case.set_aside_as is not None and case.taken_by is None:
            by_mark[case.set_aside_as].append(case)
    if not by_mark:
        return ()
    names = await services.accounts.names(session)
    first = [cases[0].id for cases in by_mark.values()][:IDS_AT_ONCE]
    done = {case.id: case for case in await session.scalars(select(Handoff).where(Handoff.id.in_(first)))}
    aside = []
    for mark, cases in by_mark.items():
        case, act = cases[0], done.get(cases[0].id)
        if act is not None and act.set_aside_at is not None:
            by = names.get(act.set_aside_by or "")
            aside.append(Aside(mark, len(cases), case.triage, case.language, case.channel, by, act.set_aside_at))
    return tuple(sorted(aside, key=lambda one: one.at, reverse=True))


async def _blocked(services: ConsoleServices, session: AsyncSession) -> tuple[Blocked, ...]:
    """Return the conversations that are blocked, first those in which something was written last."""
    chosen = select(Conversation).where(Conversation.blocked_at.is_not(None)).order_by(Conversation.last_message_at.desc())
    conversations = (await session.scalars(chosen.limit(SHOWN_BELOW))).all()
    if not conversations:
        return ()
    ids, names = [one.id for one in conversations], await services.accounts.names(session)
    last = await session.execute(
        select(Handoff.conversation_id, Handoff.id).where(Handoff.conversation_id.in_(ids)).order_by(Handoff.opened_at)
    )
    cases = {row[0]: row[1] for row in last}
    written = await session.execute(
        select(Message.conversation_id, func.count())
        .join(Conversation, Conversation.id == Message.conversation_id)
        .where(Conversation.id.in_(ids), Message.author == "person", Message.created_at > Conversation.blocked_at)
        .group_by(Message.conversation_id)
    )
    since = {row[0]: row[1] for row in written}
    return tuple(
        Blocked(cases[one.id], one.language, one.channel, names.get(one.blocked_by or ""), one.blocked_at, since.get(one.id, 0))
        for one in conversations
        if one.id in cases and one.blocked_at is not None
    )


async def _minors(services: ConsoleServices, session: AsyncSession, cases: Sequence[OpenCase]) -> set[str]:
    """Return the conversations whose person told that they are under age: that is sealed, and opened only when it is looked for."""
    found = await _conversations(session, [case.conversation_id for case in cases])
    return {name for name, conversation in found.items() if services.program.conversations.findings(conversation).minor}


async def _conversations(session: AsyncSession, ids: Sequence[str]) -> dict[str, Conversation]:
    found: dict[str, Conversation] = {}
    for at in range(0, len(ids), IDS_AT_ONCE):
        chosen = select(Conversation).where(Conversation.id.in_(ids[at : at + IDS_AT_ONCE]))
        found |= {conversation.id: conversation for conversation in await session.scalars(chosen)}
    return found


async def _rows(
    services: ConsoleServices, session: AsyncSession, visitor: Visitor, cases: Sequence[OpenCase]
) -> dict[str, QueueRow]:
    names = await services.accounts.names(session)
    ids = list({case.conversation_id for case in cases})
    conversations = await _conversations(session, ids)
    heard, unread = await _heard(session, ids)
    with_code = await can_return(session, [name for name, one in conversations.items() if one.reachable == "left"])
    rows = {}
    for case in cases:
        if (conversation := conversations.get(case.conversation_id)) is None:
            continue  # erased a moment ago, by another process
        findings = services.program.conversations.findings(conversation)
        rows[case.id] = QueueRow(
            case_id=case.id,
            conversation_id=case.conversation_id,
            triage=case.triage,
            language=case.language,
            channel=case.channel,
            opened_because=case.reason,
            reasons=ordered_reasons(findings),
            minor=findings.minor,
            waiting_since=case.waiting_since,
            heard_at=heard.get(case.conversation_id, case.opened_at),
            owner=case.taken_by,
            owner_name=names.get(case.taken_by) if case.taken_by else None,
            mine=case.taken_by == visitor.staff_id,
            unread=unread.get(case.conversation_id, 0),
            withdrawn=case.withdrawn_at is not None,
            reachable="left_with_code" if case.conversation_id in with_code else conversation.reachable,
        )
    return rows


async def _heard(session: AsyncSession, ids: Sequence[str]) -> tuple[dict[str, datetime], dict[str, int]]:
    """Return by conversation when the person wrote last, and how many of their messages nobody has seen."""
    open_cases_of = (Handoff.closed_at.is_(None), Message.author == "person", Message.conversation_id.in_(ids[:IDS_AT_ONCE]))
    last = await session.execute(
        select(Message.conversation_id, func.max(Message.created_at))
        .join(Handoff, Handoff.conversation_id == Message.conversation_id)
        .where(*open_cases_of)
        .group_by(Message.conversation_id)
    )
    unseen = await session.execute(
        select(Message.conversation_id, func.count())
        .join(Handoff, Handoff.conversation_id == Message.conversation_id)
        .where(*open_cases_of, Message.number > Handoff.last_seen_number)
        .group_by(Message.conversation_id)
    )
    return {row[0]: row[1] for row in last}, {row[0]: row[1] for row in unseen}
