"""The names of what a network reads, in order: kept beside its weights, so that none is applied to other numbers than it learned from."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from bot.language.classes import ClassesDiffer


class InputsDiffer(ClassesDiffer):
    """A network was learned with other inputs than this program gives it, or in another order; the message names its file."""


def check_inputs(stored: Sequence[str], inputs: Sequence[str], path: Path) -> None:
    """Compare the inputs that a file names with this program's; raises InputsDiffer."""
    if list(stored) != list(inputs):
        raise InputsDiffer(f"{path.name} was learned with other inputs: run `make train`.")
