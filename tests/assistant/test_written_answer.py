"""An answer that is written in the console is found by meaning at once, in every language, in the running program."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from bot.__main__ import main
from bot.dialogue.entry import Entry
from bot.program import Program
from bot.storage.answer_switches import switch_off, switch_on
from bot.storage.written_answers import publish, save
from tests.console.writing import NAME, WAYS, WORDS
from tests.dialogue.talk import Person
from tests.support import Clock, open_program

if TYPE_CHECKING:
    from bot.assistant.assistant import Assistant

pytestmark = pytest.mark.model

QUESTIONS: Final = {
    "pl": "przyjadę autem, gdzie je postawię?",
    "en": "i have a car, where can it stay?",
    "uk": "у мене машина, де її там поставити?",
    "ru": "а машину там где оставить?",
    "be": "я на машыне, дзе яе там паставіць?",
    "ro": "am mașină, unde o las acolo?",
    "bg": "имам кола, къде да я оставя там?",
    "es": "tengo coche, ¿dónde lo dejo allí?",
    "vi": "tôi có ô tô, để xe ở đâu?",
    "ka": "მანქანა მყავს, სად დავტოვო იქ?",
    "tl": "may kotse ako, saan ko ipaparada?",
    "tr": "arabam var, orada nereye bırakırım?",
    "ar": "معي سيارة، أين أتركها هناك؟",
    "hi": "मेरे पास कार है, वहाँ कहाँ खड़ी करूँ?",
    "fr": "j'ai une voiture, où la garer là-bas ?",
    "pt": "tenho carro, onde o deixo lá?",
}


@pytest.fixture
async def program(tmp_path: Path, rasa_assistant: Assistant) -> AsyncIterator[Program]:
    program = await open_program(tmp_path, rasa_assistant, Clock(), turn_seconds=60.0)
    yield program
    await program.database.close()


async def written(program: Program, *, in_english: bool) -> None:
    words = {code: dict(zip(("title", "text", "again", "quiet"), said, strict=True)) for code, said in WORDS.items()}
    entry = Entry(id=NAME, matter="shelter", facts=("N34",), asked=WAYS, words=words, in_english=in_english)
    async with program.database.transaction() as session:
        await save(session, NAME, entry.model_dump_json(), seen=0, by="ewa", now=program.clock())
        await publish(session, NAME, 1, by="iza", now=program.clock())


async def found(program: Program, visit: str) -> set[str]:
    """Return the languages in which the answer is said, or offered by a button, to somebody who asks for it."""
    languages = set()
    for language, question in QUESTIONS.items():
        outcome = await Person(program, name=f"{visit}-{language}", language=language).writes(question)
        buttons = [button.value for reply in outcome.replies for button in reply.buttons]
        if f"answer.{NAME}" in outcome.said or f"@ask_{NAME}" in buttons:
            languages.add(language)
    return languages


async def test_a_published_answer_is_found_at_once_in_all_languages_and_a_switched_off_one_in_none(program: Program) -> None:
    assert await found(program, "before") == set()
    await written(program, in_english=True)
    assert len(there := await found(program, "after")) >= 14, set(QUESTIONS) - there
    async with program.database.transaction() as session:
        await switch_off(session, NAME, by="ewa", because="x", now=program.clock())
    assert await found(program, "off") == set()
    async with program.database.transaction() as session:
        await switch_on(session, NAME)
    assert await found(program, "on") == there


async def test_an_answer_takes_nothing_away_from_who_reads_a_language_that_it_lacks(program: Program) -> None:
    before = {}
    for language, question in QUESTIONS.items():
        before[language] = (await Person(program, name=f"a-{language}", language=language).writes(question)).said
    await written(program, in_english=False)
    for language, question in QUESTIONS.items():
        said = (await Person(program, name=f"b-{language}", language=language).writes(question)).said
        assert said == before[language] or language in WORDS, language


def test_a_model_that_learned_from_other_numbers_is_refused_in_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    monkeypatch.setattr("bot.dialogue.heads.inputs", lambda meanings: [*meanings, "a number that the model does not know"])
    assert main(["answers", "--ask", "where can i sleep tonight"]) == 1
    assert capsys.readouterr().err == "commands.npz was learned with other inputs: run `make train`.\n"


async def test_the_command_line_shows_what_is_found_and_why_as_the_console_left_it(
    program: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    async def shown(question: str) -> list[str]:
        assert await asyncio.to_thread(main, ["answers", "--ask", question, "--for", "victim"]) == 0
        return capsys.readouterr().out.splitlines()

    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    assert (await shown("where can i sleep tonight"))[0].split()[2:] == ["sleep_tonight", "taken"]
    await written(program, in_english=True)
    async with program.database.transaction() as session:
        await switch_off(session, "sleep_tonight", by="ewa", because="x", now=program.clock())
    assert not [line for line in await shown("where can i sleep tonight") if "sleep_tonight" in line]
    found = await shown("where do I leave my car")
    assert found[0].split()[2:] == [NAME, "taken"]
    assert found[1].strip() == "near to: where do I leave my car (en)"
    assert found[3].strip() == "Ask where a car can stand: 22 628 01 20."
