"""The corrections of coordinators, applied to what people write from the next message on, in every process.

Which ones there are is looked up for each message; a process reads those that are new to it, and forgets those that were undone.
"""

from __future__ import annotations

import base64
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import Final

import numpy as np
import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from bot.conversation.assistant_interface import AssistantInterface
from bot.conversation.urgency import raised
from bot.dialogue.commands import Command, Commands
from bot.dialogue.features import unpacked
from bot.dialogue.screened import with_screening
from bot.dialogue.turn import Understood
from bot.messages import Evidence, Indicator, Triage
from bot.screening import phrase_corrections
from bot.screening.heads import Matrix
from bot.screening.phrase_corrections import LONGEST, PhraseCorrection, lowered, rest_of, standing_in
from bot.storage.corrections import CorrectionStore
from bot.storage.database import Database

log = structlog.get_logger()

Understand = Callable[[str], Awaitable[Understood]]

NEAR: Final = 0.8  # cosine from which on a message says what a phrase says: as for the file of corrections, docs/screening.md
_IN_DANGER: Final = ("danger:self", "danger:other", "hint:danger")
_DYING: Final = ("feel:suicide", "doubt:suicide", "doubt:denied", "hint:suicide")


class Corrections:
    """The corrections that this process knows of."""

    def __init__(self, store: CorrectionStore) -> None:
        self.store = store
        self._known: dict[str, PhraseCorrection | None] = {}
        self._senses: dict[str, Matrix] = {}

    async def look(self, session: AsyncSession) -> None:
        """Take up what was corrected or undone since the last message, by whichever process."""
        await self.take_up(session, await self.store.ids(session))

    async def take_up(self, session: AsyncSession, ids: frozenset[str]) -> None:
        """Read those of all corrections that are new here, and forget those that are undone; the session is of the same snapshot."""
        if ids == self._known.keys():
            return
        new = await self.store.read(session, ids - self._known.keys())
        self._known = {number: one for number, one in {**self._known, **new}.items() if number in ids}
        self._senses = {number: sense for number, sense in self._senses.items() if number in ids}

    async def applied(self, text: str, understood: Understood, understand: Understand) -> Understood:
        """Return a message as the corrections let it be understood; `understand` reads another text in the same conversation.

        Where the rest of a message cannot be read, nothing is taken away from it.
        """
        known = {number: correction for number, correction in self._known.items() if correction is not None}
        if not known or text.startswith("@"):
            return understood
        standing = standing_in(text, known.values())
        calming = [correction for correction, _words in standing if not correction.raises]
        says = [Evidence(one.sign, words) for one, words in standing if one.sign is not None and one.raises]
        if calming:
            try:
                understood = await _lowered(text, understood, calming, understand)
            except Exception as error:  # noqa: BLE001 - the message stays as urgent as it was read
                log.error("correction_not_applied", error=type(error).__name__)
        says += await self._said_nearly(text, known, understood, understand)
        if not says:
            return understood
        before, screening = understood.screening, phrase_corrections.raised(understood.screening, says)
        newly = screening.triage is Triage.EMERGENCY and before.triage is not Triage.EMERGENCY
        commands = with_screening(understood.commands, screening) if newly else understood.commands
        return replace(understood, screening=screening, commands=commands)

    async def catch_up(self, database: Database, assistant: AssistantInterface | None) -> None:
        """Read the phrases that say a sign, so that what means nearly the same is known; a turn reads one of them at most."""
        async with database.reading() as session:
            await self.look(session)
        for number, correction in list(self._known.items()):
            if assistant is not None and correction is not None and correction.raises:
                await self._sense(number, correction, assistant.understand)

    async def _said_nearly(
        self, text: str, known: dict[str, PhraseCorrection], understood: Understood, understand: Understand
    ) -> list[Evidence]:
        """Return the signs of phrases that mean nearly the same as the whole message."""
        said = _unit(understood.vector)
        if said is None:
            return []
        words = text if len(text) <= LONGEST else ""
        unread = next((number for number, one in known.items() if one.raises and number not in self._senses), None)
        if unread is not None:
            await self._sense(unread, known[unread], understand)
        return [
            Evidence(correction.sign, words)
            for number, correction in known.items()
            if correction.sign is not None
            and (sense := self._senses.get(number)) is not None
            and sense.shape == said.shape
            and float(sense @ said) >= NEAR
        ]

    async def _sense(self, number: str, correction: PhraseCorrection, understand: Understand) -> None:
        if number in self._senses:
            return
        try:
            sense = _unit((await understand(correction.phrase)).vector)
        except Exception as error:  # noqa: BLE001 - its own words are found without it; it is tried again
            log.error("correction_not_read", correction=number, error=type(error).__name__)
            return
        if sense is not None:
            self._senses[number] = sense


async def _lowered(text: str, understood: Understood, calming: Sequence[PhraseCorrection], understand: Understand) -> Understood:
    """Return a message without what its corrected phrases do not say, in its screening and in what the dialogue takes it for."""
    said_besides = rest_of(text, calming)
    rest = await understand(said_besides) if said_besides else None
    screening = lowered(raised(understood), raised(rest) if rest is not None else None, calming)
    over: tuple[str, ...] = () if screening.triage is Triage.EMERGENCY else _IN_DANGER
    if any(one.denied is Indicator.SUICIDE_RISK for one in calming) and Indicator.SUICIDE_RISK not in screening.signs:
        over += _DYING
    commands = understood.commands.without(*over)
    if rest is not None:
        commands = commands.with_(*(command for command in rest.commands.all if command.name in (*_IN_DANGER, *_DYING)))
    if not commands.all:
        commands = Commands((Command("tell:self", sure=0.0),))
    return replace(understood, screening=screening, commands=commands)


def _unit(vector: str) -> Matrix | None:
    """Return the vector that a message was understood by, of length one; None where there is none."""
    if not vector:
        return None
    numbers = unpacked(vector, len(base64.b64decode(vector)) // np.dtype(np.float16).itemsize)
    return np.asarray(numbers / (np.linalg.norm(numbers) + 1e-9), dtype=np.float32)
