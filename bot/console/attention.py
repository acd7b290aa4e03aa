"""What every page of the console calls attention to: cases that nobody has taken, alarms, and ways of alarm that do not work."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from aiohttp import web
from aiohttp.typedefs import Handler
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.alarms.ending import mark_in
from bot.alarms.record import FINISHED, HANDED_OVER, WayRecord, calls_by_alarm
from bot.alarms.sounding import OpenAlarm
from bot.console.logins import Visitor
from bot.console.protection import WATCHING, route_name
from bot.console.services import ATTENTION, SERVICES, VISITOR, ConsoleServices
from bot.messages import Triage
from bot.storage.tables import Alarm, AlarmCall, Conversation, Handoff, Message

LOUD: Final = (Triage.EMERGENCY, Triage.HIGH)
SHOWN: Final = 3  # alarms in the banner; the queue has them all
SHOWN_HEARD: Final = 10  # of those that somebody has heard


@dataclass(frozen=True)
class CallShown:
    """A call of an alarm through one way. `state`: arrived, sent, failed, or coming."""

    way: str
    state: str
    code: str | None


@dataclass(frozen=True)
class AlarmShown:
    """An alarm of a case, with the `calls` that it made. `heard_by` is a name, or a way; None while it sounds.

    `again_at` is when it sounds again.
    """

    id: str
    case_id: str
    triage: Triage
    language: str
    channel: str
    since: datetime
    calls: tuple[CallShown, ...] = ()
    heard_by: str | None = None
    heard_way: str | None = None
    again_at: datetime | None = None
    cases: int = 1
    mark: str | None = None


@dataclass(frozen=True)
class Unseen:
    """What somebody wrote to the visitor whose case it is, and the visitor has not seen."""

    case_id: str
    language: str
    channel: str
    newest: int
    unread: int

    @property
    def mark(self) -> str:
        """Return what tells this news from older news of the same case."""
        return f"{self.case_id}:written:{self.newest}"


@dataclass(frozen=True)
class Attention:
    """What calls for attention now.

    `level` says how loud: the highest triage of a case that nobody has taken and whose alarm nobody has acknowledged, or NONE.
    `waiting` counts the cases without an owner. `news` has a mark for everything a notification is worth, which is every case that
    waits: also who only asked for a person must not wait unseen; of very many the newest. A mark says nothing. `written` is what the
    visitor's own people wrote and the visitor has not seen. `sounding` counts the alarms that nobody has heard, of which `first` are
    shown, the most urgent first; `heard` are alarms of which is said who has heard them.
    """

    level: Triage
    waiting: int
    news: tuple[str, ...]
    written: tuple[Unseen, ...]
    sounding: int
    first: tuple[AlarmShown, ...]
    heard: tuple[AlarmShown, ...]
    problems: tuple[str, ...]
    failing: tuple[WayRecord, ...]

    @property
    def more(self) -> int:
        """Return how many sound besides those shown."""
        return self.sounding - len(self.first)


async def attention_now(services: ConsoleServices, session: AsyncSession, visitor: Visitor) -> Attention:
    """Return what calls for a visitor's attention now."""
    program = services.program
    queue = await services.open_queue.read(session)
    sounding = queue.sounding
    acknowledged = [one for one in queue.alarms if one.acknowledged][:SHOWN_HEARD]
    shown = await _shown(services, session, (*sounding[:SHOWN], *acknowledged))
    await asyncio.sleep(0)
    urgent = {level for _, level in queue.calling}.intersection(LOUD)
    status = await program.alarms.status(session, services.now())
    return Attention(
        level=max(urgent, key=lambda triage: triage.rank, default=Triage.NONE),
        waiting=len(queue.waiting),
        news=queue.news,
        written=await _written(session, visitor),
        sounding=len(sounding),
        first=tuple(shown[one.id] for one in sounding[:SHOWN] if one.id in shown),
        heard=tuple(shown[one.id] for one in acknowledged if one.id in shown),
        problems=(
            *(one for one in status.problems if one != "way_failing"),
            *(("disk_filling",) if program.capacity.disk.filling else ()),
            *(() if program.database.whole else ("database_damaged",)),
        ),
        failing=tuple(record for record in status.records if record.state == "failing"),
    )


async def _written(session: AsyncSession, visitor: Visitor) -> tuple[Unseen, ...]:
    found = await session.execute(
        select(Handoff.id, Conversation.language, Conversation.channel, func.max(Message.number), func.count())
        .join(Conversation, Conversation.id == Handoff.conversation_id)
        .join(Message, Message.conversation_id == Conversation.id)
        .where(
            Handoff.taken_by == visitor.staff_id,
            Handoff.closed_at.is_(None),
            Message.author == "person",
            Message.number > Handoff.last_seen_number,
        )
        .group_by(Handoff.id, Conversation.language, Conversation.channel)
        .order_by(func.min(Message.created_at))
    )
    return tuple(Unseen(*row) for row in found)


async def _shown(services: ConsoleServices, session: AsyncSession, alarms: Sequence[OpenAlarm]) -> dict[str, AlarmShown]:
    """Return by id what is shown of alarms; one that has ended a moment ago is missing."""
    if not alarms:
        return {}
    ids = [alarm.id for alarm in alarms]
    found = await session.execute(
        select(Alarm, Handoff.id, Conversation.language, Conversation.channel)
        .join(Handoff, Handoff.id == Alarm.handoff_id)
        .join(Conversation, Conversation.id == Handoff.conversation_id)
        .where(Alarm.id.in_(ids))
    )
    names, made = await services.accounts.names(session), await calls_by_alarm(session, ids)
    return {
        alarm.id: AlarmShown(
            id=alarm.id,
            case_id=case_id,
            triage=Triage(alarm.triage),
            language=language,
            channel=channel,
            since=alarm.since,
            calls=_calls(made.get(alarm.id, ())),
            heard_by=None if alarm.state == "sounding" else names.get(alarm.heard_by or "", ""),
            heard_way=heard_way(alarm),
            again_at=alarm.next_round_at,
            cases=alarm.cases,
            mark=mark_in(alarm.key),
        )
        for alarm, case_id, language, channel in found
    }


def heard_way(alarm: Alarm) -> str | None:
    """Return the way whose message was answered, when that was how an alarm was acknowledged."""
    kind, _, way = (alarm.heard_by or "").partition(":")
    return way if kind == "link" else None


def _calls(calls: Sequence[AlarmCall]) -> tuple[CallShown, ...]:
    def state(call: AlarmCall) -> str:
        if call.state in FINISHED:
            return "sent" if call.state in HANDED_OVER and call.state != "arrived" else call.state
        return "failed" if call.error_code is not None else "coming"  # a retry is due: what is known is that it failed

    return tuple(CallShown(call.way, state(call), call.error_code) for call in calls)


@web.middleware
async def with_attention(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Give every page that is opened what its banner shows; parts of an open page ask for it themselves."""
    visitor = request.get(VISITOR)
    opened = request.headers.get("Sec-Fetch-Dest", "document") == "document" and "X-Watching" not in request.headers
    if visitor is not None and visitor.complete and request.method == "GET" and opened and route_name(request) not in WATCHING:
        services = request.app[SERVICES]
        async with services.program.database.reading() as session:
            request[ATTENTION] = await attention_now(services, session, visitor)
    return await handler(request)
