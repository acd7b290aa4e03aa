"""A model of Rasa with the project's domain and rules and no pipeline: what a turn says is decided in it as in the program's own."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from bot.settings import PROJECT_ROOT

if TYPE_CHECKING:
    from bot.assistant.assistant import Assistant

RULES = PROJECT_ROOT / "nlu_data" / "dialogue" / "rules.yml"
CONFIG = """
recipe: default.v1
assistant_id: rules-only
language: pl
pipeline: []
policies:
- name: RulePolicy
  core_fallback_action_name: action_ask
  enable_fallback_prediction: true
  restrict_rules: false
"""


def train_rules(folder: Path, rules: str) -> Assistant:
    """Train Rasa's rule policy on some rules, and return an assistant that speaks by them."""
    from rasa.model_training import train

    from bot.assistant.assistant import Assistant
    from bot.runtime.logs import configure_logs

    configure_logs()
    (folder / "rules.yml").write_text(rules, encoding="utf-8")
    (folder / "config.yml").write_text(CONFIG, encoding="utf-8")
    asyncio.set_event_loop(asyncio.new_event_loop())
    result = train(
        domain=str(PROJECT_ROOT / "domain.yml"),
        config=str(folder / "config.yml"),
        training_files=[str(folder / "rules.yml")],
        output=str(folder / "models"),
        force_training=True,
    )
    assert result.code == 0
    return Assistant.load(folder / "models")
