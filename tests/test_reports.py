"""Correcting a witness's report before it is sent, through the front door: the new words take the place of the old ones."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot import report
from bot.frontdoor import Outcome
from bot.messages import LANGUAGES
from bot.program import Program
from tests.support import open_program
from tests.test_arrangements import says
from tests.test_long_conversations import EMERGENCY, ReadingAssistant

SEEN, PLACE, OTHER_PLACE = "mężczyźni śpią w szopie", "Zalesie koło Grójca", "Zalesie Górne"
WITNESSED = "sąsiad trzyma ludzi w szopie"


@pytest.fixture
async def program(tmp_path: Path) -> AsyncIterator[Program]:
    program = await open_program(tmp_path, ReadingAssistant())
    yield program
    await program.close()


def summary(outcome: Outcome) -> str:
    return outcome.replies[-1].text


async def sent_report(program: Program) -> dict[str, str]:
    async with program.database.transaction() as session:
        conversation = await program.conversations.find(session, "web", "p1")
        assert conversation is not None
        assert conversation.report is not None
        found: dict[str, str] = program.conversations.vault.open_json(conversation.report, f"report:{conversation.id}")
        return found


async def test_a_part_that_is_chosen_is_asked_anew_and_replaced(program: Program) -> None:
    asked = await says(program, "@report", SEEN, PLACE, "@send", "@correct")
    assert [button.value for button in asked.replies[-1].buttons] == ["@part_what", "@part_where"]
    again = await says(program, "@part_where")
    assert again.replies[-1].text == program.wording.text("report_where", "pl")
    corrected = await says(program, OTHER_PLACE)
    assert OTHER_PLACE in summary(corrected)
    assert PLACE not in summary(corrected)
    await says(program, "@send")
    assert await sent_report(program) == {"what": SEEN, "where": OTHER_PLACE}


async def test_the_title_of_a_part_can_be_typed(program: Program) -> None:
    corrected = await says(program, "@report", SEEN, PLACE, "@send", "@correct", "miejsce", OTHER_PLACE)
    assert PLACE not in summary(corrected)
    assert OTHER_PLACE in summary(corrected)


@pytest.mark.parametrize("typed", [f"Miejsce: {OTHER_PLACE}", f"miejsce = {OTHER_PLACE}"])
async def test_a_part_and_its_new_words_can_be_written_in_one_message(program: Program, typed: str) -> None:
    corrected = await says(program, "@report", SEEN, PLACE, "@send", "@correct", typed)
    assert PLACE not in summary(corrected)
    assert f": {OTHER_PLACE}" in summary(corrected)


async def test_a_part_that_is_named_goes_to_its_place_also_while_another_is_asked_for(program: Program) -> None:
    await says(program, "@report", SEEN, PLACE, f"miejsce: {OTHER_PLACE}", "wieczorem", "@send", "@send")
    assert await sent_report(program) == {"what": SEEN, "where": OTHER_PLACE, "when": "wieczorem"}


async def test_a_danger_of_ones_own_in_the_middle_of_a_report_ends_the_questions_and_the_report_can_be_gone_on_with(
    program: Program,
) -> None:
    outcome = await says(program, "@report", SEEN, EMERGENCY)
    assert outcome.replies[0].text == program.wording.text("emergency_victim", "pl")
    assert "@report" in [button.value for button in outcome.replies[0].buttons]
    resumed = await says(program, "@report")
    assert resumed.replies[-1].text == program.wording.text("report_when", "pl")
    await says(program, "@send", "@send")
    assert (await sent_report(program))["what"] == SEEN


async def test_free_words_of_correction_are_added_and_nothing_added_before_is_lost(program: Program) -> None:
    await says(program, "@report", SEEN, "@send", "brama jest zielona", "@correct", "i jeden kot")
    corrected = await says(program, "@correct", "i dwa psy")
    for words in (SEEN, "brama jest zielona", "i jeden kot", "i dwa psy"):
        assert words in summary(corrected)


@pytest.mark.parametrize("where", ["at the next question", "under the summary", "in a correction"])
@pytest.mark.parametrize("said", ["nie w Łomży tylko w Zambrowie", "pomyłka, w Zambrowie, nie w Łomży"])
async def test_not_this_but_that_takes_the_place_of_what_was_wrong(program: Program, where: str, said: str) -> None:
    await says(program, "@report", SEEN, "pod Kolnem w Łomży", "od lipca")
    if where == "at the next question":
        told = await says(program, said, "@send")
    elif where == "under the summary":
        told = await says(program, "@send", said)
    else:
        told = await says(program, "@send", "@correct", said)
    assert "w Zambrowie" in summary(told)
    assert "Łomż" not in summary(told)


async def test_what_a_witness_told_before_the_report_is_not_asked_again(program: Program) -> None:
    received = await says(program, WITNESSED)
    assert "@report" in [button.value for reply in received.replies for button in reply.buttons]
    asked = await says(program, "@report")
    assert asked.replies[-1].text == program.wording.text("report_where", "pl")
    assert WITNESSED in summary(await says(program, "@send"))


async def test_do_not_send_ends_a_report_wherever_it_is_said(program: Program) -> None:
    outcome = await says(program, "@report", SEEN, "nie wysyłaj tego")
    assert outcome.replies[-1].text == program.wording.text("report_kept_unsent", "pl")
    assert not outcome.handoff
    with pytest.raises(AssertionError):
        await sent_report(program)


async def test_a_typed_button_is_never_a_part_of_the_report(program: Program) -> None:
    outcome = await says(program, "@report", SEEN, "Popraw")
    assert "@" not in summary(outcome)


async def test_an_old_button_of_a_part_changes_nothing_once_the_report_is_sent(program: Program) -> None:
    await says(program, "@report", SEEN, PLACE, "@send", "@send")
    assert (await says(program, "@part_where")).replies[-1].text == program.wording.text("told_go_on", "pl")
    assert await sent_report(program) == {"what": SEEN, "where": PLACE}


@pytest.mark.parametrize("language", LANGUAGES)
async def test_every_language_corrects_a_part_by_its_title(program: Program, language: str) -> None:
    title = program.wording.titles[language]["part_where"]
    corrected = await says(program, f"@lang_{language}", "@report", SEEN, PLACE, "@send", "@correct", f"{title}: {OTHER_PLACE}")
    assert PLACE not in summary(corrected)
    assert OTHER_PLACE in summary(corrected)


async def test_the_name_of_a_part_means_nothing_where_it_was_not_offered(program: Program) -> None:
    outcome = await says(program, "Miejsce")
    assert outcome.replies[-1].text != program.wording.text("report_where", "pl")
    assert not outcome.handoff


@pytest.mark.parametrize(
    ("said", "told", "mended"),
    [
        ("me equivoque, no es primer piso, es planta baja", "primer piso en lublin", "planta baja en lublin"),
        ("не 15 человек а 25", "15 человек", "25"),
        ("three girls not two", "two girls", "three girls"),
        ("nie Grójec, tylko pod Radomiem", "pod Grójcem", "pod Radomiem"),
        ("Radom, nie Grójec", "Grójec", "Radom"),
        ("не Польова а Лісна", "вул. Польова 5", "вул. Лісна 5"),
    ],
)
def test_what_is_corrected_takes_the_place_of_what_was_wrong_and_of_nothing_else(said: str, told: str, mended: str) -> None:
    assert report.corrected(said, {"report_where": told}) == {"report_where": mended}


@pytest.mark.parametrize(
    "said",
    [
        "raz jedna kobieta płakała pod płotem, nie mówi po polsku. pilnuje ich jeden gruby z psem",
        "they do not sleep there, they sleep in the barn behind the house and nobody speaks",
    ],
)
def test_a_not_in_something_told_corrects_nothing(said: str) -> None:
    assert report.corrected(said, {"report_what": "ludzie nie mówią po polsku, śpią w szopie"}) is None
