"""The promise that what goes wrong is in the log, and nobody's words, numbers, tokens or keys with it."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest


@pytest.fixture(scope="module")
def failed(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, list[str]]:
    """Return what a process printed in which everything failed, and what must not be in it."""
    folder = tmp_path_factory.mktemp("failing")
    command = [sys.executable, "-m", "tests.standins.failing_everywhere", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=240, check=False)
    return done.stdout + done.stderr, json.loads((folder / "secrets.json").read_text())


def test_no_failure_shows_a_key_a_token_or_a_word(failed: tuple[str, list[str]]) -> None:
    printed, secrets = failed
    assert [secret for secret in secrets if secret in printed] == []


def test_every_line_is_an_object_and_every_failure_is_there_with_its_places(failed: tuple[str, list[str]]) -> None:
    lines = [json.loads(line) for line in failed[0].splitlines()]
    events = {line["event"] for line in lines}
    assert events >= {
        "answered_without_understanding",
        "assistant_missing",
        "background_failed",
        "cleanup_failed",
        "console_failed",
        "crashed",
        "job_failed",
        "library",
        "library_warning",
        "message_set_aside",
        "request_failed",
        "thread_failed",
        "unreadable",
    }
    assert {line.get("logger") for line in lines} >= {"aiohttp.server", "asyncio", "some.library", "sqlalchemy.engine"}
    crashed = next(line for line in lines if line["event"] == "crashed")["trace"]
    assert crashed[0] == "RuntimeError"
    assert crashed[-1].startswith("tests/standins/failing_everywhere.py:")
    assert "KeyError" in crashed


def test_lines_of_ours_are_still_written_after_rasa_was_loaded(failed: tuple[str, list[str]]) -> None:
    lines = [json.loads(line) for line in failed[0].splitlines()]
    events = [(line["event"], line["level"]) for line in lines]
    assert ("conversation_erased", "info") in events[events.index(("assistant_missing", "error")) :]
