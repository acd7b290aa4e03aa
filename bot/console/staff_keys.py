"""The pair of keys of each account: its private key is opened by the password, at the login, and by nothing that is stored.

It lies in the database wrapped by a key that argon2id makes of the password, with a salt of its own. From the login on it is in the
session's row, sealed with a key made of the session's cookie, of which the server keeps a hash only: so every process over the same
database opens it for a request that brings the cookie, a restart ends no login, and with the last request nothing is left in memory.
"""

from __future__ import annotations

import asyncio
import base64
from dataclasses import asdict
from datetime import datetime

import structlog
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.console.passwords import Stretch
from bot.storage.aead import decrypted, encrypted
from bot.storage.database import Database
from bot.storage.tables import Staff, StaffSession
from bot.storage.tables_seals import StaffKey
from bot.storage.vault import SealBroken, Vault

log = structlog.get_logger()


class StaffKeys:
    """Makes, opens and wraps private keys. All take the password itself; none keeps it."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self.database = database
        self.vault = vault
        self._stretching = asyncio.Semaphore(2)  # each takes 64 MiB

    async def unlock(self, staff: Staff, password: str, *, now: datetime) -> bytes | None:
        """Return the private key of an account that has just given its password, and make the pair if it has none yet.

        None for a one-time password, which wraps nothing: the pair is made when its owner chooses their own. None as well, and an
        error in the log, when the key does not open.
        """
        async with self.database.reading() as session:
            row = await session.get(StaffKey, staff.id)
        if row is not None:
            return await self._opened(row, password)
        if staff.must_change_password:
            return None
        made, private = await self._made(staff.id, password, now=now)
        async with self.database.transaction() as session:
            await session.execute(select(Staff.id).where(Staff.id == staff.id).with_for_update())
            row = await session.get(StaffKey, staff.id)
            if row is None:
                session.add(made)
                return private
        return await self._opened(row, password)  # another login of theirs was faster

    async def change(self, session: AsyncSession, staff: Staff, *, old: str, new: str, now: datetime) -> bytes | None:
        """Wrap an account's private key by its new password, or make the pair; return the private key."""
        row = await session.get(StaffKey, staff.id)
        if row is None:
            made, private = await self._made(staff.id, new, now=now)
            session.add(made)
            return private
        opened = await self._opened(row, old)
        if opened is not None:
            row.private_key = await self._wrapped(opened, staff.id, new)
        return opened

    async def _made(self, staff_id: str, password: str, *, now: datetime) -> tuple[StaffKey, bytes]:
        pair = X25519PrivateKey.generate()
        private, public = pair.private_bytes_raw(), base64.b64encode(pair.public_key().public_bytes_raw()).decode()
        wrapped = await self._wrapped(private, staff_id, password)
        return StaffKey(staff_id=staff_id, public_key=public, private_key=wrapped, made_at=now), private

    async def _wrapped(self, private: bytes, staff_id: str, password: str) -> bytes:
        stretch = Stretch.new()
        body = encrypted(await self._stretched(stretch, password), private, staff_id)
        wrapped = {**asdict(stretch), "key": base64.b64encode(body).decode()}
        return self.vault.seal_json(wrapped, f"staff-key:{staff_id}")

    async def _opened(self, row: StaffKey, password: str) -> bytes | None:
        try:
            wrapped = self.vault.open_json(row.private_key, f"staff-key:{row.staff_id}")
            body = base64.b64decode(wrapped.pop("key"))
            key = await self._stretched(Stretch(**wrapped), password)
            return decrypted(key, body, row.staff_id)
        except (SealBroken, InvalidTag):
            log.error("staff_key_unreadable", staff=row.staff_id)
            return None

    async def _stretched(self, stretch: Stretch, password: str) -> bytes:
        async with self._stretching:
            return await asyncio.to_thread(stretch.key_of, password)


def carry(vault: Vault, login: StaffSession, token: str, private: bytes | None) -> None:
    """Put an account's private key into its session, sealed with the session's cookie."""
    if private is None:
        return
    body = encrypted(_of_cookie(token), private, login.staff_id)
    login.unlocked = vault.seal(base64.b64encode(body).decode(), f"unlocked:{login.token_hash}")


def carried(vault: Vault, login: StaffSession, token: str) -> bytes | None:
    """Return the private key that a session carries; None when it has none, or when it does not open."""
    sealed = vault.read(login.unlocked, f"unlocked:{login.token_hash}", None)
    if sealed is None:
        return None
    body = base64.b64decode(sealed)
    try:
        return decrypted(_of_cookie(token), body, login.staff_id)
    except InvalidTag:
        return None


def _of_cookie(token: str) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=b"frontdoor staff key in a session").derive(token.encode())
