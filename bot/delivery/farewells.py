"""What is left to do when a conversation was erased: say so, and have its messages deleted where they went through.

The conversation is gone, so nothing in the outbox can stand for it. One sealed row does, which leads back to nobody: it is made in
the transaction that erases, rewritten after every step, and deleted with the last one. A process that dies in between loses
nothing. Where the person can be reached is kept for a day at most; what then is still at a provider that cannot be deleted there
yet is known by the provider's ids alone, and given up visibly after two weeks.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final, Protocol

import structlog
from prometheus_client import Counter
from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.delivery import outbox
from bot.delivery.channel_traits import traits_of
from bot.delivery.outbound import NotNow, Uncertain
from bot.messages import Reply
from bot.runtime.background import Background
from bot.runtime.live_events import FAREWELL, LiveEvents
from bot.storage.claims import Retry, held, hold, nobody_elses
from bot.storage.conversations import ConversationStore
from bot.storage.database import Database, DatabaseUnavailable
from bot.storage.tables import FarewellDue
from bot.storage.vault import SealBroken, Vault

log = structlog.get_logger()

REACHABLE: Final = timedelta(days=1)  # how long we go on trying to say that it is done
GIVE_UP: Final = timedelta(days=14)  # Twilio: in rare cases a record can be deleted only after 14 days (its error 20009)
LEASE: Final = timedelta(seconds=90)  # longer than any one step
POLL_SECONDS: Final = 10.0
SLOTS: Final = 4
RETRY: Final = Retry(first=timedelta(minutes=2), longest=timedelta(hours=1))
FAREWELLS = Counter("frontdoor_farewells", "Erasures carried out, or given up, at a channel's provider.", ["channel", "result"])


@dataclass(frozen=True)
class Trace:
    """A message of an erased conversation, as its provider knows it: the provider's id, and since when it is there."""

    message_id: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Farewell:
    """What a channel still has to do. `doubts` counts how often the next reply may have been sent already."""

    channel: str
    address: str | None
    language: str
    quiet: bool
    replies: tuple[Reply, ...]
    traces: tuple[Trace, ...]
    at: datetime
    doubts: int = 0

    @property
    def steps(self) -> int:
        """Return how many steps there are at most."""
        return len(self.replies) + len(self.traces)


class Parting(Protocol):
    """How a channel parts from somebody; each call is one short step, and returns what is left."""

    needs_address: bool  # to delete; all need it to speak

    def speaks_next(self, farewell: Farewell) -> bool:
        """Say whether the next step is a text."""
        ...

    async def say(self, farewell: Farewell, now: datetime) -> Farewell:
        """Send the first of the replies, unless it went out before; raises NotNow or Uncertain."""
        ...

    async def delete(self, farewell: Farewell, now: datetime) -> Farewell:
        """Delete messages; those that cannot be deleted yet go to the end. Raises NotNow or Uncertain."""
        ...


async def farewell_of(
    session: AsyncSession, conversations: ConversationStore, conversation_id: str, replies: tuple[Reply, ...], now: datetime
) -> Farewell | None:
    """Return what a channel has to do when a conversation is erased; None where nothing went through a provider."""
    conversation = await conversations.get(session, conversation_id)
    if conversation is None or not traits_of(conversation.channel).pushes:
        return None
    received = await conversations.messages(session, conversation_id)
    traces = [
        Trace(str(number), said.created_at)
        for said in received
        for number in (said.details.get("message_id"), *said.details.get("album", ()))
        if number is not None
    ]
    sent = [Trace(number, at) for number, at in await outbox.sent_ids(session, conversations.vault, conversation_id)]
    address = conversations.address(conversation)
    return Farewell(
        channel=conversation.channel,
        address=address,
        language=conversation.language,
        quiet=conversation.quiet,
        replies=() if address is None or conversation.reachable == "stopped" else replies,
        traces=tuple(dict.fromkeys([*traces, *sent])),
        at=now,
    )


def put(session: AsyncSession, vault: Vault, farewell: Farewell) -> None:
    """Store a farewell; nothing to do when it has no steps."""
    if not farewell.steps:
        return
    number = uuid.uuid4().hex
    session.add(
        FarewellDue(
            id=number,
            channel=farewell.channel,
            content=vault.seal_json(_as_json(farewell), f"farewell:{number}"),
            due_at=farewell.at,
            expires_at=farewell.at + GIVE_UP,
        )
    )


@dataclass(frozen=True)
class _Claim:
    """Which row is held, and since which attempt."""

    number: str
    attempt: int


