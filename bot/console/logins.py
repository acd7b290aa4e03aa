"""Logins: sessions whose cookie the server keeps only as a hash, and the throttle on guessing.

Guessing is slowed down by account. A browser that has logged in to an account before carries a mark that proves it, and is
throttled apart from strangers: whoever guesses from elsewhere cannot lock a consultant out of the night shift. Nor a new one, or
one with a new browser, who was given a one-time password: it proves by itself that it was made here.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import secrets
from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.console.passwords import matches, unusable_hash
from bot.console.staff import Accounts, Role
from bot.console.staff_keys import carried, carry
from bot.storage.audit import PROGRAM
from bot.storage.database import Database
from bot.storage.tables import Staff, StaffSession
from bot.storage.vault import Vault

FREE_ATTEMPTS: Final = 5
FIRST_PAUSE: Final = timedelta(seconds=15)
LONGEST_PAUSE: Final = timedelta(minutes=15)
FORGOTTEN_AFTER: Final = timedelta(hours=1)
STRANGERS_A_MINUTE: Final = 30  # password checks for browsers that are not known to the account: each costs time and 64 MiB
SHIFT: Final = timedelta(hours=12)  # a login ends after this long, however busy it is
HALF_WAY: Final = timedelta(minutes=20)  # time to give or set up the second factor
SEEN_EVERY: Final = timedelta(seconds=30)
MAX_TRACKED: Final = 10_000  # names and browsers whose failures are remembered; the oldest are forgotten first


class LoginThrottled(Exception):
    """Too many attempts failed; try again later."""

    def __init__(self, until: datetime) -> None:
        super().__init__("Too many attempts failed.")
        self.until = until


@dataclass(frozen=True)
class Visitor:
    """Who is logged in, and what their session may do yet; `private_key` opens the closed cases that they were given."""

    staff_id: str
    name: str
    role: Role
    must_change_password: bool
    has_second_factor: bool
    second_factor: bool
    csrf: str
    token_hash: str
    expires_at: datetime
    private_key: bytes | None = field(default=None, repr=False)

    @property
    def complete(self) -> bool:
        """Say whether everything is done that comes before the queue."""
        return self.second_factor and not self.must_change_password


class Throttle:
    """Counts failures in memory, by key, and says until when a key has to wait."""

    def __init__(self) -> None:
        self._failures: dict[str, tuple[int, datetime]] = {}

    def check(self, key: str, now: datetime) -> None:
        """Raise LoginThrottled while a key has to wait."""
        count, last = self._failures.get(key, (0, now))
        if now - last > FORGOTTEN_AFTER:
            self.succeeded(key)
        elif count >= FREE_ATTEMPTS and now < (until := last + _pause(count)):
            raise LoginThrottled(until)

    def failed(self, key: str, now: datetime) -> None:
        """Count a failure."""
        count, _ = self._failures.pop(key, (0, now))
        self._failures[key] = (count + 1, now)
        while len(self._failures) > MAX_TRACKED:
            del self._failures[next(iter(self._failures))]

    def succeeded(self, key: str) -> None:
        """Forget a key's failures."""
        self._failures.pop(key, None)


def _pause(count: int) -> timedelta:
    doublings = min(count - FREE_ATTEMPTS, 10)
    return min(FIRST_PAUSE * int(2**doublings), LONGEST_PAUSE)


class Gate:
    """Lets so many through in a minute."""

    def __init__(self, a_minute: int) -> None:
        self._times: deque[datetime] = deque(maxlen=a_minute)

    def enter(self, now: datetime) -> None:
        """Count somebody who enters; raises LoginThrottled when too many have in the last minute."""
        if len(self._times) == self._times.maxlen and (until := self._times[0] + timedelta(minutes=1)) > now:
            raise LoginThrottled(until)
        self._times.append(now)


