"""Fixtures that all tests share."""

from __future__ import annotations

import functools
import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("RASA_TELEMETRY_ENABLED", "false")

import hypothesis
import pytest
import structlog

from bot.language.lexicon import Lexicon
from bot.language.wording import Wording
from bot.program import Program
from tests.support import Clock, PlainAssistant, open_program

# How long an example takes says how busy the machine is, where tests run beside one another.
hypothesis.settings.register_profile("whole suite", deadline=None)
hypothesis.settings.load_profile("whole suite")


@pytest.hookimpl(tryfirst=True)  # before xdist reads the groups
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep a file's tests in one process where several share them, and all that drive a browser in another: two starve each other."""
    for item in items:
        group = "browser" if item.get_closest_marker("browser") else item.nodeid.partition("::")[0]
        item.add_marker(pytest.mark.xdist_group(group))


@pytest.fixture(scope="session", autouse=True)
def texts_are_read_once() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Wording, "load", functools.cache(Wording.load))
        patch.setattr(Lexicon, "load", functools.cache(Lexicon.load))
        yield


@pytest.fixture(autouse=True)
def logs_of_this_test() -> None:
    """Let no test inherit what another one left out of the logs: a command, and loading a model, configure them for the process."""
    structlog.reset_defaults()


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
