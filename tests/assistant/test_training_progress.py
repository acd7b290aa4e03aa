"""How far training is can be said of everything that it does."""

from __future__ import annotations

import re
from pathlib import Path

from bot.assistant.training_progress import PARTS
from bot.settings import PROJECT_ROOT

SAYS = re.compile(r"\b(?:progress|reached)\(\"([^\"]+)\"")


def test_each_part_that_training_says_it_is_at_has_its_share_of_the_bar() -> None:
    sources = [path.read_text(encoding="utf-8") for path in Path(PROJECT_ROOT, "bot").rglob("*.py")]
    said = {name for source in sources for name in SAYS.findall(source)}
    assert {"urgency", "turns", "commands"} <= said
    assert sorted(said - PARTS.keys()) == []
