"""Codes with which somebody finds their conversation again, on any device, for as long as it is kept.

A code has sixteen digits: the first six, drawn at random, say which row it is; the other ten are the secret. Of those only an
argon2id hash is kept, of their keyed hash: whoever has the database without the key file can test no guess at all, and whoever has
both needs years of processor time a code. There is one code for each conversation, and it goes with it.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Iterable
from functools import cache
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError
from sqlalchemy import delete, exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.storage.database import Database
from bot.storage.tables import Conversation, Message
from bot.storage.tables_return import FurtherPage, ReturnCode
from bot.storage.vault import Vault

DIGITS: Final = 16
_SELECTOR: Final = 6
_GROUP: Final = 4
_hasher: Final = PasswordHasher()


class NothingToReturnTo(Exception):
    """A code was asked for before anything was said: there is nothing to come back to."""


def digits_of(text: str) -> str | None:
    """Return the digits of a code that somebody typed, in any script and with anything between; None unless there are sixteen."""
    digits = "".join(str(int(sign)) for sign in text if sign.isdecimal())
    return digits if len(digits) == DIGITS else None


class ReturnCodes:
    """Makes codes and finds conversations by them."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self.database = database
        self.vault = vault

    async def make(self, conversation_id: str) -> str:
        """Return a new code for a conversation, in groups of four digits; an earlier one opens nothing any more.

        Raises NothingToReturnTo.
        """
        secret = f"{secrets.randbelow(10 ** (DIGITS - _SELECTOR)):0{DIGITS - _SELECTOR}}"
        hashed = await asyncio.to_thread(_hasher.hash, self._keyed(secret))
        async with self.database.transaction() as session:
            conversation = await session.get(Conversation, conversation_id)
            said = exists().where(Message.conversation_id == conversation_id, Message.author == "person")
            if conversation is None or not await session.scalar(select(said)):
                raise NothingToReturnTo("A code is made once something was said.")
            await session.execute(delete(ReturnCode).where(ReturnCode.conversation_id == conversation_id))
            selector = await self._free_selector(session)
            session.add(
                ReturnCode(
                    conversation_id=conversation_id, selector=selector, secret_hash=hashed, expires_at=conversation.expires_at
                )
            )
        code = selector + secret
        return " ".join(code[at : at + _GROUP] for at in range(0, DIGITS, _GROUP))

    async def open(self, digits: str, *, pseudonym: str) -> str | None:
        """Let a page in whose token has this pseudonym; return the conversation's id, or None when no code is like this.

        A code that no row is for takes as long as one that is wrong.
        """
        selector, secret = digits[:_SELECTOR], digits[_SELECTOR:]
        async with self.database.transaction() as session:
            row = await session.scalar(select(ReturnCode).filter_by(selector=selector))
        hashed = row.secret_hash if row is not None else _of_nothing()
        if not await asyncio.to_thread(_matches, hashed, self._keyed(secret)) or row is None:
            return None
        async with self.database.transaction() as session:
            conversation = await session.get(Conversation, row.conversation_id)
            if conversation is None:
                return None
            if await session.get(FurtherPage, pseudonym) is None:
                session.add(FurtherPage(pseudonym=pseudonym, conversation_id=conversation.id, expires_at=conversation.expires_at))
            return conversation.id

    async def opened_by(self, session: AsyncSession, pseudonym: str) -> Conversation | None:
        """Return the conversation that a page opened with a code."""
        joined = select(Conversation).join(FurtherPage, FurtherPage.conversation_id == Conversation.id)
        return (await session.scalars(joined.where(FurtherPage.pseudonym == pseudonym))).one_or_none()

    async def _free_selector(self, session: AsyncSession) -> str:
        while True:
            selector = f"{secrets.randbelow(10**_SELECTOR):0{_SELECTOR}}"
            if not await session.scalar(select(exists().where(ReturnCode.selector == selector))):
                return selector

    def _keyed(self, secret: str) -> str:
        return self.vault.fingerprint("return code", secret)


async def can_return(session: AsyncSession, conversation_ids: Iterable[str]) -> frozenset[str]:
    """Return which of these conversations somebody has a code for."""
    found = await session.scalars(
        select(ReturnCode.conversation_id).where(ReturnCode.conversation_id.in_(list(conversation_ids)))
    )
    return frozenset(found.all())


async def shut_page(session: AsyncSession, pseudonym: str) -> None:
    """Let nobody in any more with the token of a page that was opened with a code; the code stays."""
    await session.execute(delete(FurtherPage).where(FurtherPage.pseudonym == pseudonym))


def _matches(hashed: str, secret: str) -> bool:
    try:
        return _hasher.verify(hashed, secret)
    except VerificationError:
        return False


@cache
def _of_nothing() -> str:
    return _hasher.hash(secrets.token_hex())
