"""Signed tickets: what the program gave out itself, and when, without keeping anything of it."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final

from bot.storage.vault import Vault

_FORM: Final = re.compile(r"([0-9a-f]{1,9})\.([A-Za-z0-9_-]{4,64})\.([0-9a-f]{16})")
_SIGNATURE: Final = 16  # hexadecimal digits: 64 bits, of which a guess would have to be tried here


class Tickets:
    """Makes and knows tickets for one purpose."""

    def __init__(self, vault: Vault, clock: Callable[[], datetime], *, purpose: str, random_bytes: int) -> None:
        self.vault = vault
        self.clock = clock
        self.purpose = purpose
        self.random_bytes = random_bytes

    def new(self) -> str:
        """Return a ticket that is like no other."""
        content = f"{int(self.clock().timestamp()):x}.{secrets.token_urlsafe(self.random_bytes)}"
        return f"{content}.{self._signature(content)}"

    def age(self, ticket: str) -> timedelta | None:
        """Return how long ago a ticket was made; None when it was not made here, or for something else."""
        parts = _FORM.fullmatch(ticket)
        if parts is None:
            return None
        stamp, random, signature = parts.groups()
        if not secrets.compare_digest(signature, self._signature(f"{stamp}.{random}")):
            return None
        return self.clock() - datetime.fromtimestamp(int(stamp, 16), UTC)

    def _signature(self, content: str) -> str:
        return self.vault.fingerprint(f"ticket {self.purpose}", content)[:_SIGNATURE]
