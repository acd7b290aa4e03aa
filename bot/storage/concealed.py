"""Ids from outside, such as Twilio's MessageSid: whoever also has the provider's records finds a telephone number by one.

Of a message that came in only a keyed hash of its id is stored, to know it again. The ids of what went out are sealed: they are
needed in the clear once more, to have the messages deleted at the provider.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.storage.database import Database
from bot.storage.tables import Delivery, Message
from bot.storage.vault import Vault

_MARK: Final = "#"  # in front of each hash: what does not begin with it was stored by a version that stored ids as they came
_ROWS_AT_ONCE: Final = 200


def hash_of(vault: Vault, conversation_id: str, external_id: str) -> str:
    """Return what is stored of a message's id from outside; another one in each conversation."""
    return _MARK + vault.fingerprint("external_id", f"{conversation_id}\0{external_id}")


def provider_ids(vault: Vault, row: Delivery) -> list[str]:
    """Return the provider's ids of the parts of a delivery that it took, in order; none when they do not open."""
    return vault.read(row.provider_ids, _place(row), "").split()


def keep_provider_ids(vault: Vault, row: Delivery, ids: Sequence[str]) -> None:
    """Store the provider's ids of a delivery."""
    row.provider_ids = vault.seal(" ".join(ids), _place(row))


def _place(row: Delivery) -> str:
    return f"provider:{row.message_id}"


async def conceal(database: Database, vault: Vault) -> int:
    """Hash and seal what a former version stored in the clear; return how many rows that were. It may be broken off and begun again."""
    count = 0
    for conceal_some in (_hash_some, _seal_some):
        while True:
            async with database.transaction() as session:
                done = await conceal_some(session, vault)
            count += done
            if not done:
                break
    return count


async def _hash_some(session: AsyncSession, vault: Vault) -> int:
    in_the_clear = Message.external_id.is_not(None), ~Message.external_id.startswith(_MARK)
    found = (await session.scalars(select(Message).where(*in_the_clear).limit(_ROWS_AT_ONCE))).all()
    for message in found:
        message.external_id = hash_of(vault, message.conversation_id, str(message.external_id))
    return len(found)


async def _seal_some(session: AsyncSession, vault: Vault) -> int:
    found = (await session.scalars(select(Delivery).where(Delivery.provider_id.is_not(None)).limit(_ROWS_AT_ONCE))).all()
    for row in found:
        keep_provider_ids(vault, row, str(row.provider_id).split())
        row.provider_id = None
    return len(found)
