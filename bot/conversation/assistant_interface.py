"""Whatever understands messages and leads the dialogue, as the front door sees it: Rasa, or a stand-in in a test."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Protocol

from bot.dialogue.answers import Library
from bot.dialogue.features import NEW, Context
from bot.dialogue.turn import Speaking, Understood
from bot.messages import Reply


class SpokenTurn(Protocol):
    """What a turn of the dialogue said: see `Spoken` in bot/assistant/assistant.py."""

    @property
    def replies(self) -> tuple[Reply, ...]:
        """Return what to say."""
        ...

    @property
    def tracker(self) -> str:
        """Return what Rasa needs for the next turn."""
        ...


class AssistantInterface(Protocol):
    """Whatever understands messages and leads the dialogue: bot.assistant.assistant.Assistant, or a stand-in in a test."""

    async def understand(
        self, text: str, *, language_hint: str | None = None, context: Context = NEW, library: Library | None = None
    ) -> Understood:
        """Screen a message and say what it does in its conversation; `library` is the one to answer from, where it is not the files'."""
        ...

    async def turn(self, speaking: Speaking, *, language: str, tracker: str | None) -> SpokenTurn:
        """Let the rules decide which sections of a reply speak, and return what they said."""
        ...


class AssistantInPieces(AssistantInterface, Protocol):
    """One that tells what it knows of a long message before it has read all of it."""

    def understand_by_parts(
        self, text: str, *, language_hint: str | None = None, context: Context = NEW, library: Library | None = None
    ) -> AsyncIterator[Understood]:
        """Yield what is known of a message, of a long one again after each of its parts: what comes last is the whole."""
        ...


class AssistantMissing(Exception):
    """There is no assistant: its model is missing or did not load."""


class ReadInPart(Exception):
    """A long message could not be read to its end; `understood` is what its beginning says."""

    def __init__(self, understood: Understood) -> None:
        super().__init__("A long message could not be read to its end.")
        self.understood = understood


class NothingSaid(Exception):
    """The dialogue ended a turn without a text."""
