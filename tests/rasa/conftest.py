"""The real assistant, loaded once: Rasa, the trained model, the actions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from bot.settings import load_settings

if TYPE_CHECKING:
    from bot.assistant import Assistant


@pytest.fixture(scope="session")
def rasa_assistant() -> Iterator[Assistant]:
    from bot.assistant import Assistant

    assistant = Assistant.load(load_settings().model_dir)
    yield assistant
    assistant.close()
