"""Whatever understands messages and leads the dialogue, as the front door sees it: Rasa, or a stand-in in a test."""

from __future__ import annotations

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


class AssistantMissing(Exception):
    """There is no assistant: its model is missing or did not load."""


class NothingSaid(Exception):
    """The dialogue ended a turn without a text."""
