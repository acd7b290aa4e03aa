"""Nobody who writes much takes others' turn: transactions come in the order in which they were asked for."""

from __future__ import annotations

import asyncio

from sqlalchemy import text

from bot.program import Program


async def test_those_who_wait_for_the_database_stand_in_line(program: Program) -> None:
    order: list[int] = []

    async def write(number: int) -> None:
        async with program.database.transaction() as session:
            await session.execute(text("SELECT 1"))
            order.append(number)

    await asyncio.gather(*(write(number) for number in range(40)))
    assert order == list(range(40))
