"""What a message says where the conversation stands, and what most rows of the settling table are made of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from bot.dialogue.answers import PREFIX
from bot.dialogue.commands import ASK, Command, Commands
from bot.dialogue.state import State

_BUTTONS_OF: Final = {"human": ("@yes", "@no")}  # that answer an open question with a plain yes or no


@dataclass(frozen=True)
class Said:
    """What is settled: the message's commands, its words, and how the conversation stands."""

    text: str
    commands: Commands
    state: State

    def awaits(self, question: str) -> bool:
        """Say whether a question is open; one that ends in a colon means all of its kind."""
        open_now = self.state.awaits or ""
        return open_now.startswith(question) if question.endswith(":") else open_now == question

    def sure(self, name: str) -> float:
        """Return how sure a command is."""
        found = self.commands.first(name)
        return found.sure if found is not None else 1.0

    def as_sure(self, name: str, other: str) -> bool:
        """Say whether two commands are there, and the first is as sure as the other."""
        return {name, other} <= self.commands.names and self.sure(name) >= self.sure(other)

    def exactly(self, name: str) -> bool:
        """Say whether a command was a button or a listed word, and no guess."""
        return name in self.commands and self.sure(name) >= 1

    def answered_last(self, command: Command) -> bool:
        """Say whether a command asks for what the last reply answered, and for nothing else."""
        given = {text.removeprefix(PREFIX) for text in self.state.last_said if text.startswith(PREFIX)}
        return command.name == ASK and bool(command.choices) and given.issuperset(command.choices)

    def just_said(self, text: str) -> bool:
        """Say whether the last reply held a text whose id begins so."""
        return any(one.startswith(text) for one in self.state.last_said)

    def only(self, *names: str) -> bool:
        """Say whether the message does nothing else."""
        return bool(self.commands.all) and self.commands.names <= set(names)


@dataclass(frozen=True)
class SettlingRow:
    """One row of the table: in which situation which commands become which others."""

    situation: str
    when: Callable[[Said], bool]
    then: Callable[[Said], Commands]


def instead(answer: str, *names: str) -> Callable[[Said], Commands]:
    """Return what puts commands in the place of an answer, as sure as it is."""
    return lambda said: said.commands.without(answer).with_(*(Command(name, sure=said.sure(answer)) for name in names))


def answered(question: str, answer: str) -> Callable[[Said], bool]:
    """Return whether an open question is answered so, and not by a button under another one."""
    return lambda said: said.awaits(question) and answer in said.commands and not old_button(said, question)


def old_button(said: Said, question: str) -> bool:
    """Say whether a button was pressed that stands under another question than the open one."""
    return said.text.startswith("@") and said.text not in _BUTTONS_OF.get(question, ())


def surer(first: str, second: str) -> Callable[[Said], Commands]:
    """Return what leaves the surer one of two commands."""
    return lambda said: said.commands.without(second if said.sure(first) >= said.sure(second) else first)
