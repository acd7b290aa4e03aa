"""How long a turn waits for the model: whoever writes is answered in time, whatever the model does."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from contextvars import ContextVar
from typing import Final

from prometheus_client import Counter

from bot.conversation.assistant_interface import AssistantInterface, SpokenTurn
from bot.dialogue.answers import Library
from bot.dialogue.features import NEW, Context
from bot.dialogue.turn import Speaking, Understood

LATE = Counter("frontdoor_model_late", "Calls of the model that did not end within their turn's time.")
_ENDS: Final[ContextVar[float | None]] = ContextVar("turn_ends", default=None)


class TimeLimit:
    """An assistant that is waited for as long as a turn may last, however often it is asked in it; then it raises TimeoutError.

    What is late goes on in the model's thread, where nobody can stop it; nothing of it is used. `seconds` is the time of a turn.
    """

    def __init__(self, assistant: AssistantInterface, *, seconds: float) -> None:
        self.assistant = assistant
        self.seconds = seconds
        self.stuck = False  # since a call was late; until one comes in time again

    @contextmanager
    def limit(self) -> Iterator[None]:
        """Let the time of a turn run."""
        before = _ENDS.set(asyncio.get_running_loop().time() + self.seconds)
        try:
            yield
        finally:
            _ENDS.reset(before)

    async def understand(
        self, text: str, *, language_hint: str | None = None, context: Context = NEW, library: Library | None = None
    ) -> Understood:
        """Screen a message and say what it does in its conversation."""
        async with self._in_time():
            return await self.assistant.understand(text, language_hint=language_hint, context=context, library=library)

    async def turn(self, speaking: Speaking, *, language: str, tracker: str | None) -> SpokenTurn:
        """Let the rules decide what is said."""
        async with self._in_time():
            return await self.assistant.turn(speaking, language=language, tracker=tracker)

    @asynccontextmanager
    async def _in_time(self) -> AsyncIterator[None]:
        ends = _ENDS.get()
        try:
            async with asyncio.timeout_at(ends if ends is not None else asyncio.get_running_loop().time() + self.seconds) as time:
                yield
        except TimeoutError:
            if time.expired():
                self.stuck = True
                LATE.inc()
            raise
        self.stuck = False
