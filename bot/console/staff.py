"""Accounts of the hotline's staff."""

from __future__ import annotations

import re
import uuid
from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING, Final

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.console.case_access import drop_key, drop_shared
from bot.console.passwords import check_new, hash_password, is_proved, one_time_password
from bot.storage.audit import PROGRAM, AuditLog
from bot.storage.tables import Staff, StaffSession
from bot.storage.tables_outward import ApiToken
from bot.storage.vault import Vault

if TYPE_CHECKING:
    from bot.program import Program

FIRST_ACCOUNT: Final = "admin"
_NAME: Final = re.compile(r"[\w][\w .'-]{1,39}")


class Role(StrEnum):
    """What somebody may do; each role may do what the ones before it may."""

    CONSULTANT = "consultant"
    COORDINATOR = "coordinator"
    ADMINISTRATOR = "administrator"

    def includes(self, other: Role) -> bool:
        """Say whether this role may do what another one may."""
        order = list(Role)
        return order.index(self) >= order.index(other)


class NameTaken(Exception):
    """There is an account of that name already."""


class NameUnusable(Exception):
    """A name must have 2 to 40 letters, digits, spaces, dots, hyphens or apostrophes."""


class AccountUnknown(Exception):
    """There is no account of that name."""


class LastAdministrator(Exception):
    """The only administrator who can log in cannot be disabled: nobody could undo it in the console."""


class Accounts:
    """Makes, changes and finds accounts; every change is in the audit log."""

    def __init__(self, vault: Vault, audit: AuditLog) -> None:
        self.vault = vault
        self.audit = audit

    async def add(self, session: AsyncSession, *, name: str, role: Role, by: str, now: datetime) -> str:
        """Make an account and return its one-time password; raises NameTaken and NameUnusable."""
        name = " ".join(name.split())
        if not _NAME.fullmatch(name):
            raise NameUnusable("A name must have 2 to 40 letters, digits, spaces, dots, hyphens or apostrophes.")
        if await self.find(session, name) is not None:
            raise NameTaken(f"There is an account {name!r} already.")
        staff_id = uuid.uuid4().hex
        password = one_time_password(partial(self._proof, staff_id))
        staff = Staff(id=staff_id, name=name, role=role.value, password_hash=hash_password(password), created_at=now)
        session.add(staff)
        await session.flush()
        await self.audit.record(session, staff_id=by, action="account_added", subject=staff.id, now=now)
        return password

    async def reset(self, session: AsyncSession, staff: Staff, *, by: str, now: datetime, lose: bool = False) -> str:
        """Give an account a new one-time password and take its second factor away; all its logins end.

        Its key goes with the old password: a coordinator gives it again what is sealed. Raises OnlyHolder when nobody could, unless
        `lose` says that this may be lost.
        """
        await drop_key(session, staff.id, lose=lose)
        password = one_time_password(partial(self._proof, staff.id))
        staff.password_hash = hash_password(password)
        staff.must_change_password = True
        staff.totp_secret, staff.totp_last_step = None, 0
        staff.failed_logins, staff.locked_until, staff.disabled_at = 0, None, None
        await self.end_sessions(session, staff.id)
        await self.audit.record(session, staff_id=by, action="account_reset", subject=staff.id, now=now)
        return password

    def is_invited(self, staff: Staff, password: str) -> bool:
        """Say whether an account waits for a one-time password and this is one that was made for it, be it an older one."""
        return staff.must_change_password and is_proved(password, partial(self._proof, staff.id))

    def _proof(self, staff_id: str, drawn: str) -> str:
        return self.vault.fingerprint("one-time password", f"{staff_id} {drawn}")

    async def disable(self, session: AsyncSession, staff: Staff, *, by: str, now: datetime) -> None:
        """Lock an account out at once; its cases are given back by `Ownership.free`, in the same transaction."""
        if staff.role == Role.ADMINISTRATOR and await self._administrators(session) <= 1 and staff.disabled_at is None:
            raise LastAdministrator("This is the only administrator. Add another one first.")
        staff.disabled_at = now
        await drop_shared(session, staff.id)
        await self.end_sessions(session, staff.id)
        await self.audit.record(session, staff_id=by, action="account_disabled", subject=staff.id, now=now)

    async def change_role(self, session: AsyncSession, staff: Staff, role: Role, *, by: str, now: datetime) -> None:
        """Give an account another role; raises LastAdministrator."""
        if staff.role == Role.ADMINISTRATOR and role is not Role.ADMINISTRATOR and await self._administrators(session) <= 1:
            raise LastAdministrator("This is the only administrator. Make somebody else one first.")
        staff.role = role.value
        await self.audit.record(session, staff_id=by, action=f"account_{role.value}", subject=staff.id, now=now)

    async def change_password(self, session: AsyncSession, staff: Staff, password: str, *, now: datetime) -> None:
        """Set the password that its owner chose; raises PasswordTooShort and PasswordTooCommon."""
        check_new(password, name=staff.name)
        staff.password_hash = hash_password(password)
        staff.must_change_password = False
        await self.audit.record(session, staff_id=staff.id, action="password_changed", subject=staff.id, now=now)

    async def find(self, session: AsyncSession, name: str) -> Staff | None:
        """Return an account by its name; case does not matter."""
        # Compared here and not in the database: SQLite's lower() knows no letters beyond a to z.
        wanted = " ".join(name.split()).casefold()
        return next((staff for staff in await self.all(session) if staff.name.casefold() == wanted), None)

    async def named(self, session: AsyncSession, name: str) -> Staff:
        """Return an account by its name; raises AccountUnknown."""
        staff = await self.find(session, name)
        if staff is None:
            raise AccountUnknown(f"There is no account {name!r}.")
        return staff

    async def all(self, session: AsyncSession) -> Sequence[Staff]:
        """Return all accounts, by name."""
        return (await session.execute(select(Staff).order_by(Staff.name))).scalars().all()

    async def names(self, session: AsyncSession) -> dict[str, str]:
        """Return names by id, those of other systems as well."""
        others = await session.execute(select(ApiToken.id, ApiToken.name))
        return {staff.id: staff.name for staff in await self.all(session)} | {token_id: name for token_id, name in others}

    async def end_sessions(self, session: AsyncSession, staff_id: str) -> None:
        """End all logins of an account."""
        await session.execute(delete(StaffSession).where(StaffSession.staff_id == staff_id))

    async def _administrators(self, session: AsyncSession) -> int:
        count = await session.scalar(
            select(func.count()).select_from(Staff).where(Staff.role == Role.ADMINISTRATOR.value, Staff.disabled_at.is_(None))
        )
        return int(count or 0)


async def ensure_first_account(program: Program) -> str | None:
    """Make the account FIRST_ACCOUNT when there is none at all; return its one-time password, None when there are accounts."""
    accounts = Accounts(program.vault, AuditLog(program.vault))
    async with program.database.transaction() as session:
        if await session.scalar(select(func.count()).select_from(Staff)):
            return None
        return await accounts.add(session, name=FIRST_ACCOUNT, role=Role.ADMINISTRATOR, by=PROGRAM, now=program.clock())
