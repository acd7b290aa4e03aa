"""Fixtures that all tests share."""

from __future__ import annotations

import asyncio
import functools
import gc
import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("RASA_TELEMETRY_ENABLED", "false")

import hypothesis
import pytest
import structlog
from argon2 import PasswordHasher

from bot.console import passwords
from bot.program import Program
from bot.storage import return_codes
from tests.ports import free_port
from tests.reading import read_once
from tests.support import Bot, Clock, PlainAssistant, open_program

# Here and not in a fixture, for the modules that ask when they are imported.
read_once()
# A test makes much and leaves little: looking for garbage after every 700 objects, as Python does, takes a tenth of its time.
gc.set_threshold(20_000, 20, 50)
# How long an example takes says how busy the machine is, where tests run beside one another.
hypothesis.settings.register_profile("whole suite", deadline=None)
hypothesis.settings.load_profile("whole suite")
TESTS = Path(__file__).parent
WHOLE_PROGRAM = {"alarms", "api", "channels", "commands", "console", "e2e", "http", "operations", "promises"}
# What a newcomer's language or channel lacks is told by `make quick`, though it stands beside tests of the whole program.
ASKED_AT_ONCE = {
    "channels/test_kept_rows.py",
    "channels/test_providers.py",
    "channels/test_traits.py",
    "operations/test_new_language.py",
}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what drives the whole program, by its folder: `make quick` leaves it out. A test may also be marked by itself."""
    for item in items:
        if _drives_the_program(item.path):
            item.add_marker("program")


@functools.cache  # for all tests of a file
def _drives_the_program(file: Path) -> bool:
    path = file.relative_to(TESTS)
    return path.parts[0] in WHOLE_PROGRAM and path.as_posix() not in ASKED_AT_ONCE


@pytest.fixture(scope="session", autouse=True)
def hashes_cost_little() -> Iterator[None]:
    """Spend no time on the hashes of passwords and codes: `tests/storage/test_hashes.py` holds how strong they are in earnest."""
    with pytest.MonkeyPatch.context() as patch:
        for module in (passwords, return_codes):
            patch.setattr(module, "_hasher", PasswordHasher(time_cost=1, memory_cost=64, parallelism=1))
        yield


@pytest.fixture(autouse=True)
def logs_of_this_test() -> None:
    """Let no test inherit what another one left out of the logs: a command, and loading a model, configure them for the process.

    Tracebacks are plain: with their variables in colours, as structlog draws them by itself, one takes a second.
    """
    structlog.reset_defaults()
    plain = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
    structlog.configure(processors=[*structlog.get_config()["processors"][:-1], plain])


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def assistant() -> PlainAssistant:
    return PlainAssistant()


@pytest.fixture
async def program(tmp_path: Path, assistant: PlainAssistant, clock: Clock) -> AsyncIterator[Program]:
    program = await open_program(tmp_path, assistant, clock)
    yield program
    await program.close()


@pytest.fixture
def bot(program: Program, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Bot:
    """Run a command over the program's folder; return its status and what it printed."""
    from bot.__main__ import main

    monkeypatch.setenv("DATA_DIR", str(program.settings.data_dir))
    monkeypatch.setenv("PORT", str(free_port()))

    async def run(*arguments: str) -> tuple[int, str]:
        capsys.readouterr()
        status = await asyncio.to_thread(main, list(arguments))
        return status, "".join(capsys.readouterr())

    return run
