"""A consultant blocks a conversation, with a reason: it opens no case any more, its person still gets the numbers, and it can be undone."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from bot.messages import Inbound, Triage
from bot.program import Program
from bot.storage.tables import AuditEntry, Conversation, Message
from tests.promises.test_expiry import purge
from tests.support import HOTLINE, Clock


async def blocked(consultant: Any, writes: Any, reason: str = "dziesiąty raz ten sam żart") -> tuple[Any, str]:
    case = await writes("zamknęli mnie", who="joker")
    ola = await consultant()
    await ola.text(f"/cases/{case}")
    await ola.post(f"/cases/{case}/take")
    assert (await ola.post(f"/cases/{case}/block", reason=reason)).status == 303
    return ola, case


async def say(program: Program, text: str, number: str) -> Any:
    return await program.frontdoor.receive(
        Inbound(channel="web", pseudonym="joker", external_id=number, text=text, received_at=program.clock())
    )


async def test_who_is_blocked_gets_the_numbers_and_opens_no_case(
    program: Program, consultant, writes, clock: Clock, assistant
) -> None:
    await blocked(consultant, writes)
    clock.move(minutes=1)
    heard = len(assistant.heard)
    outcome = await say(program, "zamknęli mnie naprawdę", "n1")
    assert HOTLINE in outcome.replies[0].text
    assert "112" in outcome.replies[0].text
    assert not outcome.handoff
    assert len(assistant.heard) == heard  # it costs the model nothing


async def test_what_they_write_is_kept_and_seen_and_the_reason_is_sealed(
    program: Program, consultant, writes, clock: Clock
) -> None:
    ola, case = await blocked(consultant, writes)
    clock.move(minutes=1)
    await say(program, "to nie był żart", "n1")
    page = await ola.text("/")
    assert f'id="blocked-{case}"' in page
    assert "napisane od tego czasu: 1" in page
    shown = await ola.text(f"/cases/{case}")
    assert "to nie był żart" in shown
    assert "dziesiąty raz ten sam żart" in shown
    async with program.database.transaction() as session:
        conversation = (await session.scalars(select(Conversation))).one()
        assert "żart" not in repr(conversation.blocked_because)
        assert len((await session.scalars(select(Message).where(Message.author == "person"))).all()) == 2


async def test_any_consultant_undoes_it_and_the_conversation_waits_again(
    program: Program, consultant, writes, clock: Clock
) -> None:
    _, case = await blocked(consultant, writes)
    clock.move(minutes=1)
    await say(program, "to nie był żart", "n1")
    jan = await consultant("Jan")
    await jan.text(f"/cases/{case}")
    assert (await jan.post(f"/cases/{case}/unblock")).status == 303
    page = await jan.text("/")
    assert 'id="blocked"' not in page
    assert page.count('class="case emergency') == 1
    assert (await say(program, "zabrał mi paszport", "n2")).triage is Triage.EMERGENCY
    async with program.database.transaction() as session:
        acts = (await session.scalars(select(AuditEntry.action).where(AuditEntry.action.contains("blocked")))).all()
    assert acts == ["conversation_blocked", "conversation_unblocked"]


async def test_a_block_needs_a_reason_and_the_case(program: Program, consultant, writes) -> None:
    case = await writes("zamknęli mnie")
    ola = await consultant()
    await ola.text(f"/cases/{case}")
    assert (await ola.post(f"/cases/{case}/block", reason="żart")).status == 409  # it is not hers
    await ola.post(f"/cases/{case}/take")
    response = await ola.post(f"/cases/{case}/block", reason=" ")
    assert response.headers["Location"].endswith("told=reason_missing")
    async with program.database.transaction() as session:
        assert (await session.scalars(select(Conversation.blocked_at))).all() == [None]


async def test_who_is_blocked_can_still_erase_what_is_theirs(program: Program, consultant, writes, clock: Clock) -> None:
    await blocked(consultant, writes)
    clock.move(minutes=1)
    asked = await say(program, "usuń wszystko", "n1")
    assert asked.erased or asked.replies[0].text.startswith("delete")
    assert not asked.handoff


async def test_a_block_ends_with_its_case_so_that_nobody_writes_unseen_for_ever(
    program: Program, consultant, writes, clock: Clock
) -> None:
    await blocked(consultant, writes)
    for month in range(3):
        clock.move(days=29)
        assert not (await say(program, "zamknęli mnie naprawdę", f"m{month}")).handoff
        await purge(program, clock)
    clock.move(days=5)
    await purge(program, clock)
    assert (await say(program, "zamknęli mnie naprawdę", "n1")).handoff
