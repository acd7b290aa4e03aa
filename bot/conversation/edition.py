"""What the program may answer at this moment: the library of the files, without what staff switched off in the console.

Every message is answered from the edition that is current when its turn comes. A process notices a new one by its number.
"""

from __future__ import annotations

from dataclasses import dataclass

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from bot.dialogue.answers import Library
from bot.language.wording import Wording
from bot.storage.answer_switches import edition_number, switched_off

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

    async def current(self, session: AsyncSession) -> Edition:
        """Return what may be answered now."""
        number = await edition_number(session)
        if number != self._current.number:
            self._current = await self._read(session, number)
            log.info("answers_changed", edition=number)
        return self._current

    async def _read(self, session: AsyncSession, number: int) -> Edition:
        off = await switched_off(session)
        said = [name for name in self.files.library.answers if name not in off]
        return Edition(number, self.files.library.only(said), self.files.wording)
