"""What is left to do when a conversation was erased: say so, and have its messages deleted where they went through.

The conversation is gone, so nothing in the outbox can stand for it. One sealed row does, which leads back to nobody: it is made in
the transaction that erases, rewritten after every step, and deleted with the last one. A process that dies in between loses
nothing. Where the person can be reached is kept for a day at most; what then is still at a provider that cannot be deleted there
yet is known by the provider's ids alone, and given up visibly after two weeks.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Mapping
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
from bot.delivery.parts import DeliveryParts
from bot.messages import Reply
from bot.runtime.background import Background
from bot.runtime.live_events import ERASURE
from bot.storage.claims import Retry, held, hold, nobody_elses
from bot.storage.conversations import ConversationStore
from bot.storage.database import DatabaseUnavailable
from bot.storage.tables import ProviderErasureDue
from bot.storage.vault import SealBroken, Vault

log = structlog.get_logger()

REACHABLE: Final = timedelta(days=1)  # how long we go on trying to say that it is done
GIVE_UP: Final = timedelta(days=14)  # Twilio: in rare cases a record can be deleted only after 14 days (its error 20009)
LEASE: Final = timedelta(seconds=90)  # longer than any one step
POLL_SECONDS: Final = 10.0
SLOTS: Final = 4
RETRY: Final = Retry(first=timedelta(minutes=2), longest=timedelta(hours=1))
# Its name is kept: operators have it in their rules and panels.
ENDED = Counter("frontdoor_farewells", "Erasures carried out, or given up, at a channel's provider.", ["channel", "result"])


@dataclass(frozen=True)
class Trace:
    """A message of an erased conversation, as its provider knows it: the provider's id, and since when it is there."""

    message_id: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class ProviderErasure:
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


class Eraser(Protocol):
    """How a channel erases at its provider, and says so to the person; each call is one short step, and returns what is left."""

    needs_address: bool  # to delete; all need it to speak

    def speaks_next(self, erasure: ProviderErasure) -> bool:
        """Say whether the next step is a text."""
        ...

    async def say(self, erasure: ProviderErasure, now: datetime) -> ProviderErasure:
        """Send the first of the replies, unless it went out before; raises NotNow or Uncertain."""
        ...

    async def delete(self, erasure: ProviderErasure, now: datetime) -> ProviderErasure:
        """Delete messages; those that cannot be deleted yet go to the end. Raises NotNow or Uncertain."""
        ...


async def erasure_of(
    session: AsyncSession, conversations: ConversationStore, conversation_id: str, replies: tuple[Reply, ...], now: datetime
) -> ProviderErasure | None:
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
    return ProviderErasure(
        channel=conversation.channel,
        address=address,
        language=conversation.language,
        quiet=conversation.quiet,
        replies=() if address is None or conversation.reachable == "stopped" else replies,
        traces=tuple(dict.fromkeys([*traces, *sent])),
        at=now,
    )


def put(session: AsyncSession, vault: Vault, erasure: ProviderErasure) -> None:
    """Store an erasure; nothing to do when it has no steps."""
    if not erasure.steps:
        return
    number = uuid.uuid4().hex
    session.add(
        ProviderErasureDue(
            id=number,
            channel=erasure.channel,
            content=vault.seal_json(_as_json(erasure), f"farewell:{number}"),
            due_at=erasure.at,
            expires_at=erasure.at + GIVE_UP,
        )
    )


@dataclass(frozen=True)
class _Claim:
    """Which row is held, and since which attempt."""

    number: str
    attempt: int


