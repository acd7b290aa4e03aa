"""Takes replies out of the outbox and delivers them: in order within a conversation, again after a failure, giving up visibly.

A row is claimed as bot/storage/claims.py tells. Of one whose lease ended nobody knows whether the provider took it, so it is
looked up before it goes again.
"""

from __future__ import annotations

import asyncio
import random
from collections import Counter as Tally
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Final, Literal

import structlog
from prometheus_client import Counter, Histogram
from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from bot.delivery import farewells, outbox
from bot.delivery.channel_traits import traits_of
from bot.delivery.choices import choices_before, in_words
from bot.delivery.farewells import Farewell, Trace
from bot.delivery.outbound import CannotTell, NotNow, Outbound, Refused, Sender, Uncertain, Unreachable
from bot.handoff.queue import HandoffQueue
from bot.messages import Triage
from bot.runtime.background import Background
from bot.runtime.live_events import FAREWELL, OUTBOX, QUEUE, LiveEvents
from bot.storage.claims import SENDING, Retry, held, hold, is_held, nobody_elses
from bot.storage.concealed import keep_provider_ids, provider_ids
from bot.storage.conversations import ConversationStore
from bot.storage.database import Database, DatabaseUnavailable
from bot.storage.tables import Conversation, Delivery, Message

log = structlog.get_logger()

LEASE: Final = timedelta(seconds=60)  # longer than any channel's timeouts together
POLL_SECONDS: Final = 2.0  # another process may have put something in, and retries come due
SLOTS: Final = 8  # deliveries on their way at once
RETRY: Final = Retry(first=timedelta(seconds=2), longest=timedelta(minutes=5))
FIRST_LOOK: Final = timedelta(minutes=1)  # a status callback comes within seconds: look only when none came
LOOK: Final = Retry(first=FIRST_LOOK, longest=timedelta(minutes=16), factor=4)
# Whoever dies has most likely not sent anything: it is tried as long as anything is, ever more rarely, for the process may die of it.
TAKEN_OVER: Final = Retry(first=LEASE, longest=LOOK.longest)

Fate = tuple[outbox.State, str]

ATTEMPTS = Counter("frontdoor_delivery_attempts", "Attempts to deliver, by channel and result.", ["channel", "result"])
DELIVERY_SECONDS = Histogram(
    "frontdoor_delivery_seconds",
    "From a stored reply to its acceptance by the provider.",
    ["channel"],
    buckets=(0.5, 1, 2, 5, 15, 60, 300, 1800),
)


