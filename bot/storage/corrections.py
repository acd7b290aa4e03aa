"""The corrections of the screening that coordinators made: stored sealed, read by every process, gone when they are undone."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import ScalarSelect, delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.screening.phrase_corrections import PhraseCorrection
from bot.storage.tables_screening import CorrectedPhrase
from bot.storage.vault import Vault

READ_SECONDS: Final = 60  # how often a process reads, beside the turns, the phrases that it has not read
MOST: Final = 300  # all are looked for in every message; more than that belongs into the training


class TooManyCorrections(Exception):
    """There are as many corrections as every message can be searched for; undo some, or put them into the training data."""


@dataclass(frozen=True)
class MadeCorrection:
    """A correction with who made it and when; `correction` is None when what is stored of it does not open."""

    id: str
    correction: PhraseCorrection | None
    made_by: str
    made_at: datetime


class CorrectionStore:
    """Writes and reads corrections through a vault."""

    def __init__(self, vault: Vault) -> None:
        self.vault = vault

    async def ids(self, session: AsyncSession) -> frozenset[str]:
        """Return the ids of all corrections."""
        return ids_in(await session.scalar(select(ids_column())))

    async def read(self, session: AsyncSession, ids: Collection[str]) -> dict[str, PhraseCorrection | None]:
        """Return some corrections by id, None for one that does not open."""
        found = await session.scalars(select(CorrectedPhrase).where(CorrectedPhrase.id.in_(ids)))
        return {row.id: self._opened(row) for row in found}

    async def all(self, session: AsyncSession) -> list[MadeCorrection]:
        """Return all corrections, the newest first."""
        found = await session.scalars(select(CorrectedPhrase).order_by(CorrectedPhrase.made_at.desc(), CorrectedPhrase.id))
        return [MadeCorrection(row.id, self._opened(row), row.made_by, row.made_at) for row in found]

    async def add(self, session: AsyncSession, correction: PhraseCorrection, *, by: str, now: datetime) -> str:
        """Store a correction and return its id; raises TooManyCorrections."""
        if (await session.scalar(select(func.count()).select_from(CorrectedPhrase)) or 0) >= MOST:
            raise TooManyCorrections(f"There are {MOST} corrections already.")
        number = uuid.uuid4().hex
        content = self.vault.seal_json(correction.as_json(), _place(number))
        session.add(CorrectedPhrase(id=number, content=content, made_by=by, made_at=now))
        return number

    async def undo(self, session: AsyncSession, number: str) -> bool:
        """Delete a correction; say whether it was there."""
        undone = await session.execute(delete(CorrectedPhrase).where(CorrectedPhrase.id == number))
        return getattr(undone, "rowcount", 0) == 1

    def _opened(self, row: CorrectedPhrase) -> PhraseCorrection | None:
        content = self.vault.read_json(row.content, _place(row.id), None)
        return PhraseCorrection.from_json(content) if content is not None else None


def ids_column() -> ScalarSelect[str]:
    """Return the ids of all corrections as one value, to be asked for beside other things; `ids_in` reads it."""
    return select(func.aggregate_strings(CorrectedPhrase.id, " ")).scalar_subquery()


def ids_in(value: str | None) -> frozenset[str]:
    """Return the ids that `ids_column` found."""
    return frozenset((value or "").split())


def _place(number: str) -> str:
    return f"correction:{number}"
