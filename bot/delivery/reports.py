"""What a provider says later of what it took: reports may repeat, and come in any order."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from sqlalchemy.ext.asyncio import AsyncSession

from bot.delivery.outbound import Unreachable
from bot.delivery.outbox import GAVE_UP, end
from bot.delivery.parts import DeliveryParts
from bot.delivery.unreached import Unreached
from bot.runtime.live_events import OUTBOX, QUEUE
from bot.storage.concealed import keep_provider_ids, provider_ids
from bot.storage.tables import Delivery
from bot.storage.vault import Vault

Reported = Literal["sent", "delivered", "failed"]


class DeliveryReports:
    """Takes the reports of providers."""

    def __init__(self, program: DeliveryParts, unreached: Unreached) -> None:
        self.database = program.database
        self.conversations = program.conversations
        self.unreached = unreached
        self.live_events = program.live_events
        self.clock = program.clock

    async def take(
        self,
        *,
        delivery_id: int,
        part: int,
        provider_id: str,
        state: Reported,
        code: str | None = None,
        reachable: Unreachable | None = None,
    ) -> bool:
        """Take a report on one part of a delivery; returns whether that changed anything."""
        now = self.clock()
        async with self.database.transaction() as session:
            known = await session.get(Delivery, delivery_id)
            conversation = None if known is None else await self.conversations.get(session, known.conversation_id)
            row = await self._changed(
                session, delivery_id=delivery_id, part=part, provider_id=provider_id, state=state, code=code, now=now
            )
            if row is None or conversation is None:
                return False
            if row.state == "failed":
                conversation.reachable = reachable or conversation.reachable
                await self.unreached.tell_hotline(session, conversation, now)
        self.live_events.publish(row.conversation_id, QUEUE, OUTBOX)
        return True

    async def _changed(
        self,
        session: AsyncSession,
        *,
        delivery_id: int,
        part: int,
        provider_id: str,
        state: Reported,
        code: str | None,
        now: datetime,
    ) -> Delivery | None:
        """Put a report into its row, and return that when it changed.

        `delivered` is final, `failed` yields only to it, `sent` ends only what was open or given up.
        """
        row = await session.get(Delivery, delivery_id, with_for_update=True, populate_existing=True)
        if row is None or not _is_attempt(self.conversations.vault, row, part, provider_id):
            return None
        before = row.state
        last = part + 1 >= row.parts
        if state == "failed" and row.state != "delivered":
            end(row, "failed", code, now)
        elif state == "delivered" and last and row.state != "delivered":
            end(row, "delivered", None, now)
        elif last and (row.finished_at is None or row.error_code == GAVE_UP):
            end(row, "sent", None, now)
        elif row.state == "unknown" and row.finished_at is None:
            row.due_at = now  # one part is settled: the next may go
        return row if row.state != before else None


def _is_attempt(vault: Vault, row: Delivery, part: int, provider_id: str) -> bool:
    """Say whether a report is about what counts, and note the provider's id if we learn it from the report."""
    known = provider_ids(vault, row)
    if part < len(known):
        return known[part] == provider_id  # otherwise: an attempt that another one has replaced
    if part == len(known) and part < row.parts:
        keep_provider_ids(vault, row, [*known, provider_id])
        return True
    return False
