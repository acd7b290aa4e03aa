"""The promise that what goes wrong is in the log, and nobody's words, numbers, tokens or keys with it."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from argparse import Namespace
from datetime import datetime
from pathlib import Path

import pytest
import structlog

import bot
from bot.commands import serve
from bot.console.staff import ensure_first_account
from bot.program import Program
from bot.runtime.logs import configure_logs
from bot.storage.audit import AuditLog

OPERATIONS = Path(__file__).parent.parent.parent / "docs" / "operations.md"


def run(module: str, folder: Path) -> tuple[str, list[str]]:
    """Return what a process printed, and what must not be in it."""
    command = [sys.executable, "-m", f"tests.standins.{module}", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)
    return done.stdout + done.stderr, json.loads((folder / "secrets.json").read_text())


@pytest.fixture(scope="module")
def failed(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, list[str]]:
    """Let everything fail that is broken by force."""
    return run("failing_everywhere", tmp_path_factory.mktemp("failing"))


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, list[str]]:
    """Let everything go wrong that goes wrong around a program: providers, alarms, database, disk, clock, connections."""
    return run("provoked_night", tmp_path_factory.mktemp("night"))


def named_in_the_docs(head: str = "| in the log |") -> set[str]:
    """Return the events of a table of the log in docs/operations.md."""
    table = OPERATIONS.read_text(encoding="utf-8").partition(head)[2].partition("\n\n")[0]
    return {name for row in table.splitlines()[2:] for name in re.findall(r"`([a-z_]+)`", row.split("|")[1])}


def test_the_operator_finds_every_warning_and_error_of_ours_in_the_documents() -> None:
    written = {
        call.args[0].value
        for path in Path(bot.__file__).parent.rglob("*.py")
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Attribute)
        and call.func.attr in {"warning", "error"}
        and isinstance(call.func.value, ast.Name)
        and call.func.value.id in {"log", "_log"}
        and isinstance(call.args[0], ast.Constant)
    }
    assert len(written) > 50
    assert written - named_in_the_docs() - named_in_the_docs("| seldom in the log |") == set()


def test_a_night_in_which_everything_that_the_docs_name_goes_wrong_shows_no_secret(
    failed: tuple[str, list[str]], night: tuple[str, list[str]]
) -> None:
    printed, secrets = night
    events = {json.loads(line)["event"] for line in f"{printed}{failed[0]}".splitlines()}
    assert "night_is_over" in events
    assert len(named_in_the_docs()) >= 20
    assert named_in_the_docs() - events == set()
    assert len(secrets) > 15
    assert [secret for secret in secrets if secret in printed] == []


def test_no_failure_shows_a_key_a_token_or_a_word(failed: tuple[str, list[str]]) -> None:
    printed, secrets = failed
    assert [secret for secret in secrets if secret in printed] == []


def test_every_line_is_an_object_and_every_failure_is_there_with_its_places(failed: tuple[str, list[str]]) -> None:
    lines = [json.loads(line) for line in failed[0].splitlines()]
    assert all(datetime.fromisoformat(line["timestamp"]).tzinfo and line["level"] for line in lines)
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


@pytest.mark.parametrize("level", ["INFO", "WARNING", "ERROR"])
async def test_a_server_logs_the_numbers_and_hashes_of_the_audit_whatever_the_level_is(
    program: Program, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], level: str
) -> None:
    monkeypatch.setattr("bot.server.serve", lambda _settings, *, learn: int(learn))
    monkeypatch.setenv("LOG_LEVEL", level)
    monkeypatch.setattr("bot.runtime.logs._OURS", ("/",))  # lines of this file count as the program's
    try:
        serve.run(Namespace(learn=False))
        await ensure_first_account(program)
        structlog.get_logger().info("seen_at_info")
        structlog.get_logger().warning("seen_at_warning")
    finally:
        configure_logs("WARNING", audit=False)
        structlog.reset_defaults()
    async with program.database.reading() as session:
        head = await AuditLog(program.vault).head(session)
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    [line] = [line for line in lines if line["event"] == "audit"]
    seen = {line["event"] for line in lines if line["event"].startswith("seen_at")}
    assert seen == {"INFO": {"seen_at_info", "seen_at_warning"}, "WARNING": {"seen_at_warning"}, "ERROR": set()}[level]
    assert (line["number"], line["hash"], line["level"]) == (head.number, head.hash, "info")


async def test_a_command_shows_nobody_numbers_and_hashes(program: Program, capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs("ERROR")
    try:
        await ensure_first_account(program)
    finally:
        structlog.reset_defaults()
    assert capsys.readouterr().err == ""
