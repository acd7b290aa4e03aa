"""Promises of the threat model: everything has an end date, and it is kept also for those who keep writing."""

from datetime import timedelta
from pathlib import Path

from sqlalchemy import func, select

from bot.messages import Indicator, Triage
from bot.operations.housekeeping import tidy
from bot.program import Program
from bot.storage.tables import CaseNote, Conversation, Handoff, Message
from bot.storage.tables_outward import CaseEvent
from tests.conversation.test_frontdoor import count, inbound, take, the_case
from tests.promises.test_erasure import left_of, stored_of
from tests.support import Clock

QUESTION, SIGN = "jak mi pomożecie", "szef ma mój paszport"


async def write(program: Program, clock: Clock, text: str, *, who: str = "p1") -> None:
    await program.frontdoor.receive(inbound(text, who=who, number=clock().isoformat(), clock=clock))


async def purge(program: Program, clock: Clock) -> None:
    async with program.database.transaction() as session:
        await program.conversations.purge(session, clock())


async def oldest(program: Program, clock: Clock) -> timedelta:
    async with program.database.transaction() as session:
        moment = await session.scalar(select(func.min(Message.created_at)))
    assert moment is not None
    return clock() - moment


async def test_a_message_goes_thirty_days_after_it_was_written_also_when_its_writer_goes_on(
    program: Program, clock: Clock
) -> None:
    for _visit in range(6):
        await write(program, clock, QUESTION)
        clock.move(days=9)
        await purge(program, clock)
        assert await oldest(program, clock) <= timedelta(days=30)
    assert await count(program, Message) == 2 * 3
    assert await count(program, Conversation) == 1


async def test_who_is_with_the_hotline_and_goes_on_telling_leaves_nothing_older_than_ninety_days(
    program: Program, clock: Clock
) -> None:
    for visit in range(7):
        await write(program, clock, SIGN)
        if visit == 0:
            await take(program)
        case = await the_case(program)
        await program.frontdoor.consultants.say(case.conversation_id, staff_id="c1", text="Jestem przy Pani.")
        clock.move(days=20)
        await purge(program, clock)
        assert await oldest(program, clock) <= timedelta(days=90)
    async with program.database.transaction() as session:
        authors = list(await session.scalars(select(Message.author)))
    assert authors.count("person") == authors.count("consultant") == 4


async def test_what_was_written_before_the_hotline_had_it_is_kept_with_the_case(program: Program, clock: Clock) -> None:
    await write(program, clock, QUESTION)
    clock.move(days=29)
    await write(program, clock, SIGN)
    clock.move(days=60)
    await purge(program, clock)
    assert await oldest(program, clock) == timedelta(days=89)
    clock.move(days=2)
    await purge(program, clock)
    assert await oldest(program, clock) == timedelta(days=62)


async def test_what_is_said_in_a_case_is_kept_as_long_as_a_case(program: Program, clock: Clock) -> None:
    await write(program, clock, SIGN)
    clock.move(days=80)
    await write(program, clock, QUESTION)
    clock.move(days=89)
    await purge(program, clock)
    assert await oldest(program, clock) == timedelta(days=89)


async def test_the_words_that_showed_a_sign_go_with_their_message_and_the_sign_stays(
    program: Program, clock: Clock, tmp_path: Path
) -> None:
    await write(program, clock, f"{SIGN}, pani Zofia Niezwykła")
    clock.move(days=80)
    await write(program, clock, QUESTION)
    stored = await stored_of(program, "p1")
    before = {where: value for where, value in stored.items() if "findings" in where or "dialogue" in where}
    assert len(before) == 2
    clock.move(days=11)
    await tidy(program)
    async with program.database.transaction() as session:
        conversation = (await session.execute(select(Conversation))).scalar_one()
    findings = program.conversations.findings(conversation)
    assert findings.triage is Triage.HIGH
    assert findings.indicators == {Indicator.DOCUMENTS_TAKEN: (1, "")}
    assert conversation.dialogue is None
    assert left_of(before, tmp_path) == []
    await write(program, clock, QUESTION)
    assert await count(program, Message) == 4


async def test_a_closed_case_goes_with_its_notes_and_says_so_while_the_person_goes_on(program: Program, clock: Clock) -> None:
    await write(program, clock, SIGN)
    await take(program)
    case = await the_case(program)
    clock.move(days=40)
    async with program.database.transaction() as session:
        session.add(
            CaseNote(handoff_id=case.id, staff_id="c1", content=b"sealed", created_at=clock(), expires_at=case.expires_at)
        )
        await program.queue.close(session, case.id, "c1", "helped", clock())
    for _month in range(3):
        clock.move(days=29)
        await write(program, clock, QUESTION)
        await purge(program, clock)
        assert await count(program, CaseNote) == 1
    clock.move(days=4)
    await purge(program, clock)
    assert (await count(program, CaseNote), await count(program, Conversation)) == (0, 1)
    async with program.database.transaction() as session:
        assert await session.get(Handoff, case.id) is None
        events = await session.scalars(select(CaseEvent.event).where(CaseEvent.case_id == case.id))
        assert list(events) == ["erased"]


async def test_a_case_that_is_open_keeps_its_notes(program: Program, clock: Clock) -> None:
    await write(program, clock, SIGN)
    await take(program)
    case = await the_case(program)
    async with program.database.transaction() as session:
        session.add(
            CaseNote(handoff_id=case.id, staff_id="c1", content=b"sealed", created_at=clock(), expires_at=case.expires_at)
        )
    for _month in range(4):
        clock.move(days=29)
        await write(program, clock, QUESTION)
        await purge(program, clock)
    assert (await count(program, Handoff), await count(program, CaseNote)) == (1, 1)
