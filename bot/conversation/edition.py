"""What the program may answer at this moment: the files' library and what staff published in the console, without what they switched off.

Every message is answered from the edition that is current when its turn comes. A process notices a new one by its number.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import structlog
from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncSession

from bot.conversation.answer_form import Fault, faults
from bot.dialogue.answers import Library
from bot.dialogue.backing import facts
from bot.dialogue.entry import Entry
from bot.language.wording import Wording
from bot.storage.answer_switches import edition_number, switched_off
from bot.storage.tables_answers import WrittenAnswer
from bot.storage.written_answers import published

log = structlog.get_logger()


@dataclass(frozen=True)
class Edition:
    """The library and its words; number 0 is that of the files."""

    number: int
    library: Library
    wording: Wording


class Editions:
    """Knows the current edition; the one before is kept until its number is no longer that of the database."""

    def __init__(self, library: Library, wording: Wording) -> None:
        self.files = Edition(0, library, wording)
        self._current = self.files

    @property
    def latest(self) -> Edition:
        """Return what could be answered when somebody last wrote."""
        return self._current

    async def current(self, session: AsyncSession) -> Edition:
        """Return what may be answered now."""
        return await self.numbered(session, await edition_number(session))

    async def numbered(self, session: AsyncSession, number: int) -> Edition:
        """Return what may be answered now, where the number of it is known; the session is of the same snapshot."""
        if number != self._current.number:
            self._current = await self._read(session, number)
            log.info("answers_changed", edition=number)
        return self._current

    async def said_in(self, session: AsyncSession) -> Library:
        """Return what may be answered as a session sees it; nothing is kept, as it may still take back what it changed."""
        return (await self._read(session, self.files.number)).library

    async def _read(self, session: AsyncSession, number: int) -> Edition:
        off = await switched_off(session)
        library, wording = self.files.library, self.files.wording
        for entry in self.said(await published(session)):
            library = library.with_answers([entry.answer(self.files.library)])
            wording = wording.with_texts(entry.texts(), entry.titles())
        return Edition(number, library.only(name for name in library.answers if name not in off), wording)

    def said(self, rows: Sequence[WrittenAnswer]) -> list[Entry]:
        """Return those of some written answers that may be said: a newer project may have them in its files, or lack their facts."""
        read = []
        for row in rows:
            entry = entry_of(row)
            if entry is None or (found := self.faults(entry)):
                codes = ["unreadable"] if entry is None else sorted({fault.code for fault in found})
                log.error("written_answer_not_said", answer=row.answer, revision=row.revision, faults=codes)
            else:
                read.append(entry)
        return read

    def faults(self, entry: Entry) -> list[Fault]:
        """Return what keeps a written answer from being said."""
        return faults(entry, library=self.files.library, numbers=self.files.wording.facts, facts=facts())


def entry_of(row: WrittenAnswer) -> Entry | None:
    """Return a written answer as it was kept; None of one that cannot be read."""
    try:
        return Entry.model_validate_json(row.content)
    except ValidationError:
        return None
