"""A safe time and a code word, through the front door: asked, taken, repeated, kept sealed, shown to consultants."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.frontdoor import Outcome
from bot.messages import LANGUAGES, Reply
from bot.program import Program
from tests.standins.rules_assistant import RulesAssistant
from tests.support import HOTLINE, open_program
from tests.test_frontdoor import inbound
from tests.test_long_conversations import EMERGENCY, ReadingAssistant


@pytest.fixture
async def program(tmp_path: Path) -> AsyncIterator[Program]:
    program = await open_program(tmp_path, ReadingAssistant())
    yield program
    await program.close()


async def says(program: Program, *texts: str) -> Outcome:
    for text in texts:
        outcome = await program.frontdoor.receive(inbound(text, number=uuid.uuid4().hex))
    return outcome


async def arranged(program: Program) -> dict[str, str]:
    async with program.database.transaction() as session:
        conversation = await program.conversations.find(session, "web", "p1")
        assert conversation is not None
        return program.conversations.arranged(conversation)


def text(program: Program, key: str, **values: str) -> str:
    return program.wording.text(key, "pl", **values)


async def test_a_safe_time_is_asked_once_repeated_and_kept(program: Program) -> None:
    asked = await says(program, "człowiek", "kiedy do mnie pisać")
    assert [reply.text for reply in asked.replies] == [text(program, "safe_time_ask")]
    noted = await says(program, "po 22, gdy on śpi")
    assert [reply.text for reply in noted.replies] == [text(program, "safe_time_noted", _value="po 22, gdy on śpi")]
    assert await arranged(program) == {"safe_time": "po 22, gdy on śpi"}


async def test_both_can_be_changed_later_and_skipping_keeps_what_there_was(program: Program) -> None:
    await says(program, "pora", "po 22, gdy on śpi", "słowo", "banan", "pora", "pomiń", "słowo", "biały bus WX 12345")
    assert await arranged(program) == {"safe_time": "po 22, gdy on śpi", "code_word": "banan"}
    await says(program, "zmień porę", "rano", "słowo", "gruszka")
    assert await arranged(program) == {"safe_time": "rano", "code_word": "gruszka"}


def bytes_kept(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.glob("frontdoor.sqlite3*"))


async def test_nothing_that_was_arranged_lies_open_in_the_database(program: Program, tmp_path: Path) -> None:
    await says(program, "pora", "w niedzielę po mszy", "słowo", "gruszka")
    kept = bytes_kept(tmp_path)
    assert b"conversations" in kept
    assert b"mszy" not in kept
    assert b"gruszka" not in kept


async def test_a_question_in_between_is_answered_and_the_dialogue_goes_on_and_then_rests(program: Program) -> None:
    first = await says(program, "pora", "ile to kosztuje?")
    assert [reply.text for reply in first.replies] == [text(program, "ask_hotline_cost"), text(program, "safe_time_ask")]
    second = await says(program, "kto to czyta?")
    assert [reply.text for reply in second.replies] == [text(program, "ask_anonymity")]
    assert await arranged(program) == {}


async def test_an_emergency_in_between_is_an_emergency_and_nothing_is_asked_after_it(program: Program) -> None:
    outcome = await says(program, "pora", EMERGENCY)
    assert "112" in outcome.replies[0].text
    assert HOTLINE in outcome.replies[0].text
    assert outcome.handoff
    assert text(program, "safe_time_ask") not in [reply.text for reply in outcome.replies]


async def test_a_time_that_tells_something_is_received_and_noted(program: Program) -> None:
    outcome = await says(program, "pora", "szef zabrał mi paszport")
    heard = [reply.text for reply in outcome.replies]
    assert heard[0] == text(program, "disclose_first")
    assert heard[-1] == text(program, "safe_time_noted", _value="szef zabrał mi paszport")
    assert outcome.handoff


async def test_a_word_that_is_named_in_one_message_is_noted_at_once(program: Program) -> None:
    noted = await says(program, "człowiek", "umówione słowo: malina")
    assert [reply.text for reply in noted.replies] == [text(program, "code_word_noted", _value="malina")]
    assert await arranged(program) == {"code_word": "malina"}


async def test_a_no_with_another_time_is_that_time(program: Program) -> None:
    await says(program, "człowiek", "pora", "nie, lepiej w czwartek")
    assert await arranged(program) == {"safe_time": "nie, lepiej w czwartek"}


async def test_a_yes_is_no_time(program: Program) -> None:
    await says(program, "pora", "tak", "rano")
    assert await arranged(program) == {"safe_time": "rano"}


async def test_who_has_no_consultant_yet_is_offered_one_and_none_is_called_unasked(program: Program) -> None:
    noted = await says(program, "nie mogę dzwonić", "@safe_time", "rano")
    assert [reply.text for reply in noted.replies][-1] == text(program, "handoff_offer")
    assert not noted.handoff
    assert (await says(program, "tak")).handoff


async def test_in_quiet_mode_the_words_are_not_repeated(program: Program) -> None:
    for said in ("rano", "banan"):
        outcome = await says(program, "cicho", "pora" if said == "rano" else "słowo", said)
        assert [said in reply.text for reply in outcome.replies] == [False]
    assert await arranged(program) == {"safe_time": "rano", "code_word": "banan"}


async def test_a_time_told_to_somebody_who_waits_is_noted_without_being_asked_for(program: Program) -> None:
    noted = await says(program, "człowiek", "po 22, gdy on śpi")
    assert [reply.text for reply in noted.replies] == [text(program, "safe_time_noted", _value="po 22, gdy on śpi")]


@pytest.mark.parametrize("language", LANGUAGES)
async def test_every_language_arranges_by_its_buttons(program: Program, language: str) -> None:
    turn = await RulesAssistant().turn("@safe_time", "safe_time", slots={"language": language, "form": "text"}, state=None)
    replies: tuple[Reply, ...] = turn.replies
    assert [reply.text for reply in replies] == [program.wording.text("safe_time_ask", language)]
    assert [button.value for button in replies[0].buttons] == ["@skip"]


@pytest.mark.parametrize("yes", ["tak", "Tak, usuń", "@delete_yes"])
async def test_a_typed_yes_erases_what_was_asked_back(program: Program, yes: str) -> None:
    assert (await says(program, "szef zabrał mi paszport", "usuń", yes)).erased


async def test_an_old_yes_on_the_screen_does_not_answer_a_new_question(program: Program) -> None:
    assert not (await says(program, "szef zabrał mi paszport", "usuń", "@safe_yes")).erased
    assert not (await says(program, "@yes")).erased
