"""The table of what coordinators corrected of the screening."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from bot.storage.tables import Table


class CorrectedPhrase(Table):
    """One correction of the screening, kept until it is undone; nothing in it leads to a conversation or a case.

    A row never changes: undoing deletes it, so the ids that there are tell which corrections there are. `content` holds the phrase
    and what it says, sealed.
    """

    __tablename__ = "corrections"

    id: Mapped[str] = mapped_column(primary_key=True)
    content: Mapped[bytes]
    made_by: Mapped[str]
    made_at: Mapped[datetime]
