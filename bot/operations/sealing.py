"""From time to time what closed cases hold is sealed to the staff's own keys: see bot/storage/closed_cases.py."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

import structlog

from bot.storage import closed_cases

if TYPE_CHECKING:
    from bot.program import Program

log = structlog.get_logger()
SEAL_SECONDS: Final = 60
MOST_AT_ONCE: Final = 20  # conversations in one round, each in a transaction of its own


async def seal_closed(program: Program) -> int:
    """Seal conversations whose cases are closed and which have been silent long enough; return how many those were."""
    minutes, now, sealed = program.settings.seal_closed_minutes, program.clock(), 0
    if minutes == 0:
        return 0
    since = now - timedelta(minutes=minutes)
    async with program.database.reading() as session:
        if not await closed_cases.recipients(session, now):
            return 0
        found = await closed_cases.due(session, silent_since=since, most=MOST_AT_ONCE)
    for conversation_id in found:
        async with program.database.transaction() as session:
            done = await closed_cases.seal(session, program.vault, conversation_id, silent_since=since, now=now)
        sealed += done
    if sealed:
        program.residual_data.erased = True  # what the file held before goes when it is written anew
        log.info("closed_cases_sealed", conversations=sealed)
    return sealed
