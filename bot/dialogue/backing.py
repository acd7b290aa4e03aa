"""The facts that answers rest on, by the ids that their entries name."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from pathlib import Path

from bot.dialogue.answers import NLU_DATA
from bot.language.yaml_texts import read_values


@functools.cache
def facts(root: Path = NLU_DATA) -> Mapping[str, str]:
    """Return each fact in words, with its mark and its source."""
    content = read_values(root / "backing.yml")
    return {name: str(entry["fact"]) for name, entry in content.items()}
