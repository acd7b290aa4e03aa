"""What is forgotten from time to time: everything whose time is over, and addresses to which no reply may be due any more."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

import structlog
from prometheus_client import Gauge

from bot.conversation import reply_limits as allowance
from bot.delivery import provider_erasures
from bot.operations.backup.workspace import clear_leftovers
from bot.operations.gauges import purged
from bot.runtime.memory import hand_back_freed
from bot.storage import clock, expiry, receipts

if TYPE_CHECKING:
    from bot.program import Program

log = structlog.get_logger()
TIDY_SECONDS: Final = 3600
OVERDUE = Gauge("frontdoor_purge_overdue", "Conversations and messages that have run out and are kept, because the clock jumped.")


async def tidy(program: Program) -> None:
    """Forget what is over, every hour; nothing while the clock is in doubt, and then say what would go."""
    now = program.clock()
    clear_leftovers(program.settings.data_dir)
    async with program.database.transaction() as session:
        jump = await clock.look(session, now)
        left = await expiry.overdue(session, now) if jump is not None else expiry.Overdue(0, 0)
    OVERDUE.set(left.conversations + left.messages)
    if jump is not None:
        log.error(
            "purge_refused",
            clock_before=jump.before.isoformat(),
            clock_now=now.isoformat(),
            conversations=left.conversations,
            messages=left.messages,
            until=jump.doubted_until.isoformat(),
            remedy="Is the clock right? Then run `python -m bot purge --clock-is-right`.",
        )
        return
    async with program.database.transaction() as session:
        await program.conversations.purge(session, now)
        await program.alarms.forget_old(session, now)
    async with program.database.transaction() as session:
        dropped = await program.conversations.drop_addresses(
            session, silent_since=now - timedelta(hours=program.settings.address_keep_hours)
        )
        await receipts.forget_old(session, now)
        await allowance.forget_old(session, now)
        await provider_erasures.forget_old(session, now)
    await program.residual_data.write_anew()
    hand_back_freed()
    purged(now)
    if dropped:
        log.info("addresses_dropped", count=dropped)
