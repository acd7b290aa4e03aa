"""The tables of closed cases that are sealed to the staff: their own keys, the sealings, and whom each was given to."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from bot.storage.tables import Table


class StaffKey(Table):
    """The pair of keys of an account. The private one is wrapped by a key that only the password yields (bot/console/staff_keys.py)."""

    __tablename__ = "staff_keys"

    staff_id: Mapped[str] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"), primary_key=True)
    public_key: Mapped[str]
    private_key: Mapped[bytes]
    made_at: Mapped[datetime]


class CaseSealing(Table):
    """One sealing of a conversation whose cases are closed (bot/storage/closed_cases.py); its key is kept in `case_keys` only.

    `up_to` is the number of the last message that it took in. `content` holds what stood in the conversation besides its messages,
    the witness's report and what was arranged, and `address` where it could be answered: both sealed with that key.
    """

    __tablename__ = "case_sealings"

    id: Mapped[str] = mapped_column(primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"), index=True)
    up_to: Mapped[int]
    content: Mapped[bytes | None]
    address: Mapped[bytes | None]
    made_at: Mapped[datetime]


class CaseKeyGiven(Table):
    """The key of a sealing, sealed to the public key of one account."""

    __tablename__ = "case_keys"

    sealing_id: Mapped[str] = mapped_column(ForeignKey("case_sealings.id", ondelete="CASCADE"), primary_key=True)
    staff_id: Mapped[str] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"), primary_key=True, index=True)
    given: Mapped[str]
