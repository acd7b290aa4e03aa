"""Delivers the replies of the outbox that are due: again after a failure, giving up visibly."""

from __future__ import annotations

import asyncio
import random
from datetime import datetime, timedelta
from typing import Final, Literal

import structlog
from prometheus_client import Counter, Histogram
from sqlalchemy.ext.asyncio import AsyncSession

from bot.delivery import outbox, provider_erasures
from bot.delivery.due_replies import LEASE, LOOK, DueReplies
from bot.delivery.outbound import CannotTell, NotNow, Outbound, Refused, Sender, Uncertain, Unreachable
from bot.delivery.parts import DeliveryParts
from bot.delivery.provider_erasures import ProviderErasure, Trace
from bot.delivery.reports import DeliveryReports
from bot.delivery.unreached import Unreached
from bot.runtime.background import Background
from bot.runtime.live_events import ERASURE, OUTBOX, QUEUE
from bot.storage.claims import Retry, held, is_held
from bot.storage.concealed import keep_provider_ids, provider_ids
from bot.storage.database import DatabaseUnavailable
from bot.storage.tables import Delivery

log = structlog.get_logger()

POLL_SECONDS: Final = 2.0  # another process may have put something in, and retries come due
SLOTS: Final = 8  # deliveries on their way at once
RETRY: Final = Retry(first=timedelta(seconds=2), longest=timedelta(minutes=5))

ATTEMPTS = Counter("frontdoor_delivery_attempts", "Attempts to deliver, by channel and result.", ["channel", "result"])
DELIVERY_SECONDS = Histogram(
    "frontdoor_delivery_seconds",
    "From a stored reply to its acceptance by the provider.",
    ["channel"],
    buckets=(0.5, 1, 2, 5, 15, 60, 300, 1800),
)


class Dispatcher:
    """Delivers the outbox of one process through the senders that serve it; several processes may share the database."""

    def __init__(self, program: DeliveryParts) -> None:
        self.database = program.database
        self.conversations = program.conversations
        self.live_events = program.live_events
        self.clock = program.clock
        self.senders: dict[str, Sender] = {}
        self.unreached = Unreached(program.queue, program.conversations)
        self.reports = DeliveryReports(program, self.unreached)
        self.due = DueReplies(program, self.unreached, self.senders)
        self._tasks = Background()

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

    async def _start_due(self) -> int:
        try:
            batch = await self.due.claim(limit=SLOTS - self._tasks.count)
        except DatabaseUnavailable as error:
            ATTEMPTS.labels("all", "database_unavailable").inc()
            log.error("outbox_unreadable", error=type(error).__name__)
            return 0
        for outbound in batch:
            self._tasks.start(self._deliver(outbound))
        return len(batch)

    async def _deliver(self, outbound: Outbound) -> None:
        sender = self.senders[outbound.channel]
        try:
            provider_id = await sender.look_up(outbound) if outbound.uncertain else None
            if provider_id is None:
                provider_id = await sender.send(outbound)
        except NotNow as problem:
            if problem.everybody:
                self.due.pause(outbound.channel, problem.wait or RETRY.first)
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
        erasure = ProviderErasure(
            channel=outbound.channel,
            address=outbound.address,
            language=outbound.reply.language,
            quiet=outbound.quiet,
            replies=(),
            traces=(Trace(provider_id, now),),
            at=now,
        )
        provider_erasures.put(session, self.conversations.vault, erasure)
        self.live_events.publish(ERASURE)

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

    async def _close(self, outbound: Outbound, state: outbox.DeliveryState, code: str, reachable: Unreachable | None) -> None:
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
                await self.unreached.end(session, row, conversation, ending=(state, code), now=self.clock())
        self.live_events.publish(outbound.conversation_id, QUEUE)
