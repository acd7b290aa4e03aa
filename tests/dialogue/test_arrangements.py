"""A safe time and a code word, through the front door: asked, taken, repeated, kept sealed."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.dialogue.arrangements import word_named
from bot.dialogue.commands import Command
from bot.dialogue.state import State
from bot.messages import LANGUAGES
from tests.dialogue.people import DANGER, GRAVE, QUESTION, READ_BACK, TIME
from tests.dialogue.talk import Person, heard, speaking
from tests.support import HOTLINE


async def arranged(person: Person) -> dict[str, str]:
    async with person.program.database.transaction() as session:
        conversation = await person.program.conversations.find(session, person.channel, person.name)
        assert conversation is not None
        return person.program.conversations.arranged(conversation)


async def test_a_safe_time_is_asked_once_repeated_and_kept(person: Person) -> None:
    asked = await person.writes("@human", "@safe_time")
    assert asked.said == ("safe_time_ask",)
    noted = await person.writes(TIME)
    assert [reply.text for reply in noted.replies] == [person.text("safe_time_noted", _value=TIME)]
    assert await arranged(person) == {"safe_time": TIME}


async def test_both_can_be_changed_later_and_skipping_keeps_what_there_was(person: Person) -> None:
    await person.writes("@safe_time", TIME, "@code_word", "banan", "@safe_time", "pomiń", QUESTION)
    assert await arranged(person) == {"safe_time": TIME, "code_word": "banan"}
    await person.writes("@safe_time", "rano", "@code_word", "gruszka")
    assert await arranged(person) == {"safe_time": "rano", "code_word": "gruszka"}


async def test_what_is_arranged_is_said_when_it_is_asked_for(person: Person) -> None:
    back = await person.writes("@safe_time", TIME, "@code_word", "banan", READ_BACK)
    assert back.said == ("safe_time_noted", "code_word_noted")
    nobody = Person(person.program, name="p2")
    assert (await nobody.writes(READ_BACK)).said == ("nothing_noted",)


def bytes_kept(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.glob("frontdoor.sqlite3*"))


async def test_nothing_that_was_arranged_lies_open_in_the_database(person: Person, tmp_path: Path) -> None:
    await person.writes("@safe_time", "w niedzielę po mszy", "@code_word", "gruszka")
    kept = bytes_kept(tmp_path)
    assert b"conversations" in kept
    assert b"mszy" not in kept
    assert b"gruszka" not in kept


async def test_a_question_in_between_is_answered_and_the_time_is_still_taken(person: Person) -> None:
    between = await person.writes("@safe_time", QUESTION)
    assert between.said == ("answer.sleep_tonight",)
    await person.writes(TIME)
    assert await arranged(person) == {"safe_time": TIME}


async def test_an_emergency_in_between_is_an_emergency_and_what_comes_after_it_is_no_time(person: Person) -> None:
    outcome = await person.writes("@safe_time", DANGER)
    assert "112" in outcome.replies[0].text
    assert HOTLINE in outcome.replies[0].text
    assert "safe_time_ask" not in outcome.said
    await person.writes("czekam pod mostem przy rzece")
    assert await arranged(person) == {}


async def test_a_yes_is_no_time(person: Person) -> None:
    await person.writes("@safe_time", "tak", "rano")
    assert await arranged(person) == {"safe_time": "rano"}


async def test_in_quiet_mode_the_words_are_not_repeated(person: Person) -> None:
    for button, said in (("@safe_time", "rano"), ("@code_word", "banan")):
        outcome = await person.writes("@quiet", button, said)
        assert not any(said in reply.text for reply in outcome.replies)
    assert await arranged(person) == {"safe_time": "rano", "code_word": "banan"}


@pytest.mark.parametrize("language", LANGUAGES)
async def test_every_language_arranges_by_its_buttons(person: Person, language: str) -> None:
    somebody = Person(person.program, language=language, name=language)
    asked = await somebody.writes(f"@lang_{language}", "@safe_time")
    assert asked.replies[0].text == somebody.text("safe_time_ask")
    assert [button.value for button in asked.replies[0].buttons] == ["@skip"]


@pytest.mark.parametrize("yes", ["tak", "Tak, usuń", "@delete_yes"])
async def test_a_typed_yes_erases_what_was_asked_back(person: Person, yes: str) -> None:
    asked = await person.writes(GRAVE, "@delete")
    assert not asked.erased
    assert asked.said == ("delete_ask",)
    assert (await person.writes(yes)).erased


@pytest.mark.parametrize("other", ["@delete_no", "nie", QUESTION, DANGER])
async def test_nothing_is_erased_by_anything_but_a_yes(person: Person, other: str) -> None:
    assert not (await person.writes(GRAVE, "@delete", other)).erased
    assert not (await person.writes("tak")).erased


@pytest.mark.parametrize("old", ["@safe_yes", "@yes"])
async def test_an_old_yes_on_the_screen_does_not_answer_a_new_question(person: Person, old: str) -> None:
    assert not (await person.writes(GRAVE, "@delete", old)).erased


async def test_an_old_yes_erases_nothing_that_is_not_asked_any_more(person: Person) -> None:
    assert not (await person.writes("@delete", QUESTION, "@delete_yes")).erased


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("hasło „zielona kawa”", "zielona kawa"),
        ("let it be: mango", "mango"),
        ("ok, słowo: gruszka. i jeszcze jedno, ile to trwa", "gruszka"),
        ("слово таке - яблуко. хто пише, хай його скаже", "яблуко"),
        ("he told me: go home", ""),
        ("my twenty-year-old is with me", ""),
    ],
)
def test_a_code_word_is_what_stands_in_quotation_marks_or_alone_behind_a_colon_or_a_dash(text: str, word: str) -> None:
    assert word_named(text) == word


def test_a_time_is_recalled_beside_the_first_answer_that_speaks_of_it_and_not_beside_each() -> None:
    first = speaking(
        "po co ta godzina?", heard(Command("ask", "safe_time_what", 0.9)), State(arranged={"safe_time": "6"}, turns=3)
    )
    then = speaking("jesteś?", heard(Command("ask", "consultant_come_back", 0.9)), first.concluded())
    assert ("safe_time_is" in first.turn.said, "safe_time_is" in then.turn.said) == (True, False)


def test_a_time_that_a_message_changes_is_read_back_once_as_it_is_now() -> None:
    before = State(arranged={"safe_time": "niedziela 6"}, turns=3)
    asks = Command("ask", "safe_time_what", 0.9)
    assert speaking("po co ta godzina?", heard(asks), before).turn.said == ("answer.safe_time_what", "safe_time_is")
    changed = speaking("nie niedziela, poniedziałek 5:30", heard(Command("arrange:time", "poniedziałek 5:30", 0.9), asks), before)
    assert changed.turn.said == ("safe_time_noted", "answer.safe_time_what", "handoff_short")
