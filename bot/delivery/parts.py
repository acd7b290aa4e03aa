"""What delivering needs of the program."""

from __future__ import annotations

from typing import Protocol

from bot.handoff.queue import HandoffQueue
from bot.runtime.parts import Parts
from bot.storage.conversations import ConversationStore


class DeliveryParts(Parts, Protocol):
    """The program, as far as delivering sees it."""

    @property
    def conversations(self) -> ConversationStore:
        """Return the conversations as they are kept."""
        ...

    @property
    def queue(self) -> HandoffQueue:
        """Return the queue of those who need a person."""
        ...
