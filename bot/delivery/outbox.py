"""The outbox: replies that a channel has to push, stored in the transaction that decides them; and whether a page fetched an answer.

Functions take an open transaction. bot.delivery.due_replies takes the rows out again, bot.delivery.dispatcher delivers them; what the
provider says later goes through bot.delivery.reports. A row is open until `finished_at` is set; of one conversation only the oldest open
row is ever on its way.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

import structlog
from prometheus_client import Counter
from sqlalchemy import Select, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.delivery.channel_traits import declared, traits_of
from bot.storage.claims import OPEN
from bot.storage.concealed import provider_ids
from bot.storage.tables import Conversation, Delivery, Message
from bot.storage.vault import Vault

log = structlog.get_logger()

DELIVERIES: Final = Counter(
    "frontdoor_deliveries", "Deliveries that ended, by channel, state and code.", ["channel", "state", "code"]
)

GAVE_UP: Final = "gave_up"
LEFT: Final = "left"

UNFINISHED: Final = (*OPEN, "unknown")  # the states that a row may have while it is open

DeliveryState = Literal["due", "sending", "sent", "delivered", "failed", "unknown", "cancelled"]


@dataclass(frozen=True)
class Fate:
    """What became of one message on its way out, as a consultant sees it."""

    state: str
    code: str | None
    at: datetime | None


async def enqueue(
    session: AsyncSession, conversation: Conversation, message: Message, now: datetime, *, regardless: bool = False
) -> None:
    """Put a reply into the outbox. Where the person fetches replies, only a consultant's are watched: see bot/channels/webchat/presence.py.

    `regardless` is for the few texts that go out while a consultant owns the conversation or after STOP.
    """
    channel = traits_of(conversation.channel)
    watched = channel.delivery == "fetched" and message.author == "consultant"
    if not channel.pushes and not watched:
        return
    await session.flush()  # the row names the message
    row = Delivery(
        message_id=message.id,
        conversation_id=conversation.id,
        channel=conversation.channel,
        state="due",
        regardless=regardless,
        due_at=now,
        created_at=now,
        expires_at=conversation.expires_at,
    )
    session.add(row)
    if watched and conversation.reachable == "left":
        await session.flush()
        end(row, "failed", LEFT, now)


async def fetched(session: AsyncSession, conversation_id: str, number: int, now: datetime) -> bool:
    """Note that a page has all answers up to a message, also those that it seemed to have left; say whether that is news."""
    found = await session.scalars(
        _watched(conversation_id)
        .join(Message, Message.id == Delivery.message_id)
        .where(Message.number <= number, Delivery.state != "delivered")
    )
    rows = found.all()
    for row in rows:
        end(row, "delivered", None, now)
    return bool(rows)


async def never_fetched(session: AsyncSession, conversation_id: str, now: datetime) -> None:
    """Note that the page is gone which would have fetched the last answers."""
    for row in (await session.scalars(_watched(conversation_id).where(Delivery.state == "due"))).all():
        end(row, "failed", LEFT, now)


def _watched(conversation_id: str) -> Select[Delivery]:
    fetched = [name for name, channel in declared().items() if channel.delivery == "fetched"]
    return select(Delivery).where(Delivery.conversation_id == conversation_id, Delivery.channel.in_(fetched))


async def cancel_due(session: AsyncSession, conversation_id: str, now: datetime, code: str) -> None:
    """Cancel what the program had to say and has not sent: the person stopped, or a consultant speaks now."""
    bots = select(Message.id).where(Message.conversation_id == conversation_id, Message.author == "bot")
    await session.execute(
        update(Delivery)
        .where(
            Delivery.conversation_id == conversation_id,
            Delivery.state == "due",
            Delivery.regardless.is_(False),
            Delivery.message_id.in_(bots),
        )
        .values(state="cancelled", error_code=code, finished_at=now)
        .execution_options(synchronize_session=False)
    )


async def fates(session: AsyncSession, conversation_id: str) -> Mapping[str, Fate]:
    """Return what became of each message of a conversation, by message id."""
    found = await session.execute(select(Delivery).filter_by(conversation_id=conversation_id).order_by(Delivery.id))
    return {row.message_id: Fate(row.state, row.error_code, row.finished_at) for row in found.scalars()}


async def sent_ids(session: AsyncSession, vault: Vault, conversation_id: str) -> Sequence[tuple[str, datetime]]:
    """Return the provider's ids of everything that was sent, and when, so that it can be deleted there too."""
    found = await session.execute(
        select(Delivery)
        .where(Delivery.conversation_id == conversation_id, Delivery.provider_ids.is_not(None))
        .order_by(Delivery.id)
    )
    return [(part, row.finished_at or row.created_at) for row in found.scalars() for part in provider_ids(vault, row)]


def end(row: Delivery, state: DeliveryState, code: str | None, now: datetime) -> None:
    """Close a row; a failure is logged by ids and codes."""
    row.state, row.error_code, row.finished_at = state, code, now
    DELIVERIES.labels(row.channel, state, code or "").inc()
    if state in {"failed", "unknown"}:
        log.error(
            "delivery_failed", conversation=row.conversation_id, delivery=row.id, channel=row.channel, state=state, code=code
        )
