"""Whatever understands messages and leads the dialogue, as the front door sees it: Rasa, or a stand-in in a test."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from bot.messages import Reply, Screening


class Turn(Protocol):
    """What a turn of the dialogue decided: see bot.assistant.Turn."""

    @property
    def replies(self) -> tuple[Reply, ...]:
        """Return what to say."""
        ...

    @property
    def slots(self) -> Mapping[str, Any]:
        """Return the dialogue's slots after the turn."""
        ...

    @property
    def state(self) -> str:
        """Return what the next turn needs."""
        ...


class Understanding(Protocol):
    """Whatever understands messages and leads the dialogue: bot.assistant.Assistant, or a stand-in in a test."""

    async def understand(self, text: str, *, language_hint: str | None = None) -> Screening:
        """Screen a message."""
        ...

    async def turn(self, text: str, act: str, *, slots: Mapping[str, Any], state: str | None) -> Turn:
        """Decide what to say."""
        ...


class AssistantMissing(Exception):
    """There is no assistant: its model is missing or did not load."""


class NothingSaid(Exception):
    """The dialogue ended a turn without a text."""
