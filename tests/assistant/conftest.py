"""The real assistant, loaded once: Rasa, the trained model, the actions; and one with the rules alone."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bot.runtime.logs import configure_logs
from bot.settings import load_settings
from tests.assistant.rules_only import RULES, train_rules
from tests.support import open_program

if TYPE_CHECKING:
    from bot.assistant.assistant import Assistant
    from bot.program import Program


@pytest.fixture(autouse=True)
def logs_of_this_test() -> None:
    """Log as the program does beside Rasa, which prints every message where it is left alone."""
    configure_logs()


@pytest.fixture(scope="session")
def rasa_assistant() -> Iterator[Assistant]:
    from bot.assistant.assistant import Assistant

    assistant = Assistant.load(load_settings().model_dir)
    yield assistant
    assistant.close()


@pytest.fixture
async def program(tmp_path: Path, rasa_assistant: Assistant) -> AsyncIterator[Program]:
    """Yield the whole program with the real assistant, over an empty database."""
    program = await open_program(tmp_path, rasa_assistant)
    yield program
    await program.database.close()  # the assistant is shared


@pytest.fixture(scope="session")
def by_the_rules(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    """Return an assistant that cannot understand, and speaks as the project's rules say."""
    assistant = train_rules(tmp_path_factory.mktemp("rules"), RULES.read_text(encoding="utf-8"))
    yield assistant
    assistant.close()