class Logins:
    """Opens, finds and ends sessions."""

    def __init__(self, database: Database, vault: Vault, accounts: Accounts, *, silence: timedelta) -> None:
        self.database = database
        self.vault = vault
        self.accounts = accounts
        self.silence = silence
        self.throttle = Throttle()
        self._strangers = Gate(STRANGERS_A_MINUTE)
        self._hashing = asyncio.Semaphore(2)  # a hash takes 64 MiB: strangers must not make many at once

    async def check_password(self, *, name: str, password: str, device: str | None, now: datetime) -> Staff | None:
        """Return the account that a name and a password belong to; None when they do not, or when it is disabled.

        `device` is the mark of the browser. Failures are counted whether or not there is such an account. Raises LoginThrottled.
        """
        async with self.database.transaction() as session:
            staff = await self.accounts.find(session, name)
        key, stranger = self._key(name, staff, device, password)
        self.throttle.check(key, now)
        if stranger:
            self._strangers.enter(now)
        self.throttle.failed(key, now)  # before the check, so that attempts at the same moment count as well
        async with self._hashing:
            right = await asyncio.to_thread(matches, password, staff.password_hash if staff else unusable_hash())
        if right and staff is not None and staff.disabled_at is None:
            self.throttle.succeeded(key)
            return staff
        if staff is not None:
            async with self.database.transaction() as session:
                await session.execute(update(Staff).where(Staff.id == staff.id).values(failed_logins=Staff.failed_logins + 1))
                await self.accounts.audit.record(session, staff_id=PROGRAM, action="login_failed", subject=staff.id, now=now)
        return None

    def _key(self, name: str, staff: Staff | None, device: str | None, password: str) -> tuple[str, bool]:
        """Return under which key an attempt is counted, and whether it is a stranger's."""
        if staff is not None and device is not None and self._knows(device, staff):
            return f"device {device}", False
        if staff is not None and self.accounts.is_invited(staff, password):
            return f"invitation {_hash(password)}", False
        return f"name {_hash(name.strip().lower())}", True

    def device_mark(self, staff: Staff) -> str:
        """Return a mark for a browser that has proved to be an account's."""
        nonce = secrets.token_urlsafe(16)
        return f"{nonce}.{self.vault.fingerprint('device', f'{staff.id} {nonce}')}"

    def _knows(self, device: str, staff: Staff) -> bool:
        nonce, _, proof = device.partition(".")
        return hmac.compare_digest(self.vault.fingerprint("device", f"{staff.id} {nonce}").encode(), proof.encode())

    async def open(
        self, session: AsyncSession, staff: Staff, *, second_factor: bool, now: datetime, private_key: bytes | None = None
    ) -> str:
        """Open a session and return its token, for the cookie, which seals the account's private key."""
        token = secrets.token_urlsafe(32)
        staff.failed_logins = 0
        login = StaffSession(
            token_hash=_hash(token),
            staff_id=staff.id,
            csrf=secrets.token_urlsafe(32),
            second_factor=second_factor,
            created_at=now,
            seen_at=now,
            expires_at=now + (SHIFT if second_factor else HALF_WAY),
        )
        carry(self.vault, login, token, private_key)
        session.add(login)
        await session.execute(delete(StaffSession).where(StaffSession.expires_at < now))
        return token

    async def find(self, session: AsyncSession, token: str, *, now: datetime, active: bool) -> Visitor | None:
        """Return whose session a token is; None when it ended.

        `active` says that somebody did something: a page that only watches does not keep a session alive.
        """
        found = await session.execute(
            select(StaffSession, Staff)
            .join(Staff, Staff.id == StaffSession.staff_id)
            .where(StaffSession.token_hash == _hash(token))
        )
        row = found.one_or_none()
        if row is None:
            return None
        login, staff = row
        if staff.disabled_at is not None or now >= (ends := min(login.expires_at, login.seen_at + self.silence)):
            await session.delete(login)
            return None
        if active and now - login.seen_at >= SEEN_EVERY:
            login.seen_at = now
            ends = min(login.expires_at, now + self.silence)
        return Visitor(
            staff_id=staff.id,
            name=staff.name,
            role=Role(staff.role),
            must_change_password=staff.must_change_password,
            has_second_factor=staff.totp_secret is not None,
            second_factor=login.second_factor,
            csrf=login.csrf,
            token_hash=login.token_hash,
            expires_at=ends,
            private_key=carried(self.vault, login, token),
        )

    async def close(self, session: AsyncSession, token_hash: str) -> None:
        """End a session."""
        await session.execute(delete(StaffSession).where(StaffSession.token_hash == token_hash))


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
