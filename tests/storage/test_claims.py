"""Rows that several processes share: how long a failure waits, and whose result counts."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.program import Program
from bot.storage.claims import OPEN, Retry, hold, nobody_elses, settle
from bot.storage.tables_outward import CaseEvent
from tests.support import Clock

MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(("failures", "minutes"), [(1, 1), (2, 2), (3, 4), (6, 32), (7, 60), (10_000, 60)])
def test_each_failure_waits_twice_as_long_up_to_the_longest_pause(failures: int, minutes: int) -> None:
    assert Retry(first=MINUTE, longest=60 * MINUTE).after(failures) == minutes * MINUTE


def test_what_is_looked_up_waits_four_times_as_long() -> None:
    retry = Retry(first=MINUTE, longest=16 * MINUTE, factor=4)
    assert [retry.after(failures) // MINUTE for failures in (1, 2, 3, 4)] == [1, 4, 16, 16]


async def claim(program: Program, clock: Clock) -> CaseEvent | None:
    async with program.database.transaction() as session:
        due = select(CaseEvent).where(CaseEvent.state.in_(OPEN), CaseEvent.due_at <= clock())
        event: CaseEvent | None = await session.scalar(nobody_elses(due, CaseEvent))
        if event is not None:
            hold(event, until=clock() + MINUTE)
            event.state = "sending"
        return event


async def test_a_claim_ends_with_its_lease_and_whoever_held_it_before_stores_nothing(program: Program, clock: Clock) -> None:
    async with program.database.transaction() as session:
        session.add(CaseEvent(case_id="c", event="opened", triage="high", at=clock(), due_at=clock(), expires_at=clock()))
    slow = await claim(program, clock)
    assert slow is not None
    assert await claim(program, clock) is None
    clock.move(seconds=60)
    quick = await claim(program, clock)
    assert quick is not None
    assert (slow.attempts, quick.attempts) == (1, 2)
    for holder, state in ((slow, "failed"), (quick, "sent")):
        async with program.database.transaction() as session:
            await settle(session, CaseEvent, holder.id, attempt=holder.attempts, state=state)
        async with program.database.reading() as session:
            found = await session.get(CaseEvent, holder.id)
        assert found is not None
        assert found.state == ("sending" if holder is slow else "sent")
