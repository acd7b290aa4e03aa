"""Posts what happens to cases to another system, signed: ids and codes, never a word.

An event is claimed as bot/storage/claims.py tells. Events of one case go out in their order. A receiver may get one twice, and
knows it by its id; it never misses one unless it stays away for longer than `GIVE_UP`, which is counted and shown by `check`.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

import aiohttp
import structlog
from prometheus_client import Counter
from sqlalchemy import func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.http.signed_posts import SIGNATURE_HEADER, TIMEOUT, TIMESTAMP_HEADER, sign
from bot.runtime.parts import Parts
from bot.settings import Settings
from bot.storage.claims import OPEN, SENDING, Retry, hold, nobody_elses, settle
from bot.storage.database import DatabaseUnavailable
from bot.storage.tables_outward import CaseEvent

log = structlog.get_logger()
LOOK_SECONDS: Final = 1.0
BATCH: Final = 50
LEASE: Final = timedelta(seconds=60)
RETRY: Final = Retry(first=timedelta(seconds=5), longest=timedelta(minutes=15))
GIVE_UP: Final = timedelta(hours=24)
POSTS = Counter("frontdoor_case_webhook", "Posts of case events, by result.", ["result"])


@dataclass(frozen=True)
class WebhookState:
    """How the webhook does: what waits, since when, and what was given up in the last day."""

    waiting: int
    oldest: datetime | None
    given_up: int
    failure: str | None


class CaseWebhook:
    """Posts the events of one process; several may share the database."""

    def __init__(self, program: Parts, url: str, secret: str) -> None:
        self.program = program
        self.url = url
        self.secret = secret

    @classmethod
    def of(cls, program: Parts) -> CaseWebhook | None:
        """Return the webhook that the settings name, None when they name none."""
        settings = program.settings
        if settings.cases_webhook_url is None or settings.cases_webhook_secret is None:
            return None
        return cls(program, settings.cases_webhook_url, settings.cases_webhook_secret.get_secret_value())

    async def post_due(self) -> int:
        """Post what is due; return how many arrived."""
        arrived = 0
        async with aiohttp.ClientSession(timeout=TIMEOUT, trust_env=False) as client:
            for event in await self._claim():
                problem = await self._post(client, event)
                await self._store(event, problem)
                arrived += problem is None
        return arrived

    async def _claim(self) -> Sequence[CaseEvent]:
        """Take events that are due, none of a case whose earlier event is still on its way."""
        now = self.program.clock()
        async with self.program.database.transaction() as session:
            await self._give_up(session, now)
            waiting = select(CaseEvent).where(CaseEvent.state.in_(OPEN)).order_by(CaseEvent.id)
            first_of_case = select(func.min(CaseEvent.id)).where(CaseEvent.state.in_(OPEN)).group_by(CaseEvent.case_id)
            # What is due later than any pause was written when the machine's clock was wrong.
            due = or_(CaseEvent.due_at <= now, CaseEvent.due_at > now + 2 * RETRY.longest)
            chosen = waiting.where(CaseEvent.id.in_(first_of_case), due).limit(BATCH)
            claimed = (await session.scalars(nobody_elses(chosen, CaseEvent))).all()
            for event in claimed:
                hold(event, until=now + LEASE)
                event.state = SENDING
        return claimed

    async def _give_up(self, session: AsyncSession, now: datetime) -> None:
        """End what is too old. What was noted before there was a webhook, and so never tried, is no failure."""
        old = CaseEvent.state == "due", CaseEvent.at < now - GIVE_UP
        tried = select(CaseEvent.case_id).where(CaseEvent.state == "due", CaseEvent.attempts > 0)
        given_up = await session.execute(
            update(CaseEvent)
            .where(*old, CaseEvent.case_id.in_(tried))  # the others of its case wait behind the one that was tried
            .values(state="failed", finished_at=now)
            .execution_options(synchronize_session=False)
        )
        await session.execute(
            update(CaseEvent).where(*old).values(state="skipped", finished_at=now).execution_options(synchronize_session=False)
        )
        if number := getattr(given_up, "rowcount", 0):
            POSTS.labels("given_up").inc(number)
            log.error("case_events_given_up", events=number)

    async def _post(self, client: aiohttp.ClientSession, event: CaseEvent) -> str | None:
        """Post one event; return a code when it was not taken."""
        body = json.dumps(
            {
                "type": "case",
                "id": event.id,
                "event": event.event,
                "case": event.case_id,
                "triage": event.triage,
                "at": event.at.astimezone(UTC).isoformat(),
            }
        ).encode()
        timestamp = str(int(self.program.clock().timestamp()))
        headers = {
            "Content-Type": "application/json",
            TIMESTAMP_HEADER: timestamp,
            SIGNATURE_HEADER: sign(self.secret, timestamp, body),
        }
        try:
            async with client.post(self.url, data=body, headers=headers, allow_redirects=False) as response:
                return None if response.status // 100 == 2 else str(response.status)
        except (aiohttp.ClientError, TimeoutError) as error:
            return type(error).__name__

    async def _store(self, event: CaseEvent, problem: str | None) -> None:
        now = self.program.clock()
        values: dict[str, object] = {"state": "sent", "finished_at": now, "error_code": None}
        if problem is not None:
            log.warning("case_event_not_taken", event_id=event.id, code=problem, attempt=event.attempts)
            values = {"state": "due", "due_at": now + RETRY.after(event.attempts), "error_code": problem}
        POSTS.labels("sent" if problem is None else "retry").inc()
        try:
            async with self.program.database.transaction() as session:
                await settle(session, CaseEvent, event.id, attempt=event.attempts, **values)
        except DatabaseUnavailable as error:  # the lease ends, and it is posted once more
            log.error("case_event_result_lost", error=type(error).__name__)


async def webhook_state(session: AsyncSession, now: datetime) -> WebhookState:
    """Return how the webhook does."""
    waiting = CaseEvent.state.in_(OPEN), CaseEvent.at >= now - GIVE_UP
    given_up = CaseEvent.state == "failed", CaseEvent.finished_at >= now - GIVE_UP
    return WebhookState(
        waiting=await session.scalar(select(func.count()).select_from(CaseEvent).where(*waiting)) or 0,
        oldest=await session.scalar(select(func.min(CaseEvent.at)).where(*waiting)),
        given_up=await session.scalar(select(func.count()).select_from(CaseEvent).where(*given_up)) or 0,
        failure=await session.scalar(
            select(CaseEvent.error_code).where(*waiting, CaseEvent.error_code.is_not(None)).order_by(CaseEvent.id.desc()).limit(1)
        ),
    )


def webhook_is_set(settings: Settings) -> bool:
    """Say whether events go anywhere."""
    return settings.cases_webhook_url is not None
