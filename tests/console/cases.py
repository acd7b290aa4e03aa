"""A case as it is stored, and what was said in its conversation."""

from __future__ import annotations

from bot.program import Program
from bot.storage.tables import Handoff


async def case_row(program: Program, case: str) -> Handoff:
    async with program.database.transaction() as session:
        return await session.get_one(Handoff, case)
