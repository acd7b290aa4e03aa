"""What a message does, as likelihoods: a small network over the message in its conversation.

Trained by `bot.learning.heads`; here only read and applied.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np

from bot.dialogue.commands import LABELS, SEVERAL
from bot.dialogue.features import inputs
from bot.dialogue.inputs import check_inputs, keep_inputs
from bot.dialogue.state import Who
from bot.screening.heads import Matrix, softmax
from bot.screening.layers import Layers, likelihood
from bot.screening.letter_table import Letters, Places, beside

COMMANDS_FILE: Final = "commands.npz"
ROLES: Final = tuple(who.value for who in Who)


@dataclass(frozen=True)
class Bars:
    """From which likelihood on something counts; chosen on validation conversations by what a mistake costs, kept in the model.

    `command` by command; `who`: a role, where none is known, and `who_again` where another is.
    """

    command: Mapping[str, float] = field(default_factory=dict)
    who: float = 0.6
    who_again: float = 0.85


@dataclass(frozen=True)
class InParts:
    """What a message does, as log odds: a row for the whole, then one for each clause where it has several, a column for each command."""

    outputs: tuple[str, ...]
    logits: Matrix

    @property
    def likelihoods(self) -> dict[str, float]:
        """Return for each command how likely the message does it.

        The whole drowns what one clause of many says, a clause lacks what is said around it: of the whole and the loudest clause the
        mean of the log odds counts (docs/encoder.md). How much is asked only the whole knows.
        """
        whole, *clauses = self.logits
        of_the_whole = np.array([name == SEVERAL for name in self.outputs])
        loudest = np.where(of_the_whole, whole, np.max(clauses, axis=0)) if clauses else whole
        return dict(zip(self.outputs, likelihood((whole + loudest) / 2).tolist(), strict=True))

    def by_clause(self, name: str) -> list[float]:
        """Return how likely each clause does one thing, by itself."""
        found: list[float] = likelihood(self.logits[1:, self.outputs.index(name)]).tolist()
        return found


@dataclass(frozen=True)
class CommandHeads:
    """The network for commands, the one for who writes, and the bars."""

    commands: Layers
    who: Layers
    bars: Bars
    meanings: tuple[str, ...]
    letters: Letters | None = None

    def heard(self, rows: Matrix, seen: Sequence[Places]) -> InParts:
        """Return what a message does; rows, and places of letters, are those of the whole and, where it has several, its clauses."""
        return InParts(self.commands.outputs, beside(np.atleast_2d(self.commands.logits(rows)), self.letters, seen))

    def role(self, features: Matrix) -> tuple[Who, float]:
        """Return who most likely writes, and how likely that is."""
        likely = softmax(self.who.logits(features))
        best = int(np.argmax(likely))
        return Who(self.who.outputs[best]), float(likely[best])

    def save(self, folder: Path) -> None:
        """Write networks and bars to a folder."""
        arrays: dict[str, Any] = self.commands.arrays("commands") | self.who.arrays("who")
        about = {
            "commands": self.commands.outputs,
            "who": self.who.outputs,
            "bars": self.bars.__dict__ | {"command": dict(self.bars.command)},
            "meanings": self.meanings,
        }
        if self.letters is not None:
            arrays |= self.letters.arrays()
        folder.mkdir(parents=True, exist_ok=True)
        np.savez_compressed(folder / COMMANDS_FILE, allow_pickle=False, about=np.array(json.dumps(about)), **arrays)
        keep_inputs(folder / COMMANDS_FILE, inputs(self.meanings))

    @classmethod
    def load(cls, folder: Path) -> CommandHeads:
        """Read networks and bars.

        Raises ValueError when they know commands or roles that this program does not have, InputsDiffer when they read other numbers.
        """
        with np.load(folder / COMMANDS_FILE, allow_pickle=False) as data:
            about = json.loads(str(data["about"]))
            if not set(about["commands"]) <= {*LABELS, SEVERAL} or not set(about["who"]) <= set(ROLES):
                raise ValueError("The command heads were trained for other commands.")
            check_inputs(folder / COMMANDS_FILE, inputs(about["meanings"]))
            commands, who = (Layers.of(about[name], data, name) for name in ("commands", "who"))
            letters = Letters.of(about["commands"], data) if "letters.table" in data else None
            return cls(commands, who, Bars(**about["bars"]), tuple(about["meanings"]), letters)
