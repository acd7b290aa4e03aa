"""An answer is written by one person and published by another; it is said from the next message on, in the languages that it has."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select, update

from bot.__main__ import main
from bot.console.staff import Role
from bot.dialogue.answers import Library
from bot.dialogue.features import NEW, Context
from bot.dialogue.turn import Understood
from bot.language.data import NLU_DATA
from bot.language.wording import Wording
from bot.messages import LANGUAGES
from bot.program import Program, build
from bot.server import read_answers
from bot.storage.answer_switches import new_edition
from bot.storage.tables import AuditEntry
from bot.storage.tables_answers import WrittenAnswer
from tests.console.conftest import Consultant
from tests.console.writing import NAME, WAYS, WORDS, drafts, fields, publishes
from tests.dialogue.talk import Person
from tests.standins.rules_assistant import Reading, RulesAssistant
from tests.support import Clock, PlainAssistant, settings_in

People = Callable[..., Awaitable[Consultant]]
CAR = "mam auto"
TEXTS = {language: words[1].replace("{hotline}", "22 628 01 20") for language, words in WORDS.items()}


@pytest.fixture
def assistant() -> RulesAssistant:
    """Understand one question as one for the answer that is written here."""
    return RulesAssistant({CAR: Reading((f"ask:{NAME}",)), "gdzie spać": Reading(("ask:sleep_tonight",))})


@pytest.fixture
async def pair(consultant: People) -> tuple[Consultant, Consultant]:
    return await consultant("Ewa", Role.COORDINATOR), await consultant("Iza", Role.COORDINATOR)


async def told(program: Program, *, who: str, language: str = "pl", channel: str = "web") -> str:
    """Return what somebody is told who asks about their car."""
    outcome = await Person(program, name=who, language=language, channel=channel).writes(CAR)
    return "\n".join(reply.text for reply in outcome.replies)


async def test_a_draft_is_said_by_nobody_until_a_second_person_publishes_it(
    program: Program, pair: tuple[Consultant, Consultant]
) -> None:
    ewa, iza = pair
    unknown = await told(program, who="a")
    assert await drafts(ewa) == 303
    assert await told(program, who="b") == unknown
    assert await publishes(ewa) == f"/answers/{NAME}?problem=same_person"
    assert "Publikuje druga osoba" in await ewa.text(f"/answers/{NAME}")
    assert await told(program, who="c") == unknown
    page = await iza.text(f"/answers/{NAME}")
    assert "Ewa" in page
    assert TEXTS["uk"] in page
    assert "Języki bez tekstu: rosyjski, białoruski" in page
    assert await publishes(iza) == f"/answers/{NAME}"
    assert await told(program, who="d") == TEXTS["pl"]
    assert "Iza" in await ewa.text(f"/answers/{NAME}")


async def test_it_is_said_in_the_languages_that_it_has_and_to_others_that_it_is_not_known(
    program: Program, pair: tuple[Consultant, Consultant]
) -> None:
    ewa, iza = pair
    unknown = {language: await told(program, who=f"before-{language}", language=language) for language in LANGUAGES}
    await drafts(ewa)
    await publishes(iza)
    said = {language: await told(program, who=f"after-{language}", language=language) for language in LANGUAGES}
    assert said == unknown | TEXTS
    page = await ewa.text(f"/answers/{NAME}")
    assert page.count("w tym języku nie jest mówiona") == len(LANGUAGES) - 3


async def test_where_english_is_chosen_for_other_languages_the_page_says_so_and_they_are_told_it(
    program: Program, pair: tuple[Consultant, Consultant]
) -> None:
    ewa, iza = pair
    await drafts(ewa, in_english="yes")
    await publishes(iza)
    outcome = await Person(program, name="a", language="ka").writes(CAR)
    assert [(reply.text, reply.language) for reply in outcome.replies] == [(TEXTS["en"], "en")]
    page = await ewa.text(f"/answers/{NAME}")
    assert page.count("mówiona po angielsku") == len(LANGUAGES) - 3


async def test_whoever_changes_the_language_is_not_answered_in_one_that_the_answer_lacks(
    program: Program, assistant: RulesAssistant, pair: tuple[Consultant, Consultant]
) -> None:
    ewa, iza = pair
    await drafts(ewa)
    await publishes(iza)
    assistant.readings["po gruzińsku: mam auto"] = Reading((f"ask:{NAME}", "want:language"), language="ka")
    outcome = await Person(program, name="a").writes("po gruzińsku: mam auto")
    assert TEXTS["en"] not in [reply.text for reply in outcome.replies]
    assert f"answer.{NAME}" not in outcome.said


async def test_another_process_says_it_from_its_next_message_on(
    program: Program, assistant: RulesAssistant, pair: tuple[Consultant, Consultant], clock: Clock, tmp_path: Path
) -> None:
    ewa, iza = pair
    other = build(settings_in(tmp_path), assistant=assistant, clock=clock)  # type: ignore[arg-type]
    try:
        assert await told(other, who="a") != TEXTS["pl"]
        await drafts(ewa)
        await publishes(iza)
        assert await told(other, who="b") == TEXTS["pl"]
        await iza.post(f"/answers/{NAME}/off", because="zamknięty parking")
        assert await told(other, who="c") != TEXTS["pl"]
    finally:
        await other.close()


async def test_what_is_published_is_said_until_its_change_is_published(
    program: Program, pair: tuple[Consultant, Consultant]
) -> None:
    ewa, iza = pair
    await drafts(ewa)
    await publishes(iza)
    new = {"pl.text": "Nie ma tam miejsca na auto. Zapytaj: {hotline}."}
    assert (await iza.post(f"/answer-drafts/{NAME}", seen="1", **fields(**new))).status == 303
    assert (await iza.post(f"/answer-drafts/{NAME}", seen="1", **fields(**new))).status == 409  # from a page that is out of date
    assert await told(program, who="a") == TEXTS["pl"]
    assert await publishes(ewa, revision=1) == f"/answers/{NAME}?problem=changed"
    assert await publishes(ewa, revision=2) == f"/answers/{NAME}"
    assert await told(program, who="b") == "Nie ma tam miejsca na auto. Zapytaj: 22 628 01 20."


async def test_a_dropped_draft_leaves_what_was_published(program: Program, pair: tuple[Consultant, Consultant]) -> None:
    ewa, iza = pair
    await drafts(ewa)
    await publishes(iza)
    assert (await iza.post(f"/answer-drafts/{NAME}", seen="1", **fields(**{"pl.text": "Inaczej."}))).status == 303
    assert (await iza.post(f"/answer-drafts/{NAME}/discard", revision="2")).status == 303
    assert await told(program, who="a") == TEXTS["pl"]
    assert TEXTS["pl"] in await ewa.text(f"/answers/{NAME}")


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"facts": None}, "nie wybrano żadnego faktu"),
        ({"facts": "NO.1"}, "nie ma już faktu NO.1"),
        ({"uk.asked": None}, "potrzeba co najmniej 3 sposobów"),
        ({"pl.text": "Zadzwoń: 22 628 01 20."}, "są w niej cyfry"),
        ({"pl.text": "Zadzwoń: {hotlin}."}, "nie ma numeru „hotlin”"),
        ({"pl.text": "Zadzwoń: {hotline:>9}."}, "nie ma numeru „hotline”"),
        ({"pl.text": "Zadzwoń: {hotline."}, "nie ma numeru"),
        ({"pl.quiet": "Zadzwoń: {hotline}."}, "nie może być numeru"),
        ({"pl.quiet": "Zapytaj na policji."}, "słowo, które zdradza: policj"),
        ({"pl.text": "Zapytaj. " * 36}, "za długie, najwyżej 310"),
        ({"uk.again": "Запитайте. " * 20}, "za długie na SMS"),
        ({"pl.title": "Gdzie mogę tam zostawić mój samochód"}, "za długie, najwyżej 34"),
        ({"en.text": None, "en.again": None, "en.quiet": None, "en.title": None}, "brakuje tekstu"),
        ({"ru.text": "Спросите."}, "brakuje tej formy"),
        ({"next": "no_such_answer"}, "nie ma odpowiedzi no_such_answer"),
        ({"when": None}, "nie wybrano, kiedy"),
    ],
)
async def test_what_the_answers_of_the_files_must_be_like_is_asked_of_a_draft_as_well(
    program: Program, pair: tuple[Consultant, Consultant], changes: dict[str, str | None], fault: str
) -> None:
    ewa, iza = pair
    assert await drafts(ewa, **changes) == 303
    assert fault in await iza.text(f"/answers/{NAME}")
    assert await publishes(iza) == f"/answers/{NAME}?problem=has_faults"
    async with program.database.reading() as session:
        assert [row.published_at for row in await session.scalars(select(WrittenAnswer))] == [None]


async def test_a_way_of_asking_that_another_answer_has_is_refused_with_its_name_until_that_one_is_off(
    program: Program, pair: tuple[Consultant, Consultant]
) -> None:
    ewa, iza = pair
    ways = "\n".join((*WAYS["en"], "I have nobody to talk to!"))
    assert await drafts(ewa, **{"en.asked": ways}) == 303
    page = await iza.text(f"/answers/{NAME}")
    assert "angielski: o to samo pyta się w odpowiedzi feel_lonely (“I have nobody to talk to!”)" in page
    assert "Opublikuj</button>" not in page
    assert await publishes(iza) == f"/answers/{NAME}?problem=has_faults"
    await iza.post("/answers/feel_lonely/off", because="inna zamiast tej")
    assert await publishes(iza) == f"/answers/{NAME}"
    assert await told(program, who="a") == TEXTS["pl"]
    await iza.post("/answers/feel_lonely/on")
    assert await told(program, who="b") == TEXTS["pl"]  # what two people published is not silenced
    assert "o to samo pyta się w odpowiedzi feel_lonely" in await iza.text(f"/answers/{NAME}")


@pytest.mark.parametrize("other", ["victim", "relative"])
async def test_a_way_of_asking_of_a_published_answer_is_refused_only_in_a_draft_for_the_same_people(
    pair: tuple[Consultant, Consultant], other: str
) -> None:
    ewa, iza = pair
    await drafts(ewa, audience=["victim"])
    await publishes(iza)
    await drafts(ewa, id="second_one", audience=[other])
    refused = other == "victim"
    assert (f"w odpowiedzi {NAME} (“" in await iza.text("/answers/second_one")) is refused
    assert await publishes(iza, name="second_one") == "/answers/second_one" + "?problem=has_faults" * refused


async def test_an_id_that_there_is_or_that_cannot_be_one_is_refused(pair: tuple[Consultant, Consultant]) -> None:
    ewa, _ = pair
    assert await drafts(ewa, id="sleep_tonight") == 409
    assert await drafts(ewa, id="../x") == 422
    assert await drafts(ewa, matter="no_such_matter") == 422
    assert await drafts(ewa) == 303
    assert await drafts(ewa) == 409
    response = await ewa.post("/answer-drafts", **fields(id="Nie"))
    assert "czy mogę tam zaparkować samochód" in await response.text()  # what was typed is not lost


async def test_a_form_begins_with_what_is_near_or_with_the_answer_that_it_replaces(pair: tuple[Consultant, Consultant]) -> None:
    ewa, _ = pair
    near = await ewa.text("/answer-drafts?near=shelter_couple")
    assert '<option value="shelter" selected>' in near
    assert "kogo chcesz zabrać" not in near
    instead = await ewa.text("/answer-drafts?instead=shelter_couple")
    assert 'value="shelter_couple_2"' in instead
    assert "kogo chcesz zabrać" in instead


async def test_only_coordinators_write_and_everything_is_in_the_audit_log(
    program: Program, consultant: People, pair: tuple[Consultant, Consultant]
) -> None:
    ola, (ewa, iza) = await consultant("Ola"), pair
    assert (await ola.get("/answer-drafts")).status == 403
    await ola.get("/")
    assert (await ola.post("/answer-drafts", **fields())).status == 403
    await drafts(ewa)
    assert (await ola.post(f"/answer-drafts/{NAME}/publish", revision="1")).status == 403
    await publishes(iza)
    await iza.post(f"/answer-drafts/{NAME}", seen="1", **fields())
    await iza.post(f"/answer-drafts/{NAME}/discard", revision="2")
    async with program.database.transaction() as session:
        entries = await session.scalars(select(AuditEntry).where(AuditEntry.action.startswith("answer_")))
        recorded = [(entry.action, entry.subject) for entry in entries]
    assert recorded == [(f"answer_{done}", NAME) for done in ("drafted", "published", "drafted", "discarded")]


async def test_what_cannot_be_read_or_has_lost_its_facts_is_not_said_and_stops_nothing_else(
    program: Program, pair: tuple[Consultant, Consultant]
) -> None:
    ewa, iza = pair
    await drafts(ewa)
    await publishes(iza)
    for content in ("{", '{"id": "x"}'):
        async with program.database.transaction() as session:
            await session.execute(update(WrittenAnswer).values(content=content))
            await new_edition(session)
        assert await told(program, who=content) != TEXTS["pl"]
        assert (await Person(program, name=f"b{content}").writes("gdzie spać")).said == ("answer.sleep_tonight",)


async def test_the_model_reads_what_was_written_before_anybody_writes_and_its_failure_stops_no_start(
    program: Program, pair: tuple[Consultant, Consultant], clock: Clock, tmp_path: Path
) -> None:
    class Listening(PlainAssistant):
        library: Library | None = None

        async def understand(
            self, text: str, *, language_hint: str | None = None, context: Context = NEW, library: Library | None = None
        ) -> Understood:
            self.library = library
            return await super().understand(text, language_hint=language_hint, context=context)

    ewa, iza = pair
    await drafts(ewa)
    await publishes(iza)
    assistant = Listening()
    other = build(settings_in(tmp_path), assistant=assistant, clock=clock)  # type: ignore[arg-type]
    try:
        await read_answers(other)
        assert assistant.library is not None
        assert NAME in assistant.library
        assistant.fail_understanding = RuntimeError("broken")
        await read_answers(other)
    finally:
        await other.close()


async def test_what_is_published_becomes_files_of_the_project(
    program: Program,
    pair: tuple[Consultant, Consultant],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    ewa, iza = pair
    await drafts(ewa, audience=["victim", "relative"], **{"ru.text": "a", "ru.title": "a", "ru.again": "a", "ru.quiet": "a"})
    await publishes(iza)
    await drafts(ewa, id="only_a_draft")
    folder = tmp_path / "nlu_data"
    for part in ("answers", *(f"{language}/answers" for language in LANGUAGES)):
        shutil.copytree(NLU_DATA / part, folder / part)
    shutil.copy(NLU_DATA / "facts.yml", folder)
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    for written in (1, 0):  # a second time nothing is written twice
        assert await asyncio.to_thread(main, ["answers", "--export", str(folder)]) == 0
        assert f"{written} answers written" in capsys.readouterr().out
    library, wording, before = Library.load(folder), Wording.load(folder), program.frontdoor.editions.files
    async with program.database.reading() as session:
        edition = await program.frontdoor.editions.current(session)
    assert set(library.answers) == {*before.library.answers, NAME}
    assert library.answers[NAME] == replace(edition.library.answers[NAME], languages=frozenset())
    for language in ("pl", "en", "uk", "ru"):
        assert wording.texts[language][f"answer.{NAME}"] == edition.wording.texts[language][f"answer.{NAME}"]
        assert wording.titles[language][f"ask_{NAME}"] == edition.wording.titles[language][f"ask_{NAME}"]
