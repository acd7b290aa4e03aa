"""The facts that answers rest on, by the ids that their entries name."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from pathlib import Path

import yaml

from bot.dialogue.answers import NLU_DATA


@functools.cache
def facts(root: Path = NLU_DATA) -> Mapping[str, str]:
    """Return each fact in words, with its mark and its source."""
    content = yaml.load((root / "backing.yml").read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    return {name: str(entry["fact"]) for name, entry in content.items()}
