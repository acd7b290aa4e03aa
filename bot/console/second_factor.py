"""The second factor: time-based codes (RFC 6238) from an app on the telephone."""

from __future__ import annotations

import base64
import binascii
import hmac
from datetime import datetime
from typing import Final

import pyotp
import segno
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.storage.tables import Staff
from bot.storage.vault import SealBroken, Vault

ISSUER: Final = "Front door console"
STEP_SECONDS: Final = 30
TOLERATED_STEPS: Final = 1  # a telephone's clock may be half a minute off


class SetupExpired(Exception):
    """The form of the setup is damaged or belongs to somebody else: start again."""


class SecondFactor:
    """Sets up and checks second factors; their secrets are sealed."""

    def __init__(self, vault: Vault) -> None:
        self.vault = vault

    def propose(self, staff_id: str) -> tuple[str, str]:
        """Return a new secret, and the same sealed for the form that confirms it."""
        secret = pyotp.random_base32()
        return secret, base64.urlsafe_b64encode(self.vault.seal(secret, f"totp-setup:{staff_id}")).decode()

    def proposed(self, sealed: str, staff_id: str) -> str:
        """Return the secret of a setup form; raises SetupExpired."""
        try:
            return self.vault.open(base64.urlsafe_b64decode(sealed.encode()), f"totp-setup:{staff_id}")
        except (SealBroken, binascii.Error, ValueError):
            raise SetupExpired("The form of the setup is damaged or belongs to somebody else.") from None

    def qr_code(self, secret: str, name: str) -> str:
        """Return a QR code that apps read, as a data URI."""
        uri = pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name=ISSUER)
        return str(segno.make(uri, error="m").svg_data_uri(scale=5, border=3, light="white"))

    async def confirm(self, session: AsyncSession, staff: Staff, secret: str, code: str, now: datetime) -> bool:
        """Keep a proposed secret when the code fits it."""
        step = _step(secret, code, now)
        if step is None:
            return False
        staff.totp_secret = self.vault.seal(secret, f"totp:{staff.id}")
        staff.totp_last_step = step
        return True

    async def check(self, session: AsyncSession, staff: Staff, code: str, now: datetime) -> bool:
        """Say whether a code is right; each is taken once only."""
        secret = self.vault.read(staff.totp_secret, f"totp:{staff.id}", None)
        step = _step(secret, code, now) if secret is not None else None
        if step is None:
            return False
        used = await session.execute(
            update(Staff)
            .where(Staff.id == staff.id, Staff.totp_last_step < step)
            .values(totp_last_step=step)
            .execution_options(synchronize_session=False)
        )
        return getattr(used, "rowcount", 0) == 1


def _step(secret: str, code: str, now: datetime) -> int | None:
    code = "".join(code.split())
    current = int(now.timestamp()) // STEP_SECONDS
    found = None
    for step in range(current - TOLERATED_STEPS, current + TOLERATED_STEPS + 1):
        if hmac.compare_digest(pyotp.TOTP(secret).at(step * STEP_SECONDS).encode(), code.encode()):
            found = step
    return found
