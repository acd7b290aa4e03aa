"""No failure of any part leaves a person without the number, in their language."""

import asyncio
from pathlib import Path

import pytest

from bot.language.data import NLU_DATA
from bot.language.wording import Wording
from bot.messages import LANGUAGES
from bot.program import Program
from bot.storage.tables import Handoff
from tests.conversation.test_frontdoor import count, inbound
from tests.conversation.test_guarded_decision import Hanging
from tests.support import HOTLINE, open_program


@pytest.mark.parametrize("language", LANGUAGES)
async def test_without_a_model_the_number_comes_in_the_persons_language(program: Program, language: str) -> None:
    program.frontdoor.decider.assistant = None
    await program.frontdoor.greet(channel="web", pseudonym=language, language=language)
    outcome = await program.frontdoor.receive(inbound("…", who=language, number="7"))
    (reply,) = outcome.replies
    assert reply.language == language
    assert Wording.load().has("failure", language)
    assert HOTLINE in reply.text
    assert "112" in reply.text
    assert await count(program, Handoff) == 1


async def test_with_a_model_that_hangs_the_number_comes_all_the_same(tmp_path: Path) -> None:
    assistant = Hanging()
    program = await open_program(tmp_path, assistant, turn_seconds=0.05)
    outcome = await asyncio.wait_for(program.frontdoor.receive(inbound("zabrał mi paszport")), 60)
    assert HOTLINE in outcome.replies[0].text
    assert outcome.handoff
    await program.close()


def test_the_fallback_needs_nothing_but_two_files_of_text(tmp_path: Path) -> None:
    for language in ("pl", "uk"):
        folder = tmp_path / language / "answers"
        folder.mkdir(parents=True)
        (folder / "dialogue.yml").write_bytes((NLU_DATA / language / "answers" / "dialogue.yml").read_bytes())
    (tmp_path / "facts.yml").write_bytes((NLU_DATA / "facts.yml").read_bytes())
    assert HOTLINE in Wording.load(tmp_path).text("failure", "uk")
