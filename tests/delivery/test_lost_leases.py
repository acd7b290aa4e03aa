"""Whoever was so slow that the lease ended stores nothing over what the next one does; tests/postgres runs these tests too."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime

import pytest
from sqlalchemy import select

from bot.delivery.due_replies import LEASE
from bot.delivery.outbound import CannotTell, NotNow, Outbound, Refused, Uncertain
from bot.delivery.provider_erasures import LEASE as LEASE_OF_ERASURES
from bot.delivery.provider_erasures import ProviderErasure, ProviderErasures, Trace, put
from bot.messages import Reply
from bot.program import Program
from bot.storage.concealed import provider_ids
from bot.storage.tables import Conversation, Delivery, ProviderErasureDue
from tests.delivery.dispatching import Channel, make_dispatcher, rows, say, states
from tests.support import Clock


class Slow(Channel):
    """Ends what it was given only when it is told to, with a problem or without one."""

    def __init__(self, problem: Exception | None = None) -> None:
        super().__init__()
        self.may_end = asyncio.Event()
        self.problem = problem

    async def send(self, outbound: Outbound) -> str:
        self.arrived.set()
        await self.may_end.wait()
        if self.problem is not None:
            raise self.problem
        return "SM-slow"


async def second_process(program: Program, slow: Slow, clock: Clock) -> tuple[asyncio.Task[int], Delivery, list[Outbound]]:
    """Let a slow process begin to send; when its lease ends another one takes the row. Return the first one's work, and the row."""
    first = asyncio.create_task(make_dispatcher(program, slow).deliver_due())
    await slow.arrived.wait()
    clock.move(seconds=LEASE.total_seconds() + 1)
    taken = await make_dispatcher(program, slow).due.claim(limit=8)
    (row,) = await rows(program)
    assert (row.state, row.attempts) == ("sending", 2)
    return first, row, taken


@pytest.mark.parametrize(
    "problem", [NotNow("status"), Uncertain("timeout"), Refused("403", reachable="blocked"), ValueError("odd")], ids=repr
)
async def test_what_went_wrong_for_a_sender_whose_lease_ended_changes_nothing(
    program: Program, conversation: Conversation, clock: Clock, problem: Exception
) -> None:
    await say(program, conversation, "jeden")
    slow = Slow(problem)
    first, before, _ = await second_process(program, slow, clock)
    slow.may_end.set()
    await first
    (after,) = await rows(program)
    for told in ("state", "due_at", "uncertain", "error_code", "finished_at", "attempts"):
        assert getattr(after, told) == getattr(before, told), told
    async with program.database.transaction() as session:
        mine = await program.conversations.get(session, conversation.id)
        assert mine is not None
        assert mine.reachable == "yes"


async def test_that_a_part_was_taken_is_kept_but_the_next_one_is_left_to_whoever_holds_the_row(
    program: Program, conversation: Conversation, clock: Clock
) -> None:
    await say(program, conversation, "jeden")
    slow = Slow()
    slow.pieces = 2
    first, _, (taken,) = await second_process(program, slow, clock)
    slow.may_end.set()
    await first
    (row,) = await rows(program)
    assert (row.state, provider_ids(program.vault, row)) == ("sending", ["SM-slow"])
    quick = Channel()
    quick.pieces = 2
    second = make_dispatcher(program, quick)
    assert await second.deliver_due() == 0  # else the second part would go from two processes
    await second.accepted(taken, "SM-again")
    await second.deliver_due()
    assert quick.sent == ["jeden 1"]
    assert await states(program) == ["sent"]


async def test_who_learns_nothing_goes_by_what_a_slow_sender_has_learnt(
    program: Program, conversation: Conversation, clock: Clock
) -> None:
    await say(program, conversation, "jeden")
    slow = Slow()
    first = asyncio.create_task(make_dispatcher(program, slow).deliver_due())
    await slow.arrived.wait()
    clock.move(seconds=LEASE.total_seconds() + 1)

    async def the_slow_one_ends() -> None:
        slow.may_end.set()
        await first

    class Forgetful(Channel):
        async def look_up(self, outbound: Outbound) -> str | None:
            await the_slow_one_ends()
            raise CannotTell

    await make_dispatcher(program, Forgetful()).deliver_due()
    (row,) = await rows(program)
    assert (row.state, row.error_code, provider_ids(program.vault, row)) == ("sent", None, ["SM-slow"])


class SlowEraser:
    """Says goodbye, or deletes, only when it is told to."""

    needs_address = True

    def __init__(self, problem: Exception | None) -> None:
        self.problem = problem
        self.begun, self.may_end = asyncio.Event(), asyncio.Event()
        self.done = 0

    def speaks_next(self, erasure: ProviderErasure) -> bool:
        return bool(erasure.replies)

    async def say(self, erasure: ProviderErasure, now: datetime) -> ProviderErasure:
        await self._one_step()
        return replace(erasure, replies=erasure.replies[1:], doubts=0)

    async def delete(self, erasure: ProviderErasure, now: datetime) -> ProviderErasure:
        await self._one_step()
        return replace(erasure, traces=erasure.traces[1:])

    async def _one_step(self) -> None:
        self.done += 1
        self.begun.set()
        await self.may_end.wait()
        if self.problem is not None:
            raise self.problem


@pytest.mark.parametrize("speaks", [True, False], ids=["says goodbye", "deletes"])
@pytest.mark.parametrize("problem", [None, NotNow("status"), Uncertain("timeout")], ids=repr)
async def test_an_erasure_whose_lease_ended_is_left_to_whoever_holds_it(
    program: Program, clock: Clock, problem: Exception | None, speaks: bool
) -> None:
    erasure = ProviderErasure(
        channel="sms",
        address="+48500100200",
        language="pl",
        quiet=False,
        replies=(Reply(text="Gotowe.", language="pl"),) if speaks else (),
        traces=(Trace("SM1", clock()), Trace("SM2", clock())),
        at=clock(),
    )
    async with program.database.transaction() as session:
        put(session, program.vault, erasure)

    def process(eraser: SlowEraser) -> ProviderErasures:
        return ProviderErasures(program, {"sms": eraser})

    async def due() -> ProviderErasureDue:
        async with program.database.reading() as session:
            return (await session.scalars(select(ProviderErasureDue))).one()

    slow, quick = SlowEraser(problem), SlowEraser(None)
    first = asyncio.create_task(process(slow).carry_out_due())
    await slow.begun.wait()
    clock.move(seconds=LEASE_OF_ERASURES.total_seconds() + 1)
    second = asyncio.create_task(process(quick).carry_out_due())
    await quick.begun.wait()
    before = await due()
    slow.may_end.set()
    await first
    after = await due()
    assert (after.content, after.due_at, after.attempts) == (before.content, before.due_at, 2)
    assert slow.done == 1  # it does not go on
    quick.may_end.set()
    await second
    async with program.database.reading() as session:
        assert (await session.scalars(select(ProviderErasureDue))).all() == []
