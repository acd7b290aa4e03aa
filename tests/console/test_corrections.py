"""A coordinator corrects what a phrase was read as; every process reads it so from the next message on, until it is undone."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from sqlalchemy import func, select

from bot.console.staff import Role
from bot.messages import Inbound, Indicator, Screening, Triage
from bot.program import Program, build
from bot.storage.audit import AuditLog
from bot.storage.tables_screening import CorrectedPhrase
from tests.console.conftest import Consultant
from tests.support import Clock, PlainAssistant, damage, in_files

People = Callable[..., Awaitable[Consultant]]
Writes = Callable[..., Awaitable[str]]

OFFICE = "zostawiłam paszport na wizę w urzędzie"
CARRIED = "w piątki wożą nas do pana"
CELLAR = "zamknął mnie w piwnicy na chwilę żartem"


@pytest.fixture
async def coordinator(consultant: People) -> Consultant:
    return await consultant("Iga", Role.COORDINATOR)


@pytest.fixture
async def other_process(program: Program) -> AsyncIterator[Program]:
    """Return another process of the program over the same database."""
    other = build(program.settings, assistant=PlainAssistant(), clock=program.clock)  # type: ignore[arg-type]
    yield other
    await other.close()


async def read_as(program: Program, text: str, *, who: str) -> Screening:
    """Let somebody new write, and return what their message was read as."""
    inbound = Inbound(channel="web", pseudonym=who, external_id="1", text=text, received_at=program.clock(), language_hint="pl")
    await program.frontdoor.receive(inbound)
    async with program.database.transaction() as session:
        conversation = await program.conversations.find(session, "web", who)
        assert conversation is not None
        [said, *_] = await program.conversations.messages(session, conversation.id)
    assert said.screening is not None
    return said.screening


async def correct(someone: Consultant, case: str, phrase: str, kind: str, *, status: int = 303, **fields: str) -> str:
    path = f"/cases/{case}/messages/1/correct"
    await someone.text(path)
    response = await someone.post(path, phrase=phrase, kind=kind, **{"names_nobody": "yes", **fields})
    page = await response.text()
    assert response.status == status, page
    return page


async def the_correction(program: Program) -> str:
    async with program.database.transaction() as session:
        number = await session.scalar(select(CorrectedPhrase.id))
    assert number is not None
    return number


async def test_a_phrase_that_says_a_sign_says_it_from_the_next_message_on_in_every_process_until_it_is_undone(
    program: Program, other_process: Program, coordinator: Consultant, writes: Writes
) -> None:
    case = await writes("zabrał mi paszport")
    assert (await read_as(other_process, f"{CARRIED} z brodą", who="before")).triage is Triage.NONE
    await correct(coordinator, case, CARRIED, "says", sign="sexual_exploitation")
    for number, process in enumerate((program, other_process)):
        found = await read_as(process, "Co tydzień: W piatki WOZA nas, do pana z brodą!", who=f"after-{number}")
        assert found.triage is Triage.HIGH
        assert [(one.indicator, one.words) for one in found.indicators] == [
            (Indicator.SEXUAL_EXPLOITATION, "W piatki WOZA nas, do pana")
        ]
    listed = await coordinator.text("/corrections")
    for seen in (CARRIED, "wykorzystywanie seksualne", "Iga"):
        assert seen in listed
    undone = await coordinator.post(f"/corrections/{await the_correction(program)}/undo")
    assert undone.headers["Location"] == "/console/corrections?told=undone"
    assert CARRIED not in await coordinator.text("/corrections?told=undone")
    for number, process in enumerate((program, other_process)):
        assert (await read_as(process, f"{CARRIED} z brodą", who=f"undone-{number}")).triage is Triage.NONE


async def test_a_sign_that_a_phrase_does_not_say_is_not_found_in_it_but_in_every_other_word(
    program: Program, other_process: Program, coordinator: Consultant, writes: Writes
) -> None:
    case = await writes(OFFICE)
    await correct(coordinator, case, OFFICE, "says_not", sign_not="documents_taken")
    for number, process in enumerate((program, other_process)):
        calm = await read_as(process, f"Dzień dobry, {OFFICE}.", who=f"calm-{number}")
        assert (calm.triage, calm.signs) == (Triage.NONE, frozenset())
    for number, text in enumerate(
        (f"{OFFICE}, a szef ma drugi paszport", "zostawiłam paszport na wizę", f"{OFFICE}! zamknął mnie")
    ):
        assert (await read_as(program, text, who=f"grave-{number}")).triage.needs_person
    assert await writes(OFFICE, who="c") == ""


async def test_what_was_no_emergency_is_as_urgent_as_the_coordinator_says_and_is_not_answered_as_one(
    program: Program, coordinator: Consultant, writes: Writes
) -> None:
    case = await writes(CELLAR)
    await correct(coordinator, case, CELLAR, "no_emergency", triage="medium")
    found = await read_as(program, CELLAR, who="joke")
    assert found.triage is Triage.HIGH  # a sign is still found in it, and bears that
    assert (await read_as(program, f"{CELLAR}, i znowu mnie zamknął", who="again")).triage is Triage.EMERGENCY
    await correct(coordinator, case, CELLAR, "says_not", sign_not="documents_taken")
    found = await read_as(program, CELLAR, who="joke-again")
    assert (found.triage, found.signs) == (Triage.MEDIUM, frozenset())


async def test_a_message_whose_rest_cannot_be_read_stays_as_urgent_as_it_was(
    program: Program, assistant: PlainAssistant, coordinator: Consultant, writes: Writes, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = await writes(OFFICE)
    await correct(coordinator, case, OFFICE, "says_not", sign_not="documents_taken")
    understand = assistant.understand

    async def fails_on_the_rest(text: str, **how: object) -> object:
        if "paszport" not in text:
            raise TimeoutError
        return await understand(text, **how)  # type: ignore[arg-type]

    monkeypatch.setattr(assistant, "understand", fails_on_the_rest)
    assert (await read_as(program, f"{OFFICE}. Dzień dobry", who="b")).triage is Triage.HIGH


async def test_corrections_are_the_coordinators(
    program: Program, coordinator: Consultant, consultant: People, writes: Writes
) -> None:
    case, ola = await writes("zabrał mi paszport"), await consultant("Ola")
    assert f"/cases/{case}/messages/1/correct" in await coordinator.text(f"/cases/{case}")
    page = await ola.text(f"/cases/{case}")
    assert "/correct" not in page
    assert (await ola.get(f"/cases/{case}/messages/1/correct")).status == 403
    assert (await ola.get("/corrections")).status == 403
    filled_in = {"phrase": CARRIED, "kind": "says", "sign": "threats", "names_nobody": "yes"}
    assert (await ola.post(f"/cases/{case}/messages/1/correct", **filled_in)).status == 403
    assert CARRIED not in await coordinator.text("/corrections")
    assert (await coordinator.post(f"/cases/{case}/messages/1/correct", **filled_in)).status == 303
    assert (await ola.post(f"/corrections/{await the_correction(program)}/undo")).status == 403
    assert CARRIED in await coordinator.text("/corrections")
    assert (await coordinator.get(f"/cases/{case}/messages/2/correct")).status == 404  # the program's own words


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"kind": ""}, "Wybierz, co jest właściwe"),
        ({"sign": ""}, "Wybierz oznakę"),
        ({"kind": "no_emergency", "triage": "emergency"}, "Wybierz, jak pilne"),
        ({"phrase": "  "}, "Wpisz słowa"),
        ({"phrase": "słowo " * 40}, "Najwyżej 200 znaków"),
        ({"phrase": "zadzwoń do szefa 601 234 567"}, "numer, adres albo link"),
        ({"phrase": "napisz na szef@example.com teraz"}, "numer, adres albo link"),
        ({"names_nobody": ""}, "Potwierdź"),
        ({"phrase": "paszport"}, "co najmniej 2 słów"),
        ({"kind": "says_not", "sign_not": "documents_taken", "phrase": "zabrał mi mój paszport"}, "co najmniej 5 słów"),
    ],
)
async def test_what_cannot_be_kept_is_refused_with_a_sentence_and_stays_in_the_form(
    program: Program, coordinator: Consultant, writes: Writes, fields: dict[str, str], told: str
) -> None:
    case = await writes("zabrał mi paszport")
    given = {"phrase": CARRIED, "kind": "says", "sign": "threats", **fields}
    phrase, kind = given.pop("phrase"), given.pop("kind")
    page = await correct(coordinator, case, phrase, kind, status=422, **given)
    assert told in page
    assert phrase in page
    async with program.database.transaction() as session:
        assert await session.scalar(select(func.count()).select_from(CorrectedPhrase)) == 0


async def test_the_same_correction_is_made_once(coordinator: Consultant, writes: Writes) -> None:
    case = await writes("zabrał mi paszport")
    await correct(coordinator, case, CARRIED, "says", sign="threats")
    assert "już jest" in await correct(coordinator, case, CARRIED, "says", status=422, sign="threats")


@pytest.mark.parametrize(
    ("made", "then"),
    [
        ({"kind": "says", "sign": "threats"}, {"kind": "says_not", "sign_not": "threats"}),
        ({"kind": "says_not", "sign_not": "threats"}, {"kind": "says", "sign": "threats"}),
        ({"kind": "no_emergency", "triage": "none"}, {"kind": "says", "sign": "suicide_risk"}),
        ({"kind": "no_emergency", "triage": "none"}, {"kind": "no_emergency", "triage": "high"}),
    ],
)
async def test_a_correction_that_contradicts_another_one_is_made_only_once_that_is_undone(
    program: Program, coordinator: Consultant, writes: Writes, made: dict[str, str], then: dict[str, str]
) -> None:
    case = await writes("zabrał mi paszport")
    await correct(coordinator, case, CELLAR, **made)
    assert "mówi co innego" in await correct(coordinator, case, f"{CELLAR.upper()}!", **then, status=422)
    assert CELLAR.upper() not in await coordinator.text("/corrections")
    await coordinator.post(f"/corrections/{await the_correction(program)}/undo")
    await correct(coordinator, case, f"{CELLAR.upper()}!", **then)


async def test_corrections_of_one_phrase_that_do_not_contradict_each_other_are_all_made(
    coordinator: Consultant, writes: Writes
) -> None:
    case = await writes("zabrał mi paszport")
    await correct(coordinator, case, CELLAR, "says_not", sign_not="documents_taken")
    await correct(coordinator, case, CELLAR, "no_emergency", triage="none")
    await correct(coordinator, case, CELLAR, "says", sign="isolation")
    await correct(coordinator, case, f"{CELLAR} wczoraj", "no_emergency", triage="high")


async def test_the_form_begins_with_the_words_in_which_the_sign_was_found(coordinator: Consultant, writes: Writes) -> None:
    page = await coordinator.text(f"/cases/{await writes('<b>zabrał mi paszport</b>')}/messages/1/correct")
    offered = re.search(r'<textarea id="phrase"[^>]*>([^<]*)</textarea>', page)
    assert offered is not None
    assert offered.group(1) == "&lt;b&gt;zabrał mi paszport&lt;/b&gt;"


async def test_a_correction_is_sealed_leads_to_nobody_is_in_the_audit_log_and_is_gone_when_it_is_undone(
    program: Program, coordinator: Consultant, writes: Writes, tmp_path: Path
) -> None:
    case = await writes("zabrał mi paszport")
    await correct(coordinator, case, CARRIED, "says", sign="threats")
    assert {column.name for column in CorrectedPhrase.__table__.columns} == {"id", "content", "made_by", "made_at"}
    number = await the_correction(program)
    async with program.database.transaction() as session:
        sealed = await session.scalar(select(CorrectedPhrase.content))
    assert sealed is not None
    assert "piątki".encode() not in in_files(tmp_path)
    assert not program.residual_data.erased
    await coordinator.post(f"/corrections/{number}/undo")
    assert program.residual_data.erased  # the next look writes the file anew, without what lies between its rows
    assert (await coordinator.post(f"/corrections/{number}/undo")).headers["Location"].endswith("told=gone")
    assert sealed not in in_files(tmp_path)
    async with program.database.transaction() as session:
        entries = await AuditLog(program.vault).about(session, number, actions=("correction_made", "correction_undone"))
    assert sorted(entry.action for entry in entries) == ["correction_made", "correction_undone"]


async def test_a_correction_outlives_the_conversation_from_which_it_was_made(
    program: Program, coordinator: Consultant, writes: Writes, clock: Clock
) -> None:
    case = await writes("zabrał mi paszport", who="a")
    await correct(coordinator, case, CARRIED, "says", sign="threats")
    await program.frontdoor.receive(
        Inbound(channel="web", pseudonym="a", external_id="gone", text="@delete", received_at=clock())
    )
    clock.move(days=400)
    async with program.database.transaction() as session:
        await program.conversations.purge(session, clock())
    assert (await read_as(program, CARRIED, who="b")).signs == {Indicator.THREATS}


async def test_one_that_does_not_open_counts_no_more_and_can_be_undone(
    program: Program, other_process: Program, coordinator: Consultant, writes: Writes
) -> None:
    case = await writes("zabrał mi paszport")
    await correct(coordinator, case, CARRIED, "says", sign="threats")
    await damage(program, CorrectedPhrase, "content")
    assert (await read_as(other_process, CARRIED, who="b")).triage is Triage.NONE
    assert "nie da się odczytać" in await coordinator.text("/corrections")
    await coordinator.post(f"/corrections/{await the_correction(program)}/undo")
    assert "nie da się odczytać" not in await coordinator.text("/corrections")
