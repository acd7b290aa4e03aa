"""Closed cases are sealed to the staff: which of them and when, and what goes on without the words."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import delete, select, update

from bot.console.staff import Role
from bot.messages import Inbound
from bot.operations.housekeeping import tidy
from bot.program import Program
from bot.storage.case_keys import is_of_case
from bot.storage.closed_cases import count_closed
from bot.storage.return_codes import ReturnCodes
from bot.storage.tables import CaseFile, Conversation, Delivery, Handoff, Message, ProviderErasureDue, StaffSession
from bot.storage.tables_seals import CaseKeyGiven, CaseSealing, StaffKey
from tests.console.conftest import Consultant
from tests.console.sealing import (
    ALL,
    ANSWER,
    CODE_WORD,
    REPORT,
    SEALED,
    TAG,
    WORDS,
    Make,
    account,
    fill,
    rest,
    sealed,
    shown,
    the_conversation,
)
from tests.support import HOTLINE, Bot, Clock


async def test_a_closed_case_is_sealed_and_reads_the_same_for_all_who_had_a_key_then(
    program: Program, clock: Clock, consultant: Make, writes: Any
) -> None:
    ewa, ola = await consultant("Ewa", Role.COORDINATOR), await consultant("Ola")
    case = await fill(program, writes, ola)
    before = await ola.text(f"/cases/{case}")
    assert shown(before) == set(ALL)
    assert await rest(program, clock) == 1
    assert await rest(program, clock, minutes=1) == 0
    for someone in (ewa, ola):
        await someone.log_in()
        page = await someone.text(f"/cases/{case}")
        assert shown(page) == set(ALL)
        assert SEALED not in page
        assert f'<mark class="strong">{WORDS}</mark>' in page
    async with program.database.transaction() as session:
        assert all(is_of_case(message.content) for message in await session.scalars(select(Message)))


async def test_nothing_is_sealed_that_somebody_is_busy_with_or_that_its_person_holds_a_code_for(
    program: Program, clock: Clock, consultant: Make, writes: Any
) -> None:
    ewa = await consultant("Ewa", Role.COORDINATOR)
    case = await fill(program, writes, ewa, close=False)
    assert await rest(program, clock, minutes=500) == 0  # it is open
    await ewa.log_in()
    await ewa.text(f"/cases/{case}")
    await ewa.post(f"/cases/{case}/close", outcome="support")
    assert await rest(program, clock, minutes=59) == 0
    await writes("dziękuję")
    assert await rest(program, clock, minutes=2) == 0  # somebody wrote just now
    conversation = await the_conversation(program)
    await ReturnCodes(program.database, program.vault).make(conversation.id)
    assert await rest(program, clock, minutes=500) == 0
    async with program.database.transaction() as session:
        counted = await count_closed(session)
    assert (counted.closed, counted.sealed, counted.with_code) == (1, 0, 1)


async def test_without_a_coordinators_key_a_case_stays_as_it_is_and_is_sealed_once_there_is_one(
    program: Program, clock: Clock, consultant: Make, writes: Any
) -> None:
    """So it is in a database from before: accounts have no keys until they log in."""
    ewa, ola = await consultant("Ewa", Role.COORDINATOR), await consultant("Ola")
    async with program.database.transaction() as session:
        await session.execute(delete(StaffKey))
        await session.execute(update(StaffSession).values(unlocked=None))
    case = await fill(program, writes, ola)
    assert await rest(program, clock) == 0
    await ola.log_in()
    assert await rest(program, clock) == 0  # a consultant alone could give it to nobody
    assert shown(await (await logged_in(ola)).text(f"/cases/{case}")) == set(ALL)
    await ewa.log_in()
    assert await rest(program, clock, minutes=61) == 1
    for someone in (ewa, ola):
        assert shown(await (await logged_in(someone)).text(f"/cases/{case}")) == set(ALL)


async def test_colleagues_of_before_are_waited_for_a_week_so_that_they_find_nothing_sealed_that_they_could_read(
    program: Program, clock: Clock, consultant: Make, writes: Any
) -> None:
    ewa, _jan = await consultant("Ewa", Role.COORDINATOR), await consultant("Jan")
    await fill(program, writes, ewa)
    number = (await account(program, "Jan")).id
    async with program.database.transaction() as session:
        await session.execute(delete(StaffKey).where(StaffKey.staff_id == number))
    assert await rest(program, clock) == 0
    await ewa.log_in()
    assert "Bez klucza: 1 os." in await ewa.text("/sealed")
    clock.move(days=7)
    assert await rest(program, clock) == 1


async def logged_in(someone: Consultant) -> Consultant:
    await someone.log_in()
    return someone


async def test_who_comes_back_is_answered_and_a_new_sign_makes_a_case_that_shows_all_to_who_has_the_key(
    program: Program, clock: Clock, consultant: Make, writes: Any
) -> None:
    ewa = await consultant("Ewa", Role.COORDINATOR)
    await fill(program, writes, ewa)
    assert await rest(program, clock) == 1
    outcome = await program.frontdoor.receive(
        Inbound(channel="web", pseudonym="a", external_id="again", text="dzień dobry", received_at=clock())
    )
    assert HOTLINE in outcome.replies[0].text
    second = await writes("zabrali mi też telefon i paszport")
    assert second
    page = await (await logged_in(ewa)).text(f"/cases/{second}")
    assert shown(page) >= {WORDS, ANSWER, CODE_WORD, REPORT}
    assert "zabrali mi też telefon" in page
    await ewa.post(f"/cases/{second}/take")
    await ewa.post(f"/cases/{second}/close", outcome="referred")
    assert await rest(program, clock) == 1
    page = await (await logged_in(ewa)).text(f"/cases/{second}")
    assert shown(page) >= {WORDS, ANSWER, CODE_WORD, REPORT}
    assert "zabrali mi też telefon" in page


async def test_what_is_written_into_a_sealed_case_is_sealed_in_turn(
    program: Program, clock: Clock, consultant: Make, writes: Any
) -> None:
    ewa, case = await sealed(program, clock, consultant, writes)
    await ewa.log_in()
    await ewa.text(f"/cases/{case}")
    await ewa.post(f"/cases/{case}/note", note="siostra oddzwoniła")
    await ewa.post(f"/cases/{case}/tags", tags=f"{TAG}, druga")
    assert await rest(program, clock) == 1
    page = await (await logged_in(ewa)).text(f"/cases/{case}")
    assert shown(page) == set(ALL)
    assert "siostra oddzwoniła" in page
    assert "druga" in page


async def test_a_person_can_still_have_a_sealed_conversation_deleted_at_the_provider(
    program: Program, clock: Clock, consultant: Make
) -> None:
    ewa = await consultant("Ewa", Role.COORDINATOR)

    def said(text: str, number: int) -> Inbound:
        return Inbound(
            channel="telegram",
            pseudonym="a",
            external_id=f"m{number}",
            text=text,
            received_at=clock(),
            address="500100200",
            details={"message_id": number},
        )

    await program.frontdoor.receive(said(WORDS, 41))
    async with program.database.transaction() as session:
        case = (await session.scalars(select(Handoff))).one().id
    await ewa.text(f"/cases/{case}")
    await ewa.post(f"/cases/{case}/take")
    await ewa.post(f"/cases/{case}/close", outcome="support")
    async with program.database.transaction() as session:
        await session.execute(update(Delivery).values(finished_at=clock(), state="delivered"))
    assert await rest(program, clock) == 1
    conversation = await the_conversation(program)
    assert (conversation.address, conversation.reachable) == (None, "no_address")
    outcome = await program.frontdoor.receive(said("@delete", 42))
    assert outcome.erased
    async with program.database.transaction() as session:
        left = (await session.scalars(select(ProviderErasureDue))).one()
        assert list(await session.scalars(select(CaseSealing))) == []
        assert list(await session.scalars(select(CaseKeyGiven))) == []
    erasure = program.vault.open_json(left.content, f"farewell:{left.id}")
    assert "41" in json.dumps(erasure)


async def test_a_coordinator_who_opens_a_sealed_conversation_again_can_write_to_its_person(
    program: Program, clock: Clock, consultant: Make
) -> None:
    ewa = await consultant("Ewa", Role.COORDINATOR)
    message = Inbound(channel="sms", pseudonym="a", external_id="1", text=WORDS, received_at=clock(), address="+48601234567")
    await program.frontdoor.receive(message)
    async with program.database.transaction() as session:
        case = (await session.scalars(select(Handoff))).one()
    await ewa.text(f"/cases/{case.id}")
    await ewa.post(f"/cases/{case.id}/take")
    await ewa.post(f"/cases/{case.id}/close", outcome="support")
    async with program.database.transaction() as session:
        await session.execute(update(Delivery).values(finished_at=clock(), state="delivered"))
    assert await rest(program, clock) == 1
    await ewa.log_in()
    await ewa.text("/conversations")
    assert (await ewa.post(f"/conversations/{case.conversation_id}/open")).status == 303
    conversation = await the_conversation(program)
    assert (program.conversations.address(conversation), conversation.reachable) == ("+48601234567", "yes")


async def test_where_somebody_can_be_answered_is_forgotten_as_soon_as_without_sealing(
    program: Program, clock: Clock, consultant: Make, writes: Any
) -> None:
    ewa = await consultant("Ewa", Role.COORDINATOR)
    await fill(program, writes, ewa)
    async with program.database.transaction() as session:
        row = (await session.scalars(select(Conversation))).one()
        row.address = program.vault.seal("+48601234567", f"address:{row.id}")
    await rest(program, clock)
    async with program.database.transaction() as session:
        assert (await session.scalars(select(CaseSealing.address))).one() is not None
    clock.move(hours=73)
    await tidy(program)
    async with program.database.transaction() as session:
        assert (await session.scalars(select(CaseSealing.address))).one() is None


async def test_a_sealed_case_ends_on_the_same_day_as_any_other(
    program: Program, clock: Clock, consultant: Make, writes: Any
) -> None:
    ewa = await consultant("Ewa", Role.COORDINATOR)
    await fill(program, writes, ewa)
    await rest(program, clock)
    clock.move(days=91)
    await tidy(program)
    async with program.database.transaction() as session:
        for table in (Conversation, Message, CaseFile, CaseSealing, CaseKeyGiven):
            assert list(await session.scalars(select(table))) == []


async def test_check_and_the_console_count_what_is_sealed(
    program: Program, clock: Clock, consultant: Make, writes: Any, bot: Bot
) -> None:
    def told(printed: str) -> str:
        [line] = [line for line in printed.splitlines() if " closed " in line[:20]]
        return line

    assert "No coordinator has a key yet" in told((await bot("check"))[1])
    ewa = await consultant("Ewa", Role.COORDINATOR)
    await fill(program, writes, ewa)
    assert "0 of 1 closed cases" in told((await bot("check"))[1])
    await rest(program, clock)
    line = told((await bot("check"))[1])
    assert line.startswith("off")
    assert "1 of 1 closed cases" in line
    assert "let there be two" in line
    await consultant("Ada", Role.ADMINISTRATOR)
    line = told((await bot("check"))[1])
    assert line.startswith("ready")
    assert "sealed to 2 people, 2 of whom can give keys" in line
    assert "The keys open what is stored" in (await bot("check"))[1]


async def test_switched_off_it_changes_nothing(program: Program, clock: Clock, consultant: Make, writes: Any) -> None:
    ewa = await consultant("Ewa", Role.COORDINATOR)
    await fill(program, writes, ewa)
    object.__setattr__(program, "settings", program.settings.model_copy(update={"seal_closed_minutes": 0}))
    assert await rest(program, clock, minutes=5000) == 0
