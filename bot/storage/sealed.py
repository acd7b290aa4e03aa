"""What is sealed in the database, and to which place: for whatever concerns all of it, such as a new key."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import LargeBinary, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.storage.case_keys import is_of_case
from bot.storage.tables import (
    CaseFile,
    CaseNote,
    Conversation,
    Delivery,
    EvaluationRow,
    Message,
    ProviderErasureDue,
    Staff,
    StaffSession,
    Table,
    TriageChange,
)
from bot.storage.tables_screening import CorrectedPhrase
from bot.storage.tables_seals import CaseSealing, StaffKey
from bot.storage.vault import KEY_ID_BYTES


@dataclass(frozen=True)
class Sealed:
    """A column of sealed values; `place` is what each is bound to, with fields of its row in braces."""

    table: type[Table]
    column: str
    place: str

    def place_of(self, row: Table) -> str:
        """Return the place of one row's value."""
        return self.place.format(row=row)

    @property
    def values(self) -> Any:
        """Return the column."""
        return getattr(self.table, self.column)

    @property
    def key(self) -> Any:
        """Return the column that identifies a row."""
        [key] = self.table.__table__.primary_key
        return getattr(self.table, key.name)


SEALED: Final = (
    *(
        Sealed(Conversation, name, f"{name}:{{row.id}}")
        for name in ("address", "findings", "dialogue", "report", "arranged", "counted")
    ),
    Sealed(Conversation, "blocked_because", "blocked:{row.id}"),
    Sealed(Message, "content", "message:{row.conversation_id}"),
    Sealed(Message, "screening", "screening:{row.conversation_id}"),
    Sealed(Message, "traces", "traces:{row.conversation_id}"),
    Sealed(Delivery, "provider_ids", "provider:{row.message_id}"),
    Sealed(TriageChange, "reason", "triage:{row.conversation_id}"),
    Sealed(CaseFile, "tags", "tags:{row.handoff_id}"),
    Sealed(CaseFile, "report", "case-report:{row.handoff_id}"),
    Sealed(CaseNote, "content", "note:{row.handoff_id}"),
    Sealed(EvaluationRow, "example", "example:evaluation"),
    Sealed(CorrectedPhrase, "content", "correction:{row.id}"),
    Sealed(ProviderErasureDue, "content", "farewell:{row.id}"),
    Sealed(Staff, "totp_secret", "totp:{row.id}"),
    Sealed(StaffKey, "private_key", "staff-key:{row.staff_id}"),
    Sealed(StaffSession, "unlocked", "unlocked:{row.token_hash}"),
    Sealed(CaseSealing, "content", "sealing:{row.id}"),
    Sealed(CaseSealing, "address", "address:{row.conversation_id}"),
)


async def counted_by_key(session: AsyncSession, sealed: Sealed) -> dict[bytes, int]:
    """Return how many values of a column each key of a key file sealed, by the key's id; keys of closed cases are the staff's."""
    key_id = func.substr(sealed.values, 1, KEY_ID_BYTES, type_=LargeBinary)
    found = await session.execute(select(key_id, func.count()).where(sealed.values.is_not(None)).group_by(key_id))
    counted = {bytes(row[0] or b""): int(row[1]) for row in found}  # of an empty value SQLite makes NULL
    return {key: count for key, count in counted.items() if not is_of_case(key)}


async def next_rows(session: AsyncSession, sealed: Sealed, *, most: int, after: Any = None) -> Sequence[Table]:
    """Return the next rows that hold a value, in the order of their keys, locked where the database can."""
    chosen = select(sealed.table).where(sealed.values.is_not(None)).order_by(sealed.key).limit(most).with_for_update()
    if after is not None:
        chosen = chosen.where(sealed.key > after)
    return (await session.execute(chosen)).scalars().all()
