"""Rasa's rules, read without Rasa: which sections speak for which main intent in which phase.

Where conversations are led in thousands, for learning and measuring, Rasa's own policy would take minutes; the rules are the same file.
"""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Final

from bot.dialogue.rows import Section
from bot.language.yaml_texts import read_values

RULES: Final = Path(__file__).resolve().parents[2] / "nlu_data" / "dialogue" / "rules.yml"
_ACTION: Final = "action_"


@functools.cache
def sections_of(intent: str, phase: str, path: Path = RULES) -> tuple[Section, ...]:
    """Return the sections that speak; of an intent without a rule for the phase, those of its rule for every phase."""
    rules = _rules(path)
    return rules.get((intent, phase)) or rules.get((intent, None)) or ()


@functools.cache
def _rules(path: Path) -> dict[tuple[str, str | None], tuple[Section, ...]]:
    found: dict[tuple[str, str | None], tuple[Section, ...]] = {}
    for rule in read_values(path)["rules"]:
        intent = next((step["intent"] for step in rule["steps"] if "intent" in step), None)
        phase = next((slot["phase"] for step in rule["steps"] for slot in step.get("slot_was_set", ()) if "phase" in slot), None)
        actions = [step["action"].removeprefix(_ACTION) for step in rule["steps"] if "action" in step]
        if intent is not None:
            found[intent, phase] = tuple(Section(name) for name in actions if name in set(Section))
    return found
