"""What every page of the console calls attention to: cases that nobody has taken, alarms, and ways of alarm that do not work."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from aiohttp import web
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.alarms.alarm import AlarmKind
from bot.alarms.ending import wave_mark
from bot.alarms.record import FINISHED, HANDED_OVER, WayRecord, calls_by_alarm
from bot.alarms.store import calls
from bot.console.logins import Visitor
from bot.console.protection import WATCHING, Handler, route_name
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
    """An alarm of a case; the `calls` of those that the banner shows. `heard_by` is a name, or a way; None while it sounds.

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
    waits: also who only asked for a person must not wait unseen. A mark says nothing. `written` is what the visitor's own people wrote
    and the visitor has not seen; `calls` are those of the alarms that the banner shows, by alarm.
    """

    level: Triage
    waiting: int
    news: tuple[str, ...]
    written: tuple[Unseen, ...]
    sounding: tuple[AlarmShown, ...]
    acknowledged: tuple[AlarmShown, ...]
    calls: Mapping[str, tuple[CallShown, ...]]
    problems: tuple[str, ...]
    failing: tuple[WayRecord, ...]

    @property
    def first(self) -> tuple[AlarmShown, ...]:
        """Return the alarms that the banner shows, the most urgent first."""
        return self._with_calls(self.sounding[:SHOWN])

    @property
    def heard(self) -> tuple[AlarmShown, ...]:
        """Return the alarms of which the banner says who has heard them."""
        return self._with_calls(self.acknowledged[:SHOWN_HEARD])

    def _with_calls(self, alarms: Sequence[AlarmShown]) -> tuple[AlarmShown, ...]:
        return tuple(replace(alarm, calls=self.calls.get(alarm.id, ())) for alarm in alarms)

    @property
    def more(self) -> int:
        """Return how many sound besides."""
        return max(0, len(self.sounding) - SHOWN)


async def attention_now(services: ConsoleServices, session: AsyncSession, visitor: Visitor) -> Attention:
    """Return what calls for a visitor's attention now."""
    program = services.program
    queue = await services.open_queue.read(session)
    shown = await _alarms(services, session)
    sounding = sorted((alarm for alarm in shown if alarm.heard_by is None), key=lambda alarm: (-alarm.triage.rank, alarm.since))
    acknowledged = tuple(alarm for alarm in shown if alarm.heard_by is not None)
    marks = {case.id: wave.mark for wave in queue.waves for case in wave.cases}
    heard = {alarm.mark or alarm.case_id for alarm in acknowledged} - {alarm.mark or alarm.case_id for alarm in sounding}
    calling = dict.fromkeys(  # one of many that are alike stands for all
        (marks.get(case.id, case.id), case.triage)
        for case in queue.cases
        if calls(case) and marks.get(case.id, case.id) not in heard
    )
    urgent = [triage for _, triage in calling if triage in LOUD]
    status = await program.alarms.status(session, services.now())
    return Attention(
        level=max(urgent, key=lambda triage: triage.rank, default=Triage.NONE),
        waiting=sum(case.waits for case in queue.cases),
        news=(*(f"{which}:{triage}" for which, triage in calling), *(alarm.id for alarm in sounding)),
        written=await _written(session, visitor),
        sounding=tuple(sounding),
        acknowledged=acknowledged,
        calls=await _calls(session, (*sounding[:SHOWN], *acknowledged[:SHOWN_HEARD])),
        problems=(
            *(one for one in status.problems if one != "way_failing"),
            *(("disk_filling",) if program.capacity.disk.filling else ()),
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


async def _alarms(services: ConsoleServices, session: AsyncSession) -> list[AlarmShown]:
    """Return the alarms of cases that still wait: the watch ends the others a moment later."""
    found = await session.execute(
        select(Alarm, Handoff.id, Conversation.language, Conversation.channel)
        .join(Handoff, Handoff.id == Alarm.handoff_id)
        .join(Conversation, Conversation.id == Handoff.conversation_id)
        .where(
            Alarm.kind == AlarmKind.CASE.value,
            Alarm.state.in_(("sounding", "acknowledged")),
            Handoff.taken_by.is_(None),
            Handoff.closed_at.is_(None),
        )
        .order_by(Alarm.raised_at)
    )
    rows = found.all()
    if not rows:
        return []
    names = await services.accounts.names(session)
    return [
        AlarmShown(
            id=alarm.id,
            case_id=case_id,
            triage=Triage(alarm.triage),
            language=language,
            channel=channel,
            since=alarm.since,
            heard_by=None if alarm.state == "sounding" else names.get(alarm.heard_by or "", ""),
            heard_way=heard_way(alarm),
            again_at=alarm.next_round_at,
            cases=alarm.cases,
            mark=wave_mark(alarm),
        )
        for alarm, case_id, language, channel in rows
    ]


async def _calls(session: AsyncSession, alarms: Sequence[AlarmShown]) -> dict[str, tuple[CallShown, ...]]:
    found = await calls_by_alarm(session, [alarm.id for alarm in alarms]) if alarms else {}
    return {alarm_id: _shown(made) for alarm_id, made in found.items()}


def heard_way(alarm: Alarm) -> str | None:
    """Return the way whose message was answered, when that was how an alarm was acknowledged."""
    kind, _, way = (alarm.heard_by or "").partition(":")
    return way if kind == "link" else None


def _shown(calls: Sequence[AlarmCall]) -> tuple[CallShown, ...]:
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