class ProviderErasures:
    """Carries the erasures out; several processes may share the database."""

    def __init__(self, program: DeliveryParts, erasers: Mapping[str, Eraser]) -> None:
        self.database = program.database
        self.vault = program.conversations.vault
        self.live_events = program.live_events
        self.clock = program.clock
        self.erasers = dict(erasers)
        self._tasks = Background()

    async def run(self) -> None:
        """Carry out what is due until cancelled."""
        with self.live_events.listen(ERASURE) as changed:
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
        for claim, erasure in claimed:
            self._tasks.start(self._carry_out(claim, erasure))
        return len(claimed)

    async def _claim(self, limit: int) -> list[tuple[_Claim, ProviderErasure]]:
        now, claimed = self.clock(), []
        async with self.database.transaction() as session:
            found = await session.execute(
                nobody_elses(
                    select(ProviderErasureDue)
                    .where(ProviderErasureDue.due_at <= now, ProviderErasureDue.channel.in_(list(self.erasers)))
                    .order_by(ProviderErasureDue.due_at)
                    .limit(limit),
                    ProviderErasureDue,
                )
            )
            for row in found.scalars().all():
                try:
                    erasure = self._current(_from_json(self.vault.open_json(row.content, f"farewell:{row.id}")), now)
                except SealBroken:
                    erasure = None
                if erasure is None or row.expires_at <= now:
                    _ended(row.channel, "given_up")
                    await session.delete(row)
                    continue
                hold(row, until=now + LEASE)
                claimed.append((_Claim(row.id, row.attempts), erasure))
        return claimed

    def _current(self, erasure: ProviderErasure, now: datetime) -> ProviderErasure | None:
        """Return an erasure without what is too late to say; None when nothing can be done any more."""
        if now - erasure.at > REACHABLE:
            erasure = replace(erasure, address=None, replies=())
        lost = erasure.address is None and self.erasers[erasure.channel].needs_address
        return None if lost or not erasure.steps else erasure

    async def _carry_out(self, claim: _Claim, erasure: ProviderErasure) -> None:
        eraser = self.erasers[erasure.channel]
        wait: timedelta | None = None
        try:
            for _ in range(erasure.steps):
                if eraser.speaks_next(erasure):
                    before, erasure = erasure, replace(erasure, doubts=erasure.doubts + 1)
                    if await self._keep(claim, erasure):  # whoever is killed while it is sent leaves a doubt behind
                        return
                    try:
                        erasure = await eraser.say(erasure, self.clock())
                    except NotNow:
                        erasure = before
                        raise
                else:
                    erasure = await eraser.delete(erasure, self.clock())
                if await self._keep(claim, erasure):
                    return
        except NotNow as problem:
            wait = problem.wait
        except Uncertain:
            pass  # looked up, or deleted once more, next time
        await self._later(claim, erasure, wait)

    async def _keep(self, claim: _Claim, erasure: ProviderErasure) -> bool:
        """Store what is left, or forget it when nothing is; returns whether nothing is left to do here: it is done, or another's now."""
        async with self.database.transaction(before_others=True) as session:
            row = await held(session, ProviderErasureDue, claim.number, attempt=claim.attempt)
            if row is None:
                return True
            if not erasure.steps:
                await session.delete(row)
                _ended(erasure.channel, "done")
                return True
            row.content, row.due_at = self._sealed(claim.number, erasure), self.clock() + LEASE
        return False

    async def _later(self, claim: _Claim, erasure: ProviderErasure, wait: timedelta | None) -> None:
        async with self.database.transaction() as session:
            row = await held(session, ProviderErasureDue, claim.number, attempt=claim.attempt)
            if row is not None:
                row.content = self._sealed(claim.number, erasure)
                row.due_at = self.clock() + (wait or RETRY.after(row.attempts))

    def _sealed(self, number: str, erasure: ProviderErasure) -> bytes:
        needed = erasure.replies or self.erasers[erasure.channel].needs_address
        kept = erasure if needed else replace(erasure, address=None)
        return self.vault.seal_json(_as_json(kept), f"farewell:{number}")


def _ended(channel: str, result: str) -> None:
    ENDED.labels(channel, result).inc()
    if result == "given_up":
        log.error("farewell_given_up", channel=channel, remedy="Messages may be left at the provider: see its own retention.")


async def forget_old(session: AsyncSession, now: datetime) -> None:
    """Delete the erasures of channels that nobody serves any more, when their time is over."""
    await session.execute(delete(ProviderErasureDue).where(ProviderErasureDue.expires_at < now))


def _as_json(erasure: ProviderErasure) -> dict[str, Any]:
    return {
        "channel": erasure.channel,
        "address": erasure.address,
        "language": erasure.language,
        "quiet": erasure.quiet,
        "replies": [[reply.text, reply.language] for reply in erasure.replies],
        "traces": [[trace.message_id, trace.at.isoformat()] for trace in erasure.traces],
        "at": erasure.at.isoformat(),
        "doubts": erasure.doubts,
    }


def _from_json(value: dict[str, Any]) -> ProviderErasure:
    return ProviderErasure(
        channel=value["channel"],
        address=value["address"],
        language=value["language"],
        quiet=value["quiet"],
        replies=tuple(Reply(text=text, language=language) for text, language in value["replies"]),
        traces=tuple(Trace(number, datetime.fromisoformat(at)) for number, at in value["traces"]),
        at=datetime.fromisoformat(value["at"]),
        doubts=value["doubts"],
    )
