"""The longest text that somebody may send, read by the real model: its danger is found, and nobody waits for it."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bot.conversation.frontdoor import MAX_TEXT
from bot.messages import Triage
from tests.conversation.test_frontdoor import inbound, the_case
from tests.support import open_program

if TYPE_CHECKING:
    from bot.assistant.assistant import Assistant

pytestmark = pytest.mark.model
STORY = (
    "Szukam informacji o pracy. Mieszkamy w baraku koło lasu i wstajemy o piątej. Kolega pochodzi z tej samej wsi co ja. "
    "W niedzielę dzwoniłam do mamy i rozmawiałyśmy o ogrodzie. Autobus do miasta jeździ dwa razy dziennie. "
)
DANGER = "On stoi za drzwiami z nożem i mówi, że dziś mnie potnie."


async def test_the_longest_text_is_screened_whole_and_a_short_message_is_answered_before(
    tmp_path: Path, rasa_assistant: Assistant
) -> None:
    text = (STORY * 100)[: MAX_TEXT - len(DANGER) - 1] + " " + DANGER
    program = await open_program(tmp_path, rasa_assistant)
    try:
        long = asyncio.create_task(program.frontdoor.receive(inbound(text)))
        short = await program.frontdoor.receive(inbound("ile kosztuje rozmowa?", who="p2"))
        assert not long.done()
        assert short.replies
        outcome = await long
        assert outcome.triage is Triage.EMERGENCY
        assert (await the_case(program)).reason == "screening"
        assert program.frontdoor.decider.understands
    finally:
        await program.database.close()
