"""Rasa's own commands work on the project."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from bot.dialogue.commands import Commands
from bot.learning.examples import from_rows
from bot.screening.rows import read_rows
from bot.settings import PROJECT_ROOT, load_settings

pytestmark = pytest.mark.model


def rasa(*arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-W", "ignore", "-m", "rasa", *arguments]
    environment = {**os.environ, "RASA_TELEMETRY_ENABLED": "false"}
    return subprocess.run(
        command, cwd=PROJECT_ROOT, env=environment, input=stdin, capture_output=True, text=True, timeout=300, check=False
    )


def test_rasa_test_passes_the_stories(tmp_path: Path) -> None:
    model = str(load_settings().model_dir)
    done = rasa(
        "test", "core", "--model", model, "--stories", "tests/stories", "--out", str(tmp_path), "--fail-on-prediction-errors"
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    assert "None of the test stories failed" in (tmp_path / "failed_test_stories.yml").read_text(encoding="utf-8")


def test_rasa_test_nlu_measures_the_pipeline_message_by_message(tmp_path: Path) -> None:
    model = str(load_settings().model_dir)
    rows = read_rows(Path(PROJECT_ROOT, "nlu_data/validation/be").glob("*.yml"))
    said = [
        (Commands.of(*sorted(example.labels)).main_intent(), example.text) for example in from_rows(rows)[::3] if example.labels
    ]
    examples = [
        {"intent": name, "examples": "".join(f"- {text}\n" for intent, text in said if intent == name)} for name in dict(said)
    ]
    messages = tmp_path / "nlu.yml"
    messages.write_text(yaml.safe_dump({"version": "3.1", "nlu": examples}, allow_unicode=True), encoding="utf-8")
    done = rasa("test", "nlu", "--model", model, "--nlu", str(messages), "--out", str(tmp_path), "--no-plot")
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    report = json.loads((tmp_path / "intent_report.json").read_text())
    assert report["weighted avg"]["support"] == len(said)
    assert report["accuracy"] > 0.6
    mistaken = json.loads((tmp_path / "intent_errors.json").read_text())
    assert all(0 <= item["intent_prediction"]["confidence"] <= 1 for item in mistaken)


def test_rasa_data_validation_accepts_the_domain_and_the_rules() -> None:
    done = rasa("data", "validate", "stories", "--data", "nlu_data/dialogue", "--domain", "domain.yml", "--config", "config.yml")
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]


def test_the_action_server_finds_every_action() -> None:
    from rasa_sdk.executor import ActionExecutor

    executor = ActionExecutor()
    executor.register_package("actions")
    from actions.dialogue import ACTIONS

    named = yaml.safe_load((PROJECT_ROOT / "domain.yml").read_text(encoding="utf-8"))["actions"]
    assert {action().name() for action in ACTIONS} == set(named)
    assert set(named) <= set(executor.actions)
