"""Nobody's long texts hold up what others write: what is read next, with the pipeline in the hands of the test."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from bot.messages import Screening, Triage
from bot.screening.parts import parts
from tests.support import LoopClock

pytestmark = pytest.mark.model
READERS, RUN_SECONDS = 2, 10.0
LONG, SHORT = ("to długa historia " * 50).strip(), "czy pomoc jest bezpłatna"


class Gate:
    """Stands where the pipeline is, and lets nothing through until the test has sent everything; `runs` is what was read together."""

    def __init__(self) -> None:
        self.runs: list[list[str]] = []
        self.busy, self.open = threading.Semaphore(0), threading.Event()
        self.long_at_once = self.longest_at_once = 0
        self.lasts: Callable[[], object] = lambda: None  # what a run takes

    def run(self, *, inputs: dict[str, Any], targets: list[str]) -> dict[str, list[dict[str, Any]]]:
        messages = inputs["__message__"]
        long = messages[0].text.startswith(LONG)
        self.long_at_once += long
        self.longest_at_once = max(self.longest_at_once, self.long_at_once)
        self.busy.release()
        self.open.wait(5)
        self.lasts()
        self.long_at_once -= long
        read = {"screening": Screening("pl", Triage.NONE).as_json(), "commands": [], "who": "unknown", "vector": "", "told": []}
        return {targets[0]: [read for _ in messages]}


@pytest.fixture
def gate() -> Gate:
    return Gate()


@pytest.fixture
def assistant(gate: Gate) -> Iterator[Any]:
    from bot.assistant.assistant import Assistant

    model = SimpleNamespace(model_metadata=SimpleNamespace(nlu_target="read"), graph_runner=gate)
    assistant = Assistant(model, None, None, run_seconds=RUN_SECONDS)  # type: ignore[arg-type]
    chosen = assistant._next

    def noted() -> Any:
        if together := chosen():
            gate.runs.append([one.message.text for one in together])
        return together

    assistant._next = noted  # type: ignore[method-assign]
    yield assistant
    assistant.close()


async def at_work(assistant: Any, gate: Gate, *texts: str) -> list[asyncio.Task[Any]]:
    """Send texts one after the other, each of which is being read before the next one comes."""
    tasks = []
    for text in texts:
        tasks.append(asyncio.create_task(assistant.understand(text)))
        assert await asyncio.to_thread(gate.busy.acquire, timeout=5)
    return tasks


async def sent(assistant: Any, gate: Gate, *texts: str) -> list[list[str]]:
    """Send texts that all wait while every reader is at work; return what was read together after that."""
    first = await at_work(assistant, gate, *[f"czyta {number}" for number in range(READERS)])
    others = [asyncio.create_task(assistant.understand(text)) for text in texts]
    await asyncio.sleep(0)
    gate.open.set()
    await asyncio.wait_for(asyncio.gather(*first, *others), 60)
    return gate.runs[READERS:]


async def test_a_short_message_is_read_before_long_texts_that_came_first(assistant: Any, gate: Gate) -> None:
    runs = await sent(assistant, gate, *[f"{LONG}{number}" for number in range(10)], SHORT)
    assert runs[0] == [SHORT]
    assert [len(run) for run in runs] == [1] * 11


async def test_a_short_message_does_not_wait_for_a_long_text_that_is_being_read(assistant: Any, gate: Gate) -> None:
    both = await at_work(assistant, gate, LONG, SHORT)
    gate.open.set()
    await asyncio.gather(*both)


async def test_long_texts_never_keep_every_reader(assistant: Any, gate: Gate) -> None:
    await sent(assistant, gate, *[f"{LONG}{number}" for number in range(10)], SHORT)
    assert gate.longest_at_once == 1


async def test_short_messages_are_read_together(assistant: Any, gate: Gate) -> None:
    assert [len(run) for run in await sent(assistant, gate, LONG, *[SHORT] * 20)] == [16, 4, 1]


async def test_a_long_text_is_read_although_short_ones_keep_coming(assistant: Any, gate: Gate) -> None:
    assert [LONG] in (await sent(assistant, gate, SHORT, LONG, *[f"{SHORT} {number}" for number in range(200)]))[:7]


async def test_what_nobody_waits_for_any_more_is_not_read(assistant: Any, gate: Gate) -> None:
    first = await at_work(assistant, gate, *[f"czyta {number}" for number in range(READERS)])
    given_up = asyncio.create_task(assistant.understand("nobody waits"))
    await asyncio.sleep(0)
    given_up.cancel()
    await asyncio.gather(given_up, return_exceptions=True)
    gate.open.set()
    await asyncio.gather(*first)
    await assistant.understand(SHORT)
    assert "nobody waits" not in [text for run in gate.runs for text in run]


async def test_every_message_is_read_however_the_readers_end(assistant: Any, gate: Gate) -> None:
    gate.open.set()
    for number in range(200):
        async with asyncio.timeout(5):
            await asyncio.gather(*(assistant.understand(f"{number} {one}") for one in range(number % 5 + 1)))
    assert sum(map(len, gate.runs)) == sum(number % 5 + 1 for number in range(200))


async def test_the_time_of_a_run_does_not_count_how_long_others_were_read_before(assistant: Any, gate: Gate) -> None:
    clock = LoopClock(assistant._loop)

    def takes_long() -> None:
        clock.passed += 0.9 * RUN_SECONDS

    gate.lasts = takes_long
    gate.open.set()
    text = "to długa historia. " * 1000
    found = await asyncio.gather(*(assistant.understand(f"{number} {text}") for number in range(3)))
    assert len(found) == 3
    assert len(gate.runs) == 3 * (1 + len(parts(f"0 {text}")))
    assert clock.passed > 100 * RUN_SECONDS


async def test_a_run_that_does_not_end_is_given_up_and_the_next_one_is_read(assistant: Any, gate: Gate) -> None:
    (hanging,) = await at_work(assistant, gate, LONG)
    asyncio.run_coroutine_threadsafe(LoopClock(assistant._loop).passes(RUN_SECONDS), assistant._loop)
    with pytest.raises(TimeoutError):
        await hanging
    gate.open.set()
    await asyncio.wait_for(assistant.understand(LONG), 60)
