"""Nobody's long texts hold up what others write: what is read next, with the pipeline in the hands of the test."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from bot.messages import Screening, Triage

pytestmark = pytest.mark.model
LONG, SHORT = ("to długa historia " * 50).strip(), "czy pomoc jest bezpłatna"


class Gate:
    """Stands where the pipeline is: notes what is read together, and waits in its first run until the test has sent everything."""

    def __init__(self) -> None:
        self.runs: list[list[str]] = []
        self.busy, self.open = threading.Event(), threading.Event()

    def read(self, messages: list[Any]) -> list[dict[str, Any]]:
        self.busy.set()
        self.open.wait(5)
        self.runs.append([message.text for message in messages])
        read = {"screening": Screening("pl", Triage.NONE).as_json(), "commands": [], "who": "unknown", "vector": "", "told": []}
        return [read for _ in messages]


@pytest.fixture
def gate() -> Gate:
    return Gate()


@pytest.fixture
def assistant(gate: Gate) -> Iterator[Any]:
    from bot.assistant.assistant import Assistant

    assistant = Assistant(None, None, None)  # type: ignore[arg-type]
    assistant._pipeline = gate.read  # type: ignore[method-assign, assignment]
    yield assistant
    assistant.close()


async def sent(assistant: Any, gate: Gate, *texts: str) -> None:
    """Send texts that all wait while the first of them is read."""
    first = asyncio.create_task(assistant.understand(texts[0]))
    await asyncio.to_thread(gate.busy.wait, 5)
    others = [asyncio.create_task(assistant.understand(text)) for text in texts[1:]]
    await asyncio.sleep(0)
    gate.open.set()
    await asyncio.wait_for(asyncio.gather(first, *others), 60)


async def test_a_short_message_waits_for_one_long_text_at_most(assistant: Any, gate: Gate) -> None:
    await sent(assistant, gate, *[f"{LONG}{number}" for number in range(10)], SHORT)
    assert gate.runs[1] == [SHORT]
    assert [len(run) for run in gate.runs] == [1] * 11


async def test_short_messages_are_read_together(assistant: Any, gate: Gate) -> None:
    await sent(assistant, gate, LONG, *[SHORT] * 20)
    assert [len(run) for run in gate.runs] == [1, 16, 4]


async def test_a_long_text_is_read_although_short_ones_keep_coming(assistant: Any, gate: Gate) -> None:
    await sent(assistant, gate, SHORT, LONG, *[f"{SHORT} {number}" for number in range(200)])
    assert [LONG] in gate.runs[:7]


async def test_what_nobody_waits_for_any_more_is_not_read(assistant: Any, gate: Gate) -> None:
    first = asyncio.create_task(assistant.understand(LONG))
    await asyncio.to_thread(gate.busy.wait, 5)
    given_up = asyncio.create_task(assistant.understand("nobody waits"))
    await asyncio.sleep(0)
    given_up.cancel()
    await asyncio.gather(given_up, return_exceptions=True)
    gate.open.set()
    await first
    await assistant.understand(SHORT)
    assert "nobody waits" not in [text for run in gate.runs for text in run]
