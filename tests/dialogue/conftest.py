"""A person at the front door, with the real rules, plan and actions."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.program import Program
from tests.dialogue.people import READINGS
from tests.dialogue.talk import Person
from tests.standins.rules_assistant import RulesAssistant
from tests.support import open_program


@pytest.fixture
async def program(tmp_path: Path) -> AsyncIterator[Program]:
    program = await open_program(tmp_path, RulesAssistant(READINGS))
    yield program
    await program.close()


@pytest.fixture
def person(program: Program) -> Person:
    return Person(program)
