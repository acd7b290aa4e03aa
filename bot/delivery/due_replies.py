"""Which replies of the outbox may be sent now, in order within a conversation; those that must not go any more are closed.

A row is claimed as bot/storage/claims.py tells. Of one whose lease ended nobody knows whether the provider took it, so it is
looked up before it goes again.
"""

from __future__ import annotations

from collections import Counter as Tally
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from bot.delivery import outbox
from bot.delivery.channel_traits import traits_of
from bot.delivery.choices import choices_before, in_words
from bot.delivery.outbound import Outbound, Sender
from bot.delivery.parts import DeliveryParts
from bot.delivery.unreached import Ending, Unreached
from bot.runtime.live_events import OUTBOX, QUEUE
from bot.storage.claims import SENDING, Retry, hold, nobody_elses
from bot.storage.concealed import provider_ids
from bot.storage.tables import Conversation, Delivery, Message

LEASE: Final = timedelta(seconds=60)  # longer than any channel's timeouts together
FIRST_LOOK: Final = timedelta(minutes=1)  # a status callback comes within seconds: look only when none came
LOOK: Final = Retry(first=FIRST_LOOK, longest=timedelta(minutes=16), factor=4)
# Whoever dies has most likely not sent anything: it is tried as long as anything is, ever more rarely, for the process may die of it.
TAKEN_OVER: Final = Retry(first=LEASE, longest=LOOK.longest)


class DueReplies:
    """Takes replies out of the outbox, for one process; several processes may share the database."""

    def __init__(self, program: DeliveryParts, unreached: Unreached, senders: Mapping[str, Sender]) -> None:
        self.database = program.database
        self.conversations = program.conversations
        self.queue = program.queue
        self.unreached = unreached
        self.live_events = program.live_events
        self.clock = program.clock
        self.senders = senders
        self.give_up = timedelta(hours=program.settings.delivery_give_up_hours)
        self._held: Tally[str] = Tally()
        self._paused: dict[str, datetime] = {}

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

    def pause(self, channel: str, wait: timedelta) -> None:
        """Leave a channel alone for a while: its provider takes nothing now, of anybody."""
        self._paused[channel] = self.clock() + wait

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
        ending = await self._ending(session, row, conversation, said_by=message.author, now=now)
        address = self.conversations.address(conversation)
        said = self.conversations.shown(message)
        if ending is not None or address is None or said.unreadable:
            ending = ending or ("failed", "no_address" if address is None else "unreadable")
            await self.unreached.end(session, row, conversation, ending=ending, now=now)
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

    async def _ending(
        self, session: AsyncSession, row: Delivery, conversation: Conversation, *, said_by: str, now: datetime
    ) -> Ending | None:
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
