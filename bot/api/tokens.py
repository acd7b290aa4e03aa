"""The tokens of other systems. A token is made here, shown once, and kept only as a keyed hash."""

from __future__ import annotations

import re
import secrets
import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.storage.audit import AuditLog
from bot.storage.tables_outward import ApiToken
from bot.storage.vault import Vault

TOKEN_BYTES: Final = 32
_NAME: Final = re.compile(r"[\w][\w .'-]{1,39}")
_PURPOSE: Final = "api_token"


class TokenNameUnusable(Exception):
    """A name must have 2 to 40 letters, digits, spaces, dots, hyphens or apostrophes, and be new."""


class TokenUnknown(Exception):
    """There is no token of that name that still works."""


class Tokens:
    """Makes, revokes and finds tokens; every change is in the audit log."""

    def __init__(self, vault: Vault, audit: AuditLog) -> None:
        self.vault = vault
        self.audit = audit

    async def add(self, session: AsyncSession, *, name: str, writes: bool, texts: bool, by: str, now: datetime) -> str:
        """Make a token and return it; raises TokenNameUnusable."""
        name = " ".join(name.split())
        if not _NAME.fullmatch(name) or any(one.name.casefold() == name.casefold() for one in await self.all(session)):
            raise TokenNameUnusable(
                "A name must have 2 to 40 letters, digits, spaces, dots, hyphens or apostrophes, and no token had it before."
            )
        token = secrets.token_urlsafe(TOKEN_BYTES)
        row = ApiToken(id=uuid.uuid4().hex, name=name, token_hash=self._hash(token), writes=writes, texts=texts, created_at=now)
        session.add(row)
        await session.flush()
        await self.audit.record(session, staff_id=by, action="api_token_added", subject=row.id, now=now)
        return token

    async def revoke(self, session: AsyncSession, name: str, *, by: str, now: datetime) -> ApiToken:
        """End a token at once; raises TokenUnknown."""
        for token in await self.all(session):
            if token.name.casefold() == " ".join(name.split()).casefold() and token.revoked_at is None:
                token.revoked_at = now
                await self.audit.record(session, staff_id=by, action="api_token_revoked", subject=token.id, now=now)
                return token
        raise TokenUnknown(f"There is no token {name!r} that still works.")

    async def all(self, session: AsyncSession) -> Sequence[ApiToken]:
        """Return all tokens, by name."""
        return (await session.scalars(select(ApiToken).order_by(ApiToken.name))).all()

    async def find(self, session: AsyncSession, token: str) -> ApiToken | None:
        """Return what a token stands for, None when it is not known or was revoked."""
        found = await session.scalars(select(ApiToken).filter_by(token_hash=self._hash(token), revoked_at=None))
        return found.one_or_none()

    def _hash(self, token: str) -> str:
        return self.vault.fingerprint(_PURPOSE, token)
