"""How much the program may say: bounds on floods and on what paid channels cost. An emergency is never cut off."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

import structlog
from prometheus_client import Counter
from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from bot.conversation.notices import Notices
from bot.delivery.channel_traits import traits_of
from bot.messages import Reply, Triage
from bot.storage.tables import Conversation, Spending
from bot.storage.vault import Vault

log = structlog.get_logger()

PERSON_MINUTE_REPLIES: Final = 20  # a person who reads writes slower; a machine that answers us does not
EVERYBODY: Final = ""
LIMITED = Counter("frontdoor_replies_limited", "Replies that a bound kept back, by bound.", ["bound"])


@dataclass(frozen=True)
class _Bound:
    name: str
    period: str
    who: str
    limit: int
    text: str
    lasts: timedelta


class Allowance:
    """Counts the program's replies and keeps back what is too much."""

    def __init__(self, notices: Notices, vault: Vault, *, person_daily: int, total_daily: int) -> None:
        self.notices = notices
        self.vault = vault
        self.person_daily = person_daily
        self.total_daily = total_daily

    async def within(
        self, session: AsyncSession, conversation: Conversation, replies: Sequence[Reply], *, triage: Triage, now: datetime
    ) -> tuple[Reply, ...]:
        """Return what may be said of some replies: all, a notice that there is a bound, or (from the second time on) nothing.

        `triage` is the higher of the message's and the conversation's: from `high` on, everything is said and only counted.
        """
        if not replies or not traits_of(conversation.channel).pushes:
            return tuple(replies)
        rows = [(bound, await self._row(session, bound, now)) for bound in self._bounds(conversation, now)]
        exceeded = next(((bound, row) for bound, row in rows if row.replies + len(replies) > bound.limit), None)
        if exceeded is None or triage.needs_person:
            for _, row in rows:
                row.replies += len(replies)
            return tuple(replies)
        bound, row = exceeded
        LIMITED.labels(bound.name).inc(len(replies))
        if bound.who == EVERYBODY and not row.told:
            row.told = True
            log.error("total_daily_replies_used_up", limit=bound.limit, remedy="Look for abuse, or raise TOTAL_DAILY_REPLIES.")
        notice = await self._row(session, replace(bound, period=f"{bound.period} {bound.name}", who=conversation.pseudonym), now)
        if notice.told:
            return ()
        notice.told = True
        return (self.notices.reply(bound.text, conversation),)

    def _bounds(self, conversation: Conversation, now: datetime) -> list[_Bound]:
        who, day = conversation.pseudonym, now.strftime("%Y-%m-%d")
        minute = now.strftime("%Y-%m-%dT%H:%M")
        bounds = [_Bound("minute", minute, who, PERSON_MINUTE_REPLIES, "rate_limited", timedelta(minutes=2))]
        if traits_of(conversation.channel).paid:
            bounds.append(_Bound("person", day, who, self.person_daily, "spend_limited", timedelta(days=2)))
            bounds.append(_Bound("total", day, EVERYBODY, self.total_daily, "spend_limited", timedelta(days=2)))
        return bounds

    async def _row(self, session: AsyncSession, bound: _Bound, now: datetime) -> Spending:
        who = bound.who and self.vault.fingerprint("spending", f"{bound.period}\0{bound.who}")[:32]
        row = await session.get(Spending, (bound.period, who), with_for_update=True)
        if row is None:
            row = Spending(day=bound.period, who=who, replies=0, told=False, expires_at=now + bound.lasts)
            session.add(row)
            await session.flush()
        return row


async def forget_old(session: AsyncSession, now: datetime) -> None:
    """Delete counts whose time is over."""
    await session.execute(delete(Spending).where(Spending.expires_at < now))
