"""The tables of coming back to a conversation: its code, and the pages that were opened with it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from bot.storage.tables import Table


class ReturnCode(Table):
    """The code with which somebody finds their conversation again: what names the row, and a slow hash of the rest of it.

    `selector` is the front of the code, drawn at random, by which the row is found; it opens nothing. See bot/storage/return_codes.py.
    """

    __tablename__ = "return_codes"

    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"), primary_key=True)
    selector: Mapped[str] = mapped_column("shelf", unique=True)
    secret_hash: Mapped[str]
    expires_at: Mapped[datetime]


class FurtherPage(Table):
    """A page that opened a conversation with its code: the pseudonym of that page's token, beside the first one's."""

    __tablename__ = "further_pages"

    pseudonym: Mapped[str] = mapped_column(primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"), index=True)
    expires_at: Mapped[datetime]