class Farewells:
    """Carries the farewells out; several processes may share the database."""

    def __init__(
        self,
        *,
        database: Database,
        vault: Vault,
        live_events: LiveEvents,
        clock: Callable[[], datetime],
        partings: Mapping[str, Parting],
    ) -> None:
        self.database = database
        self.vault = vault
        self.live_events = live_events
        self.clock = clock
        self.partings = dict(partings)
        self._tasks = Background()

    async def run(self) -> None:
        """Carry out what is due until cancelled."""
        with self.live_events.listen(FAREWELL) as changed:
            while True:
                changed.clear()
                try:
                    await self._start_due()
                except DatabaseUnavailable as error:
                    log.error("farewells_unreadable", error=type(error).__name__)
                try:
                    await asyncio.wait_for(changed.wait(), POLL_SECONDS)
                except TimeoutError:
                    continue

    async def carry_out_due(self) -> None:
        """Carry out everything that is due now, and wait for it."""
        while await self._start_due():
            await self._tasks.finished()

    async def close(self) -> None:
        """Let steps that are on their way end; the rest is done after the next start."""
        await self._tasks.close(patience=LEASE.total_seconds() / 10)

    async def _start_due(self) -> int:
        limit = SLOTS - self._tasks.count
        claimed = await self._claim(limit) if limit > 0 else []
        for claim, farewell in claimed:
            self._tasks.start(self._carry_out(claim, farewell))
        return len(claimed)

    async def _claim(self, limit: int) -> list[tuple[_Claim, Farewell]]:
        now, claimed = self.clock(), []
        async with self.database.transaction() as session:
            found = await session.execute(
                nobody_elses(
                    select(FarewellDue)
                    .where(FarewellDue.due_at <= now, FarewellDue.channel.in_(list(self.partings)))
                    .order_by(FarewellDue.due_at)
                    .limit(limit),
                    FarewellDue,
                )
            )
            for row in found.scalars().all():
                try:
                    farewell = self._current(_from_json(self.vault.open_json(row.content, f"farewell:{row.id}")), now)
                except SealBroken:
                    farewell = None
                if farewell is None or row.expires_at <= now:
                    _ended(row.channel, "given_up")
                    await session.delete(row)
                    continue
                hold(row, until=now + LEASE)
                claimed.append((_Claim(row.id, row.attempts), farewell))
        return claimed

    def _current(self, farewell: Farewell, now: datetime) -> Farewell | None:
        """Return a farewell without what is too late to say; None when nothing can be done any more."""
        if now - farewell.at > REACHABLE:
            farewell = replace(farewell, address=None, replies=())
        lost = farewell.address is None and self.partings[farewell.channel].needs_address
        return None if lost or not farewell.steps else farewell

    async def _carry_out(self, claim: _Claim, farewell: Farewell) -> None:
        parting = self.partings[farewell.channel]
        wait: timedelta | None = None
        try:
            for _ in range(farewell.steps):
                if parting.speaks_next(farewell):
                    before, farewell = farewell, replace(farewell, doubts=farewell.doubts + 1)
                    if await self._keep(claim, farewell):  # whoever is killed while it is sent leaves a doubt behind
                        return
                    try:
                        farewell = await parting.say(farewell, self.clock())
                    except NotNow:
                        farewell = before
                        raise
                else:
                    farewell = await parting.delete(farewell, self.clock())
                if await self._keep(claim, farewell):
                    return
        except NotNow as problem:
            wait = problem.wait
        except Uncertain:
            pass  # looked up, or deleted once more, next time
        await self._later(claim, farewell, wait)

    async def _keep(self, claim: _Claim, farewell: Farewell) -> bool:
        """Store what is left, or forget it when nothing is; returns whether nothing is left to do here: it is done, or another's now."""
        async with self.database.transaction(before_others=True) as session:
            row = await held(session, FarewellDue, claim.number, attempt=claim.attempt)
            if row is None:
                return True
            if not farewell.steps:
                await session.delete(row)
                _ended(farewell.channel, "done")
                return True
            row.content, row.due_at = self._sealed(claim.number, farewell), self.clock() + LEASE
        return False

    async def _later(self, claim: _Claim, farewell: Farewell, wait: timedelta | None) -> None:
        async with self.database.transaction() as session:
            row = await held(session, FarewellDue, claim.number, attempt=claim.attempt)
            if row is not None:
                row.content = self._sealed(claim.number, farewell)
                row.due_at = self.clock() + (wait or RETRY.after(row.attempts))

    def _sealed(self, number: str, farewell: Farewell) -> bytes:
        needed = farewell.replies or self.partings[farewell.channel].needs_address
        kept = farewell if needed else replace(farewell, address=None)
        return self.vault.seal_json(_as_json(kept), f"farewell:{number}")


def _ended(channel: str, result: str) -> None:
    FAREWELLS.labels(channel, result).inc()
    if result == "given_up":
        log.error("farewell_given_up", channel=channel, remedy="Messages may be left at the provider: see its own retention.")


async def forget_old(session: AsyncSession, now: datetime) -> None:
    """Delete the farewells of channels that nobody serves any more, when their time is over."""
    await session.execute(delete(FarewellDue).where(FarewellDue.expires_at < now))


def _as_json(farewell: Farewell) -> dict[str, Any]:
    return {
        "channel": farewell.channel,
        "address": farewell.address,
        "language": farewell.language,
        "quiet": farewell.quiet,
        "replies": [[reply.text, reply.language] for reply in farewell.replies],
        "traces": [[trace.message_id, trace.at.isoformat()] for trace in farewell.traces],
        "at": farewell.at.isoformat(),
        "doubts": farewell.doubts,
    }


def _from_json(value: dict[str, Any]) -> Farewell:
    return Farewell(
        channel=value["channel"],
        address=value["address"],
        language=value["language"],
        quiet=value["quiet"],
        replies=tuple(Reply(text=text, language=language) for text, language in value["replies"]),
        traces=tuple(Trace(number, datetime.fromisoformat(at)) for number, at in value["traces"]),
        at=datetime.fromisoformat(value["at"]),
        doubts=value["doubts"],
    )
