"""What consultants write down about a case: consents, tags, notes, the report as they corrected it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.console.case_access import is_locked, sealed_beside
from bot.conversation.consultants import MAX_ANSWER
from bot.dialogue.report import FIELDS
from bot.storage.tables import CaseFile, CaseNote, Conversation, Handoff
from bot.storage.vault import SealedToStaff, Vault

CONSENTS: Final = ("share", "confidential", "anonymous")
REPORT_FIELDS: Final = (*FIELDS, "more")
MAX_TAGS: Final = 12
MAX_TAG: Final = 40
# What fits into the fields of a case's page, in characters. What is longer is refused, and said to be: nothing is cut.
LONGEST: Final[Mapping[str, int]] = {
    "answer": MAX_ANSWER,
    "reason": 1000,
    "note": 4000,
    "tags": MAX_TAGS * (MAX_TAG + 2),
    "example": 1000,
}


@dataclass(frozen=True)
class Note:
    """A consultant's note; without a text when it does not open, `closed` when that is because it is sealed to others."""

    staff_id: str
    text: str | None
    created_at: datetime
    closed: bool = False


@dataclass(frozen=True)
class OpenedFile:
    """A case's file, opened. `report` is the witness's report by field; `report_corrected` says that a consultant changed it."""

    victim_consent: str | None
    witness_consent: str | None
    tags: tuple[str, ...]
    report: Mapping[str, str]
    report_corrected: bool
    notes: tuple[Note, ...]
    verdict: str | None


class CaseFiles:
    """Reads and writes case files through a vault."""

    def __init__(self, vault: Vault) -> None:
        self.vault = vault

    async def read(self, session: AsyncSession, case: Handoff, conversation: Conversation) -> OpenedFile:
        """Return everything that was written down about a case."""
        file = await session.get(CaseFile, case.id)
        notes = await session.execute(select(CaseNote).filter_by(handoff_id=case.id).order_by(CaseNote.id))
        corrected = file is not None and file.report is not None
        return OpenedFile(
            victim_consent=file.victim_consent if file else None,
            witness_consent=file.witness_consent if file else None,
            tags=tuple(self.vault.read_json(file.tags, f"tags:{case.id}", ())) if file else (),
            report=await self._report(session, case, file, conversation),
            report_corrected=corrected,
            notes=tuple(
                Note(
                    note.staff_id,
                    self.vault.read(note.content, f"note:{case.id}", None),
                    note.created_at,
                    closed=self.vault.is_closed(note.content),
                )
                for note in notes.scalars()
            ),
            verdict=file.verdict if file else None,
        )

    async def _report(
        self, session: AsyncSession, case: Handoff, file: CaseFile | None, conversation: Conversation
    ) -> Mapping[str, str]:
        if file is not None and file.report is not None:
            corrected: dict[str, str] = self.vault.read_json(file.report, f"case-report:{case.id}", {})
            return corrected
        before = (await sealed_beside(session, self.vault, conversation.id))["report"]
        told: dict[str, str] = self.vault.read_json(conversation.report, f"report:{conversation.id}", {})
        return {**before, **told}

    async def set_consents(self, session: AsyncSession, case: Handoff, *, victim: str | None, witness: str | None) -> None:
        """Keep what the victim and the witness agreed to; None where nobody has asked yet."""
        file = await self._file(session, case)
        file.victim_consent, file.witness_consent = victim, witness

    @staticmethod
    def tags_fit(tags: str) -> bool:
        """Say whether tags, given as words with commas between, are as many and as short as is kept."""
        words = _tags(tags)
        return len(words) <= MAX_TAGS and all(len(word) <= MAX_TAG for word in words)

    async def set_tags(self, session: AsyncSession, case: Handoff, tags: str) -> None:
        """Keep tags, given as words with commas between; raises SealedToStaff when those that are there cannot be seen."""
        file = await self._file(session, case)
        self._refuse_unseen(file.tags)
        words = _tags(tags)
        file.tags = self.vault.seal_json(words, f"tags:{case.id}") if words else None

    async def set_report(self, session: AsyncSession, case: Handoff, report: Mapping[str, str]) -> None:
        """Keep the report as a consultant corrected it; what the witness told stays in the conversation.

        Raises SealedToStaff when the one that is there cannot be seen.
        """
        file = await self._file(session, case)
        self._refuse_unseen(file.report)
        if file.report is None and case.closed_at is not None and await is_locked(session, self.vault, case.conversation_id):
            raise SealedToStaff("The witness's report that this would stand for is sealed to others.")
        kept = {field: value for field in REPORT_FIELDS if (value := report.get(field, "").strip())}
        file.report = self.vault.seal_json(kept, f"case-report:{case.id}")

    def _refuse_unseen(self, sealed: bytes | None) -> None:
        if self.vault.is_closed(sealed):
            raise SealedToStaff("What would be written over is sealed to others.")

    async def set_verdict(self, session: AsyncSession, case: Handoff, verdict: str) -> bool:
        """Keep a verdict on the screening; False when there is one already."""
        file = await self._file(session, case)
        if file.verdict is not None:
            return False
        file.verdict = verdict
        return True

    async def add_note(self, session: AsyncSession, case: Handoff, *, staff_id: str, text: str, now: datetime) -> None:
        """Add a note."""
        session.add(
            CaseNote(
                handoff_id=case.id,
                staff_id=staff_id,
                content=self.vault.seal(text, f"note:{case.id}"),
                created_at=now,
                expires_at=case.expires_at,
            )
        )

    async def _file(self, session: AsyncSession, case: Handoff) -> CaseFile:
        file = await session.get(CaseFile, case.id)
        if file is None:
            file = CaseFile(handoff_id=case.id, expires_at=case.expires_at)
            session.add(file)
        return file


def _tags(tags: str) -> list[str]:
    return list(dict.fromkeys(word for part in tags.split(",") if (word := " ".join(part.split()))))
