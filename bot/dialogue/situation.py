"""What a reply is planned from: one message where it stands in its conversation."""

from __future__ import annotations

from dataclasses import dataclass, field

from bot.dialogue.answers import Library
from bot.dialogue.commands import Commands
from bot.dialogue.state import Heard, State


@dataclass(frozen=True)
class Turn:
    """Everything that a reply is planned from: the state before the message, after it, and what the message does there."""

    before: State
    now: State
    heard: Heard
    commands: Commands
    text: str
    library: Library
    on_duty: bool = True
    form: str = "text"
    quiet: bool = False
    awaits: str | None = None  # what is open when the message comes
    told: tuple[str, ...] = ()  # kinds of tellings in the message, the surest first
    said: tuple[str, ...] = field(default=())  # texts of this reply so far
    asks: str | None = None  # the question that this reply leaves open

    def does(self, *names: str) -> bool:
        """Say whether the message does one of several things."""
        return self.commands.any_of(*names)

    def times(self, *texts: str) -> int:
        """Return how often any of several texts was said before this reply."""
        return sum(self.before.times(text) for text in texts)
