"""What is stored and does not open any more, because it was changed or its key is gone: it holds up nobody, and is shown."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select
from structlog.testing import capture_logs

from bot.messages import Triage
from bot.operations.housekeeping import tidy
from bot.program import KEY_FILE, Program, opened
from bot.storage.key_rotation import begin_key, fit_of, seal_again
from bot.storage.tables import CaseFile, CaseNote, Conversation, Delivery, Message, Staff, StaffSession, TriageChange
from bot.storage.tables_seals import StaffKey
from bot.storage.vault import UNREADABLE
from tests.conversation.test_frontdoor import inbound, the_case
from tests.support import Clock, PlainAssistant, cut_off, damage

SEALED_OF_A_CONVERSATION = ("findings", "dialogue", "report", "arranged", "counted", "address")
LOST = "[nie da się odczytać]"


async def states(program: Program) -> list[str]:
    async with program.database.transaction() as session:
        in_order = select(Message.state).where(Message.author == "person").order_by(Message.created_at, Message.number)
        found = await session.scalars(in_order)
        return list(found)


async def test_a_message_that_does_not_open_holds_up_nobody_and_its_person_gets_the_number_and_a_case(
    program: Program, clock: Clock, consultant: Any
) -> None:
    for who in ("a", "b", "c"):
        await program.frontdoor.accept(inbound("dzień dobry, mam pytanie", who=who, clock=clock))
        clock.move(seconds=1)
    async with program.database.transaction() as session:
        damaged = await program.conversations.find(session, "web", "b")
        assert damaged is not None
    await damage(program, Message, "content", conversation_id=damaged.id)
    assert await program.frontdoor.recover() == 3
    assert await states(program) == ["answered", "unreadable", "answered"]
    assert await program.frontdoor.recover() == 0
    case, ola = await the_case(program), await consultant()
    assert case.conversation_id == damaged.id
    page = await ola.text(f"/cases/{case.id}")
    assert LOST in page
    assert "22 628 01 20" in page


async def test_whoever_writes_again_after_a_message_that_does_not_open_is_answered(program: Program, clock: Clock) -> None:
    await program.frontdoor.accept(inbound("dzień dobry", clock=clock))
    await damage(program, Message, "content")
    outcome = await program.frontdoor.receive(inbound("szef ma mój paszport", number="2", clock=clock))
    assert outcome.replies
    assert outcome.triage is Triage.HIGH
    assert await states(program) == ["unreadable", "answered"]


async def test_a_failure_of_one_recovery_stops_no_other(program: Program, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    for who in ("a", "b"):
        await program.frontdoor.accept(inbound("dzień dobry", who=who, clock=clock))
        clock.move(seconds=1)
    decide, broken = program.frontdoor.decider.decide, ["a"]

    async def fragile(conversation: Any, said: Any, circumstances: Any) -> Any:
        if conversation.pseudonym in broken:
            raise OSError("the disk is full")
        return await decide(conversation, said, circumstances)

    monkeypatch.setattr(program.frontdoor.decider, "decide", fragile)
    assert await program.frontdoor.recover() == 1
    broken.clear()
    assert await program.frontdoor.recover() == 1
    assert await states(program) == ["answered", "answered"]


async def test_a_case_shows_what_can_be_read_and_says_what_cannot(consultant: Any, writes: Any, program: Program) -> None:
    case, ola = await writes("szef ma mój paszport"), await consultant()
    await writes("proszę o pomoc")
    await ola.text(f"/cases/{case}")
    await ola.post(f"/cases/{case}/note", note="zadzwonić jutro")
    await damage(program, Message, "content", number=2)
    await damage(program, CaseNote, "content")
    before = UNREADABLE.labels("message")._value.get()
    page = await ola.text(f"/cases/{case}")
    assert page.count(LOST) == 2
    assert "proszę o pomoc" in page
    assert "Części tego, co tu zapisano, nie da się odczytać" in page
    assert UNREADABLE.labels("message")._value.get() > before


async def test_nothing_that_is_known_of_a_conversation_takes_its_messages_its_triage_or_the_queue_away(
    consultant: Any, writes: Any, program: Program, assistant: PlainAssistant
) -> None:
    case, ola = await writes("szef ma mój paszport", channel="sms"), await consultant()
    await ola.text(f"/cases/{case}")
    await ola.post(f"/cases/{case}/triage", triage="emergency", reason="zamknięta w mieszkaniu")
    await ola.post(f"/cases/{case}/tags", tags="pilne")
    await ola.post(f"/cases/{case}/report", what="praca bez umowy")
    await damage(program, Conversation, *SEALED_OF_A_CONVERSATION)
    await damage(program, CaseFile, "tags", "report")
    await damage(program, TriageChange, "reason")
    await damage(program, Message, "screening")
    assert case in await ola.text("/")
    page = await ola.text(f"/cases/{case}")
    assert "szef ma mój paszport" in page
    assert "Części tego, co tu zapisano, nie da się odczytać" in page
    assert await writes("jestem tu", channel="sms") == case
    async with program.database.transaction() as session:
        conversation = await session.scalar(select(Conversation))
        assert conversation is not None
        assert program.conversations.findings(conversation).triage is Triage.EMERGENCY


async def test_a_conversation_that_does_not_open_can_be_erased(writes: Any, program: Program) -> None:
    await writes("szef ma mój paszport", channel="sms")
    await damage(program, Conversation, *SEALED_OF_A_CONVERSATION)
    await damage(program, Message, "content", "screening")
    async with program.database.transaction() as session:
        conversation = await session.scalar(select(Conversation))
        assert conversation is not None
    await program.frontdoor.erase(conversation.id)
    async with program.database.transaction() as session:
        assert await session.scalar(select(Conversation)) is None
        assert await session.scalar(select(Delivery)) is None


@pytest.mark.parametrize("size", [0, 3, 4, 8, 11, 16, 20])
async def test_values_that_are_cut_off_anywhere_hold_up_nobody_and_nothing(
    size: int, program: Program, clock: Clock, consultant: Any, writes: Any
) -> None:
    case, ola = await writes("szef ma mój paszport", channel="sms"), await consultant()
    await program.frontdoor.accept(inbound("dzień dobry, mam pytanie", who="b", clock=clock))
    clock.move(seconds=1)
    # Her login is left whole: who looks at the case needs it.
    assert await cut_off(program, size, beside=(Staff, StaffKey, StaffSession)) == 7
    async with program.database.transaction() as session:
        fit = await fit_of(session, program.vault)
    assert fit.damaged or fit.foreign
    assert await program.frontdoor.recover() == 1
    await tidy(program)
    assert LOST in await ola.text(f"/cases/{case}")
    key_file = program.settings.data_dir / KEY_FILE
    resealed = await seal_again(program.database, begin_key(key_file))
    program.vault.renew(key_file)
    assert resealed.lost
    assert await writes("jestem tu", channel="sms") == case


async def test_a_start_over_values_that_do_not_open_goes_on_and_tells(program: Program, writes: Any) -> None:
    await writes("szef ma mój paszport")
    await damage(program, Message, "content")
    with capture_logs() as lines:
        started = await opened(program.settings, assistant=PlainAssistant())
        await started.close()
    [told] = [line for line in lines if line["event"] == "stored_values_unreadable"]
    assert (told["damaged"], told["foreign"], told["log_level"]) == (1, 0, "error")
