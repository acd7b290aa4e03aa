"""How long a turn waits for the model: whoever writes is answered in time, whatever the model does."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from contextvars import ContextVar
from math import inf
from typing import Final

from prometheus_client import Counter

from bot.conversation.assistant_interface import AssistantInPieces, ReadInPart, SpokenTurn
from bot.dialogue.answers import Library
from bot.dialogue.features import NEW, Context
from bot.dialogue.turn import Speaking, Understood
from bot.screening.parts import parts

WAITING: Final = 2  # times `seconds` that any turn may last: once to be read, and as long to wait for it
LATE = Counter("frontdoor_model_late", "Calls of the model that did not end within their turn's time.")
_ENDS: Final[ContextVar[float]] = ContextVar("turn_ends", default=inf)


class TimeLimit:
    """An assistant that is waited for as long as a turn may last, however often it is asked in it; then it raises TimeoutError.

    What is late goes on in the model's thread, where nobody can stop it; nothing of it is used. `seconds` is how long the model may
    take at once: it watches that itself, for only there one sees who waits and who is read. Here is what a turn may last beside
    all others, longer by the same for each part of its message.
    """

    def __init__(self, assistant: AssistantInPieces, *, seconds: float) -> None:
        self.assistant = assistant
        self.seconds = seconds
        self.stuck = False  # since nothing came from it for that long, until something comes in time again
        self._came = -inf  # when something came last

    @contextmanager
    def limit(self, text: str) -> Iterator[None]:
        """Let the time of a message's turn run."""
        before = _ENDS.set(asyncio.get_running_loop().time() + self.seconds * (WAITING + len(parts(text))))
        try:
            yield
        finally:
            _ENDS.reset(before)

    async def understand(
        self, text: str, *, language_hint: str | None = None, context: Context = NEW, library: Library | None = None
    ) -> Understood:
        """Screen a message and say what it does in its conversation; raises ReadInPart where only its beginning could be read."""
        steps = self.assistant.understand_by_parts(text, language_hint=language_hint, context=context, library=library)
        async with self._in_time():
            known = await anext(steps)
        try:
            while True:
                async with self._in_time():
                    more = await anext(steps, None)
                if more is None:
                    return known
                known = more
        except Exception as error:
            raise ReadInPart(known) from error

    async def turn(self, speaking: Speaking, *, language: str, tracker: str | None) -> SpokenTurn:
        """Let the rules decide what is said."""
        async with self._in_time():
            return await self.assistant.turn(speaking, language=language, tracker=tracker)

    @asynccontextmanager
    async def _in_time(self) -> AsyncIterator[None]:
        loop, ends = asyncio.get_running_loop(), _ENDS.get()
        try:
            async with asyncio.timeout_at(ends if ends < inf else loop.time() + self.seconds) as time:
                yield
        except TimeoutError:
            # Whoever came too late because others are read sees the model at work: only one that says so itself, or is silent, is stuck.
            self.stuck = self.stuck or not time.expired() or loop.time() - self._came >= self.seconds
            LATE.inc()
            raise
        self._came, self.stuck = loop.time(), False