class Dispatcher:
    """Delivers the outbox of one process; several processes may share the database."""

    def __init__(
        self,
        *,
        database: Database,
        conversations: ConversationStore,
        queue: HandoffQueue,
        live_events: LiveEvents,
        clock: Callable[[], datetime],
        senders: Mapping[str, Sender],
        give_up: timedelta,
    ) -> None:
        self.database = database
        self.conversations = conversations
        self.queue = queue
        self.live_events = live_events
        self.clock = clock
        self.senders = dict(senders)
        self.give_up = give_up
        self._tasks = Background()
        self._held: Tally[str] = Tally()
        self._paused: dict[str, datetime] = {}

    def serve(self, channel: str, sender: Sender) -> None:
        """Deliver what is due on a channel through a sender."""
        self.senders[channel] = sender

    async def run(self) -> None:
        """Deliver until cancelled."""
        with self.live_events.listen(OUTBOX) as changed:
            while True:
                changed.clear()
                claimed = await self._start_due()
                if not claimed or self._tasks.count >= SLOTS:
                    try:
                        await asyncio.wait_for(changed.wait(), POLL_SECONDS)
                    except TimeoutError:
                        continue

    async def deliver_due(self) -> int:
        """Deliver everything that is due now, wait for it, and return how many attempts that took."""
        attempts = 0
        while claimed := await self._start_due():
            attempts += claimed
            await self._tasks.finished()
        return attempts

    async def close(self) -> None:
        """Let what is on its way arrive; what takes too long is looked up after the next start."""
        await self._tasks.close(patience=LEASE.total_seconds() / 6)

    @contextmanager
    def hold(self, conversation_id: str) -> Iterator[None]:
        """Leave a conversation's replies alone for a moment: somebody else is about to hand them over."""
        self._held[conversation_id] += 1
        try:
            yield
        finally:
            self._held[conversation_id] -= 1
            if not self._held[conversation_id]:
                del self._held[conversation_id]
            self.live_events.publish(OUTBOX)

    async def _start_due(self) -> int:
        try:
            batch = await self.claim(limit=SLOTS - self._tasks.count)
        except DatabaseUnavailable as error:
            ATTEMPTS.labels("all", "database_unavailable").inc()
            log.error("outbox_unreadable", error=type(error).__name__)
            return 0
        for outbound in batch:
            self._tasks.start(self._deliver(outbound))
        return len(batch)

    async def claim(self, *, limit: int) -> list[Outbound]:
        """Take the rows that may be sent now, one of each conversation at most, and close those that must not go any more."""
        batch: list[Outbound] = []
        while len(batch) < limit:
            taken, closed = await self._claim_once(limit - len(batch))
            batch += taken
            if not closed:
                break
            self.live_events.publish(QUEUE, *closed)
        return batch

    async def _claim_once(self, limit: int) -> tuple[list[Outbound], list[str]]:
        now = self.clock()
        earlier = aliased(Delivery)
        conditions: list[ColumnElement[bool]] = [
            Delivery.state.in_(outbox.UNFINISHED),  # by which the index finds them: the table keeps all that was ever sent
            Delivery.finished_at.is_(None),
            Delivery.due_at <= now,
            Delivery.channel.in_([name for name in self.senders if self._paused.get(name, now) <= now]),
            Delivery.conversation_id.not_in(list(self._held)),
            ~exists().where(
                earlier.conversation_id == Delivery.conversation_id, earlier.id < Delivery.id, earlier.finished_at.is_(None)
            ),
        ]
        batch, closed = [], []
        async with self.database.transaction() as session:
            found = await session.execute(
                nobody_elses(select(Delivery).where(*conditions).order_by(Delivery.id).limit(limit), Delivery)
            )
            for row in found.scalars().all():
                outbound = await self._prepare(session, row, now)
                if outbound is not None:
                    batch.append(outbound)
                else:
                    closed.append(row.conversation_id)
        return batch, closed

    async def hand_over(self, conversation_id: str) -> list[Outbound]:
        """Take all replies of a held conversation out at once, for a channel that gives them back in its answer.

        Nobody says whether that answer arrived: they stay uncertain until the provider reports on them, or is asked.
        """
        now = self.clock()
        batch = []
        async with self.database.transaction() as session:
            found = await session.execute(
                select(Delivery)
                .where(Delivery.conversation_id == conversation_id, Delivery.finished_at.is_(None))
                .order_by(Delivery.id)
                .with_for_update()
            )
            rows = list(found.scalars())
            if any(row.state != "due" or row.due_at > now for row in rows):
                return []  # one is on its way otherwise: these would overtake it
            for row in rows:
                outbound = await self._prepare(session, row, now)
                if outbound is not None:
                    row.state, row.due_at, row.uncertain = "unknown", now + FIRST_LOOK, 1
                    batch.append(outbound)
        return batch

    async def _prepare(self, session: AsyncSession, row: Delivery, now: datetime) -> Outbound | None:
        conversation = await session.get(Conversation, row.conversation_id)  # unlocked: who has it locked may wait for this row
        message = await session.get(Message, row.message_id)
        if conversation is None or message is None:
            return None
        died = row.state == SENDING  # whoever had it
        if died:
            row.uncertain = max(row.uncertain, 1)  # to be looked up, but no silence of the provider's
        may_be_there = row.uncertain > 0 and row.state != "due"
        fate = await self._fate(session, row, conversation, said_by=message.author, now=now)
        address = self.conversations.address(conversation)
        said = self.conversations.shown(message)
        if fate is not None or address is None or said.unreadable:
            fate = fate or ("failed", "no_address" if address is None else "unreadable")
            await self._end(session, row, conversation, fate=fate, now=now)
            return None
        turn = await self.conversations.replies_to(session, message.answers) if message.answers else [said]
        reply = said.as_reply()
        if not traits_of(row.channel).buttons:
            in_turn = sum(len(other.buttons) for other in turn)
            reply = in_words(reply, before=choices_before(turn, said), in_turn=in_turn, quiet=conversation.quiet)
        outbound = Outbound(
            delivery_id=row.id,
            attempt=row.attempts + 1,  # held below
            conversation_id=conversation.id,
            channel=row.channel,
            address=address,
            reply=reply,
            quiet=conversation.quiet,
            part=len(provider_ids(self.conversations.vault, row)),
            uncertain=row.uncertain if may_be_there else 0,
            created_at=row.created_at,
        )
        row.parts = self.senders[row.channel].parts(outbound)
        if outbound.part >= row.parts:
            outbox.end(row, "sent", None, now)
            return None
        hold(row, until=now + (TAKEN_OVER.after(row.attempts) if died else LEASE))
        row.state = SENDING
        return outbound

    async def _fate(
        self, session: AsyncSession, row: Delivery, conversation: Conversation, *, said_by: str, now: datetime
    ) -> Fate | None:
        """Return how a row ends without being sent: who owns the conversation is decided here, at the last moment."""
        if not row.regardless and conversation.reachable == "stopped":
            return ("cancelled" if said_by == "bot" else "failed"), "stopped"
        if not row.regardless and said_by == "bot":
            case = await self.queue.of_conversation(session, conversation.id)
            if case is not None and case.taken_by is not None:
                return "cancelled", "taken"
        if conversation.reachable in {"blocked", "gone", "no_address"}:
            return "failed", conversation.reachable
        if now - row.created_at > self.give_up:
            return ("unknown" if row.uncertain else "failed"), outbox.GAVE_UP
        return None

    async def _deliver(self, outbound: Outbound) -> None:
        sender = self.senders[outbound.channel]
        try:
            provider_id = await sender.look_up(outbound) if outbound.uncertain else None
            if provider_id is None:
                provider_id = await sender.send(outbound)
        except NotNow as problem:
            if problem.everybody:
                self._paused[outbound.channel] = self.clock() + (problem.wait or RETRY.first)
            await self._later(outbound, "unknown" if outbound.uncertain else "due", problem.code, problem.wait)
        except Refused as problem:
            await self._close(outbound, "failed", problem.code, problem.reachable)
        except CannotTell:
            await self._close(outbound, "unknown", "no_answer", None)
        except Uncertain as problem:
            await self._later(outbound, "unknown", problem.code, None, doubt=True)
        except Exception as error:  # whatever it was, the message may be there: look before it is sent again
            log.error(
                "delivery_broke",
                delivery=outbound.delivery_id,
                channel=outbound.channel,
                error=type(error).__name__,
                exc_info=error,
            )
            await self._later(outbound, "unknown", "unexpected", None, doubt=True)
        else:
            await self.accepted(outbound, provider_id)
        self.live_events.publish(OUTBOX)

    async def accepted(self, outbound: Outbound, provider_id: str) -> None:
        """Store that the provider took a part: its id, whoever learns it, and what comes next, where nobody else holds the row by now."""
        ATTEMPTS.labels(outbound.channel, "accepted").inc()
        now = self.clock()
        async with self.database.transaction(before_others=True) as session:
            row = await session.get(Delivery, outbound.delivery_id, with_for_update=True)
            if row is None:  # erased while it was on its way: what arrived is taken back where that is possible
                self._take_back(session, outbound, provider_id, now)
                return
            known = provider_ids(self.conversations.vault, row)
            if len(known) == outbound.part:
                keep_provider_ids(self.conversations.vault, row, [*known, provider_id])
            if row.finished_at is None and is_held(row, attempt=outbound.attempt):
                if outbound.part + 1 < row.parts:
                    row.state, row.due_at, row.uncertain = "due", now, 0
                else:
                    outbox.end(row, "sent", None, now)
                    DELIVERY_SECONDS.labels(outbound.channel).observe((now - row.created_at).total_seconds())
        self.live_events.publish(outbound.conversation_id, OUTBOX)

    def _take_back(self, session: AsyncSession, outbound: Outbound, provider_id: str, now: datetime) -> None:
        farewell = Farewell(
            channel=outbound.channel,
            address=outbound.address,
            language=outbound.reply.language,
            quiet=outbound.quiet,
            replies=(),
            traces=(Trace(provider_id, now),),
            at=now,
        )
        farewells.put(session, self.conversations.vault, farewell)
        self.live_events.publish(FAREWELL)

    async def _later(
        self, outbound: Outbound, state: Literal["due", "unknown"], code: str, wait: timedelta | None, *, doubt: bool = False
    ) -> None:
        ATTEMPTS.labels(outbound.channel, code).inc()
        async with self.database.transaction() as session:
            row = await held(session, Delivery, outbound.delivery_id, attempt=outbound.attempt)
            if row is None or row.finished_at is not None:
                return
            row.state, row.error_code = state, code
            row.uncertain += doubt
            if doubt:
                pause = LOOK.after(row.uncertain)
            else:
                pause = max(RETRY.after(row.attempts + 1) * random.uniform(0.5, 1.0), wait or timedelta())  # noqa: S311 - spreads retries, hides nothing
            row.due_at = self.clock() + pause

    async def _close(self, outbound: Outbound, state: outbox.State, code: str, reachable: Unreachable | None) -> None:
        ATTEMPTS.labels(outbound.channel, "refused").inc()
        async with self.database.transaction() as session:
            conversation = await self.conversations.get(session, outbound.conversation_id)
            row = await held(session, Delivery, outbound.delivery_id, attempt=outbound.attempt)
            if row is None or conversation is None:
                return
            if reachable is not None:
                conversation.reachable = reachable
            arrived = len(provider_ids(self.conversations.vault, row)) > outbound.part  # who held the row before was only slow
            if row.finished_at is None and arrived:
                row.state, row.due_at = "due", self.clock()
            elif row.finished_at is None:
                await self._end(session, row, conversation, fate=(state, code), now=self.clock())
        self.live_events.publish(outbound.conversation_id, QUEUE)

    async def report(
        self,
        *,
        delivery_id: int,
        part: int,
        provider_id: str,
        state: Literal["sent", "delivered", "failed"],
        code: str | None = None,
        reachable: Unreachable | None = None,
    ) -> bool:
        """Take what a provider says later; returns whether that changed anything."""
        now = self.clock()
        async with self.database.transaction() as session:
            known = await session.get(Delivery, delivery_id)
            conversation = None if known is None else await self.conversations.get(session, known.conversation_id)
            row = await outbox.report(
                session,
                self.conversations.vault,
                delivery_id=delivery_id,
                part=part,
                provider_id=provider_id,
                state=state,
                code=code,
                now=now,
            )
            if row is None or conversation is None:
                return False
            if row.state == "failed":
                conversation.reachable = reachable or conversation.reachable
                await self._tell_hotline(session, conversation, now)
        self.live_events.publish(row.conversation_id, QUEUE, OUTBOX)
        return True

    async def _end(self, session: AsyncSession, row: Delivery, conversation: Conversation, *, fate: Fate, now: datetime) -> None:
        state, code = fate
        outbox.end(row, state, code, now)
        if state in {"failed", "unknown"}:
            await self._tell_hotline(session, conversation, now)

    async def _tell_hotline(self, session: AsyncSession, conversation: Conversation, now: datetime) -> None:
        """Put somebody into the queue who needs a person and whom our answer does not reach."""
        triage = Triage(conversation.triage)
        if triage.needs_person and await self.queue.of_conversation(session, conversation.id) is None:
            await self.queue.open(session, conversation, reason="unreachable", triage=triage, now=now)
            await self.conversations.extend_for_case(session, conversation, now)
