"""A case that holds something of each kind, closed and sealed to the staff, and what of it a page shows."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from sqlalchemy import select, update

from bot.console.staff import Role
from bot.operations.sealing import seal_closed
from bot.program import Program
from bot.storage.tables import Conversation, Delivery, Staff
from tests.console.conftest import Consultant
from tests.support import Clock

SEALED = "[zapieczętowane]"
WORDS, NOTE, TAG, CODE_WORD = "szef ma mój paszport od marca", "zadzwonić do siostry jutro", "pilne-okno", "parasol"
REPORT, REASON, ANSWER = "praca w szklarni pod Łodzią", "zamknięta w mieszkaniu na piętrze", "Jestem przy Pani, proszę pisać."
ALL = (WORDS, NOTE, TAG, CODE_WORD, REPORT, REASON, ANSWER)
Make = Callable[..., Awaitable[Consultant]]


async def the_conversation(program: Program) -> Conversation:
    async with program.database.transaction() as session:
        return (await session.scalars(select(Conversation))).one()


async def fill(program: Program, writes: Any, someone: Consultant, *, channel: str = "web", close: bool = True) -> str:
    """Let a case hold something of each kind, and be closed; return its id."""
    case: str = await writes(WORDS, channel=channel)
    conversation = await the_conversation(program)
    async with program.database.transaction() as session:
        row = await session.get_one(Conversation, conversation.id)
        row.arranged = program.vault.seal_json({"code_word": CODE_WORD}, f"arranged:{row.id}")
        row.report = program.vault.seal_json({"what": REPORT}, f"report:{row.id}")
    await someone.text(f"/cases/{case}")
    assert (await someone.post(f"/cases/{case}/take")).status == 303
    await someone.post(f"/cases/{case}/answer", text=ANSWER, form_id="f1")
    await someone.post(f"/cases/{case}/note", note=NOTE)
    await someone.post(f"/cases/{case}/tags", tags=TAG)
    await someone.post(f"/cases/{case}/triage", triage="emergency", reason=REASON)
    if close:
        assert (await someone.post(f"/cases/{case}/close", outcome="support")).status == 303
        async with program.database.transaction() as session:
            await session.execute(update(Delivery).values(finished_at=program.clock(), state="delivered"))
    return case


async def rest(program: Program, clock: Clock, minutes: int = 61) -> int:
    """Let an hour pass, and the program look after its closed cases."""
    clock.move(minutes=minutes)
    return await seal_closed(program)


async def sealed(program: Program, clock: Clock, consultant: Make, writes: Any) -> tuple[Consultant, str]:
    """Return a coordinator and the id of the case that was theirs, which is closed and sealed."""
    ewa = await consultant("Ewa", Role.COORDINATOR)
    case = await fill(program, writes, ewa)
    await rest(program, clock)
    return ewa, case


def shown(page: str) -> set[str]:
    return {words for words in ALL if words in page}


async def account(program: Program, name: str) -> Staff:
    async with program.database.transaction() as session:
        return (await session.scalars(select(Staff).filter_by(name=name))).one()
