"""A long text is waited for as long as it is read, and what was read of it counts whatever becomes of the rest."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer

from bot.conversation.frontdoor import MAX_TEXT
from bot.dialogue.turn import Understood
from bot.dialogue.understand import told_in_parts
from bot.language.normalise import readable
from bot.messages import Triage
from bot.program import Program
from bot.screening.parts import parts
from bot.server import application
from tests.conversation.test_frontdoor import inbound, the_case
from tests.support import HOTLINE, Clock, LoopClock, PlainAssistant, open_program

TURN_SECONDS = 10.0
NEARLY = 9.0  # what a slow machine takes for a part: alone it is in time
CALM = "Dzień dobry, szukam informacji o pracy i mieszkaniu w Polsce. "
TOLD = "Mieszkamy w baraku za lasem i od marca pracujemy w polu. "
DANGER = "Szef mnie zamknął. "
TEXT = (CALM * 300 + DANGER + CALM * 100)[:MAX_TEXT]


class SlowReader(PlainAssistant):
    """Reads part by part; `before` is what happens before each one is read."""

    def __init__(self, clock: LoopClock) -> None:
        super().__init__()
        self.clock = clock
        self.before: Callable[[int], Awaitable[object]] = lambda _number: clock.passes(NEARLY)

    async def understand_by_parts(self, text: str, **told: Any) -> AsyncIterator[Understood]:
        whole = await self.understand(readable(text), **told)
        yield whole
        found = []
        for number, part in enumerate(parts(text)):
            await self.before(number)
            found.append(await self.understand(part, **told))
            yield told_in_parts(whole, found)


@pytest.fixture
async def assistant() -> SlowReader:
    return SlowReader(LoopClock(asyncio.get_running_loop()))


@pytest.fixture
async def program(tmp_path: Path, assistant: SlowReader, clock: Clock) -> AsyncIterator[Program]:
    program = await open_program(tmp_path, assistant, clock, turn_seconds=TURN_SECONDS)
    yield program
    await program.close()


async def ready(program: Program) -> int:
    async with TestClient(TestServer(application(program))) as client:
        return (await client.get("/health/ready")).status


async def test_the_longest_text_is_read_to_its_end_however_slow_each_part_is(program: Program, assistant: SlowReader) -> None:
    outcome = await program.frontdoor.receive(inbound(TEXT))
    assert assistant.clock.passed == NEARLY * len(parts(TEXT)) > 10 * TURN_SECONDS
    assert (outcome.triage, (await the_case(program)).reason) == (Triage.EMERGENCY, "screening")
    assert await ready(program) == 200


async def test_while_a_long_text_is_read_the_model_is_not_said_to_be_gone(program: Program, assistant: SlowReader) -> None:
    said: list[int] = []

    async def asked(_number: int) -> None:
        await assistant.clock.passes(NEARLY)
        said.append(await ready(program))

    assistant.before = asked
    await program.frontdoor.receive(inbound(CALM * 40))
    assert set(said) == {200}


async def test_what_is_still_being_read_is_not_taken_for_left_behind(
    program: Program, assistant: SlowReader, clock: Clock
) -> None:
    answered: list[int] = []

    async def looked(_number: int) -> None:
        clock.move(seconds=1)
        async with asyncio.timeout(5):
            answered.append(await program.frontdoor.recover())

    assistant.before = looked
    assert (await program.frontdoor.receive(inbound(CALM * 40))).replies
    assert set(answered) == {0}


async def test_what_was_answered_while_others_were_is_not_counted_as_left_behind(
    program: Program, assistant: SlowReader, clock: Clock
) -> None:
    await program.frontdoor.accept(inbound(CALM * 40, who="first"))
    clock.move(seconds=1)
    second = inbound("jak pomożecie", who="second", clock=clock)
    await program.frontdoor.accept(second)
    clock.move(seconds=1)

    async def comes_again(_number: int) -> None:
        assistant.before = at_once
        await program.frontdoor.receive(second)

    async def at_once(_number: int) -> None: ...

    assistant.before = comes_again
    assert await program.frontdoor.recover() == 1


async def test_three_long_texts_at_once_are_all_read(program: Program, assistant: SlowReader) -> None:
    assistant.before = lambda _number: assistant.clock.passes(NEARLY / 3)
    text = TEXT[-8000:]
    outcomes = await asyncio.gather(*(program.frontdoor.receive(inbound(text, who=f"p{number}")) for number in range(3)))
    assert {outcome.triage for outcome in outcomes} == {Triage.EMERGENCY}


async def test_a_model_that_hangs_in_a_part_is_given_up_and_what_was_read_before_counts(
    program: Program, assistant: SlowReader
) -> None:
    async def hangs(number: int) -> None:
        while number == 1:
            await assistant.clock.passes(TURN_SECONDS)

    assistant.before = hangs
    outcome = await program.frontdoor.receive(inbound(DANGER + CALM * 200))
    assert assistant.clock.passed <= TURN_SECONDS * (3 + len(parts(TEXT)))
    assert HOTLINE in outcome.replies[0].text
    assert (outcome.triage, (await the_case(program)).reason) == (Triage.EMERGENCY, "failure")
    assert await ready(program) == 503


async def test_whoever_is_given_up_because_others_are_read_sees_no_model_that_is_gone(
    program: Program, assistant: SlowReader
) -> None:
    async def waits_for_others(number: int) -> None:
        while number == 1:
            await assistant.clock.passes(NEARLY)
            await program.frontdoor.decider.time_limit.understand("czy pomoc jest darmowa?")

    assistant.before = waits_for_others
    outcome = await program.frontdoor.receive(inbound(CALM * 40))
    assert (await the_case(program)).reason == "failure"
    assert HOTLINE in outcome.replies[0].text
    assert await ready(program) == 200


@pytest.mark.parametrize("told", [CALM * 20 + DANGER + CALM * 60, TOLD * 60 + "Ratunku, pomóżcie! " + TOLD * 30])
async def test_what_fails_in_the_middle_of_a_text_hides_no_danger_in_it(
    program: Program, assistant: SlowReader, told: str
) -> None:
    async def fails(number: int) -> None:
        if number == 5:
            raise RuntimeError

    assistant.before = fails
    outcome = await program.frontdoor.receive(inbound(told))
    assert (outcome.triage, (await the_case(program)).reason) == (Triage.EMERGENCY, "failure")
