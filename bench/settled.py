"""What one message is heard to do in a conversation that stands somewhere, once settled: for benches that read single messages."""

from __future__ import annotations

from dataclasses import dataclass

from bot.dialogue.archive import Reader
from bot.dialogue.features import Context
from bot.dialogue.settle import settle
from bot.dialogue.state import State
from bot.messages import Triage


@dataclass(frozen=True)
class Heard:
    """What one message was heard to do, once settled, and how urgent the screening finds it."""

    does: frozenset[str]
    triage: Triage

    def any_of(self, *commands: str) -> bool:
        """Say whether it does one of some commands."""
        return not self.does.isdisjoint(commands)


def heard_in(reader: Reader, text: str, language: str, state: State) -> Heard:
    """Return what a message does in a conversation that stands so."""
    read = reader.read(text, language_hint=language, context=Context.of(state))
    return Heard(settle(text, read.commands, state).names, read.screening.triage)
