"""What is forgotten from time to time: everything whose time is over, and addresses to which no reply may be due any more."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

import structlog

from bot import allowance, farewells
from bot.storage import receipts

if TYPE_CHECKING:
    from bot.program import Program

log = structlog.get_logger()
TIDY_SECONDS: Final = 3600


async def tidy(program: Program) -> None:
    """Forget what is over; every hour."""
    now = program.clock()
    async with program.database.transaction() as session:
        await program.conversations.purge(session, now)
        await program.alarms.forget_old(session, now)
    async with program.database.transaction() as session:
        dropped = await program.conversations.drop_addresses(
            session, silent_since=now - timedelta(hours=program.settings.address_keep_hours)
        )
        await receipts.forget_old(session, now)
        await allowance.forget_old(session, now)
        await farewells.forget_old(session, now)
    await program.frontdoor.remains.write_anew()
    if dropped:
        log.info("addresses_dropped", count=dropped)
