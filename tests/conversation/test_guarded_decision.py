"""What guards a turn: the time that it may last, and the lists of danger when no model reads."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from bot.dialogue.answers import Library
from bot.dialogue.features import NEW, Context
from bot.dialogue.turn import Speaking, Understood
from bot.messages import LANGUAGES, Triage
from bot.program import Program
from bot.server import application
from tests.conversation.test_cries import CRIES
from tests.conversation.test_frontdoor import inbound, the_case
from tests.support import HOTLINE, PlainAssistant, PlainSpoken, open_program


class Hanging(PlainAssistant):
    """Does not come back from what it is told to hang in, until it is released."""

    def __init__(self, hangs_in: str = "understand") -> None:
        super().__init__()
        self.hangs_in = hangs_in
        self.released = asyncio.Event()

    async def understand(
        self, text: str, *, language_hint: str | None = None, context: Context = NEW, library: Library | None = None
    ) -> Understood:
        if self.hangs_in == "understand":
            await self.released.wait()
        return await super().understand(text, language_hint=language_hint, context=context)

    async def turn(self, speaking: Speaking, *, language: str, tracker: str | None) -> PlainSpoken:
        if self.hangs_in == "turn":
            await self.released.wait()
        return await super().turn(speaking, language=language, tracker=tracker)


@pytest.fixture
async def hanging(tmp_path: Path) -> Any:
    assistant = Hanging()
    program = await open_program(tmp_path, assistant, turn_seconds=0.05)
    yield program, assistant
    await program.close()


@pytest.mark.parametrize("part", ["understand", "turn"])
async def test_a_model_that_hangs_is_given_up_and_its_person_gets_the_number_and_a_case(hanging: Any, part: str) -> None:
    program, assistant = hanging
    assistant.hangs_in = part
    outcome = await asyncio.wait_for(program.frontdoor.receive(inbound("zabrał mi paszport")), 60)
    assert HOTLINE in outcome.replies[0].text
    assert outcome.handoff
    assert (await the_case(program)).reason == "failure"


async def test_what_was_understood_before_the_dialogue_hung_is_kept(hanging: Any) -> None:
    program, assistant = hanging
    assistant.hangs_in = "turn"
    await asyncio.wait_for(program.frontdoor.receive(inbound("zabrał mi paszport")), 60)
    assert (await the_case(program)).triage == Triage.HIGH


async def test_a_turn_has_one_time_however_often_it_asks_the_model(hanging: Any) -> None:
    program, _ = hanging
    loop, waited = asyncio.get_running_loop(), 0.0
    decider = program.frontdoor.decider
    with decider.time_limit.limit("a"):
        for _ in range(5):
            before = loop.time()
            with pytest.raises(TimeoutError):
                await decider.time_limit.understand("a")
            waited += loop.time() - before
    assert waited < 0.2


async def test_whoever_asks_is_told_that_the_model_hangs_until_it_answers_again(hanging: Any, aiohttp_client: Any) -> None:
    program, assistant = hanging
    client = await aiohttp_client(application(program))
    assert (await client.get("/health/ready")).status == 200
    await program.frontdoor.receive(inbound("zabrał mi paszport"))
    ready = await client.get("/health/ready")
    assert (ready.status, (await ready.json())["parts"]["model"]) == (503, False)
    assistant.released.set()
    await program.frontdoor.receive(inbound("zabrał mi paszport", who="p2"))
    assert (await client.get("/health/ready")).status == 200


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_cry_that_no_model_reads_is_an_emergency(program: Program, assistant: PlainAssistant, language: str) -> None:
    assistant.fail_understanding = RuntimeError("down")
    outcome = await program.frontdoor.receive(inbound(CRIES[language], who=language))
    assert (outcome.triage, outcome.handoff) == (Triage.EMERGENCY, True)
    assert (await the_case(program)).triage == Triage.EMERGENCY


@pytest.mark.parametrize(
    "text",
    [
        "ukrywam się w łazience, on mnie szuka",
        "they are coming and i cant get out",
        "wzięłam tabletki",
        "не хочу жить",
        "prosze 112",
        "ratujcie mnie szybko bo mnie zabije",
    ],
)
async def test_words_of_danger_that_no_model_reads_are_an_emergency(
    program: Program, assistant: PlainAssistant, text: str
) -> None:
    assistant.fail_understanding = RuntimeError("down")
    assert (await program.frontdoor.receive(inbound(text))).triage is Triage.EMERGENCY


@pytest.mark.parametrize("text", ["ile to kosztuje", "czy pomoc jest darmowa?", "what is 112?", "dzień dobry"])
async def test_what_is_no_danger_to_the_lists_is_still_a_case_without_a_triage(
    program: Program, assistant: PlainAssistant, text: str
) -> None:
    assistant.fail_understanding = RuntimeError("down")
    outcome = await program.frontdoor.receive(inbound(text))
    assert (outcome.triage, outcome.handoff) == (Triage.NONE, True)


async def test_a_list_lowers_nothing_and_overrules_no_model(program: Program, assistant: PlainAssistant) -> None:
    assistant.fail_understanding = RuntimeError("down")
    await program.frontdoor.receive(inbound("ratunku"))
    assert (await program.frontdoor.receive(inbound("dzień dobry", number="2"))).triage is Triage.EMERGENCY
    assistant.fail_understanding, assistant.fail_turn = None, RuntimeError("down")
    outcome = await program.frontdoor.receive(inbound("teraz jestem w pracy", who="p2"))
    assert outcome.triage is Triage.NONE
