"""The names of what a network reads, in order: kept beside its weights, so that none is applied to other numbers than it learned from."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from bot.language.classes import ClassesDiffer


class InputsDiffer(ClassesDiffer):
    """A network was learned with other inputs than this program gives it, or in another order; the message names its file."""


def keep_inputs(network: Path, inputs: Sequence[str]) -> None:
    """Write the names of what a network reads beside its file."""
    _beside(network).write_text(json.dumps(inputs, indent=1) + "\n", encoding="utf-8")


def check_inputs(network: Path, inputs: Sequence[str]) -> None:
    """Compare the inputs that stand beside a network's file with this program's; raises InputsDiffer."""
    kept = _beside(network)
    if not kept.exists() or json.loads(kept.read_text(encoding="utf-8")) != [*inputs]:
        raise InputsDiffer(f"{network.name} was learned with other inputs: run `make train`.")


def _beside(network: Path) -> Path:
    return network.with_suffix(".inputs.json")
