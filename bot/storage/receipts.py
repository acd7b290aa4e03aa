"""Which messages of webhooks were taken, so that a repeat or a replay is known as one even when its conversation was erased."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from bot.storage.tables import Receipt
from bot.storage.vault import Vault

KEEP: Final = timedelta(days=30)  # Telegram repeats for a day; a copied request of Twilio stays validly signed for ever


class Replayed(Exception):
    """A message was taken before and its conversation is erased: there is nothing to do."""


async def first_time(session: AsyncSession, vault: Vault, *, channel: str, external_id: str, now: datetime) -> bool:
    """Note that a message is taken; False when it was taken before."""
    if await taken(session, vault, channel=channel, external_id=external_id):
        return False
    session.add(Receipt(id=_id(vault, channel, external_id), expires_at=now + KEEP))
    await session.flush()
    return True


async def taken(session: AsyncSession, vault: Vault, *, channel: str, external_id: str) -> bool:
    """Say whether a message was taken before."""
    return await session.get(Receipt, _id(vault, channel, external_id)) is not None


def _id(vault: Vault, channel: str, external_id: str) -> str:
    return vault.fingerprint("receipt", f"{channel}\0{external_id}")


async def forget_old(session: AsyncSession, now: datetime) -> None:
    """Delete the receipts whose time is over."""
    await session.execute(delete(Receipt).where(Receipt.expires_at < now))
