"""Who has a case: every change by compare-and-set, in one transaction with its entry in the audit log."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

import structlog
from prometheus_client import Counter
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.console.case_access import bring_back_address, vault_of
from bot.console.logins import Visitor
from bot.console.services import ConsoleServices
from bot.messages import Triage
from bot.storage.audit import PROGRAM
from bot.storage.tables import Conversation, Handoff, Message, Staff, TriageChange

log = structlog.get_logger()
RELEASED = Counter("frontdoor_cases_released", "Cases that went back to the queue because their consultant was silent.")
OUTCOMES: Final = ("support", "referred", "informed", "no_contact", "not_trafficking", "misuse", "other")


class ColleagueUnknown(Exception):
    """There is no such colleague, or they are disabled."""


class OutcomeUnknown(Exception):
    """An outcome must be one of OUTCOMES."""


class Ownership:
    """Takes cases, hands them on, gives them back and closes them. Raises AlreadyTaken when somebody else was faster."""

    def __init__(self, services: ConsoleServices) -> None:
        self.services = services
        self.queue = services.program.queue

    async def take(self, visitor: Visitor, case: Handoff) -> None:
        """Take a waiting case; nothing happens when it is the visitor's already."""
        if case.taken_by == visitor.staff_id and case.closed_at is None:
            return
        async with self.services.program.database.transaction() as session:
            await self.queue.take(session, case.id, visitor.staff_id, self.services.now())
            await self.services.program.alarms.acknowledge_case(session, case.id, by=visitor.staff_id, now=self.services.now())
            await self.services.record(session, visitor, "case_taken", case.id)
        self.services.publish(case.conversation_id)

    async def take_over(self, visitor: Visitor, case: Handoff) -> None:
        """Take a case from the colleague who has it now."""
        if case.taken_by is None or case.taken_by == visitor.staff_id:
            return await self.take(visitor, case)
        async with self.services.program.database.transaction() as session:
            await self.queue.pass_on(session, case.id, case.taken_by, visitor.staff_id, self.services.now())
            await self.services.record(session, visitor, "case_taken_over", case.id)
        self.services.publish(case.conversation_id)

    async def give_back(self, visitor: Visitor, case: Handoff) -> None:
        """Put a case back into the queue; the program answers the person again until somebody takes it."""
        async with self.services.program.database.transaction() as session:
            await self.queue.release(session, case.id, visitor.staff_id, self.services.now())
            await self._leave(session, case)
            await self.services.record(session, visitor, "case_given_back", case.id)
        self.services.publish(case.conversation_id)

    async def free(self, session: AsyncSession, owner_id: str, *, by: str) -> list[str]:
        """Give back all cases of somebody who is locked out; return their conversations, to be published once that is stored."""
        now = self.services.now()
        theirs = (await session.scalars(select(Handoff).where(Handoff.taken_by == owner_id, Handoff.closed_at.is_(None)))).all()
        for case in theirs:
            await self.queue.release(session, case.id, owner_id, now)
            await self._leave(session, case)
            await self.services.audit.record(session, staff_id=by, action="case_given_back", subject=case.id, now=now)
        return [case.conversation_id for case in theirs]

    async def pass_on(self, visitor: Visitor, case: Handoff, colleague_id: str) -> None:
        """Give a case to a colleague; raises ColleagueUnknown."""
        async with self.services.program.database.transaction() as session:
            colleague = await session.get(Staff, colleague_id)
            if colleague is None or colleague.disabled_at is not None:
                raise ColleagueUnknown("There is no such colleague, or they are disabled.")
            await self.queue.pass_on(session, case.id, visitor.staff_id, colleague.id, self.services.now())
            await self.services.record(session, visitor, "case_passed_on", case.id)
            await self.services.audit.record(
                session, staff_id=colleague.id, action="case_received", subject=case.id, now=self.services.now()
            )
        self.services.publish(case.conversation_id)

    async def keep(self, visitor: Visitor, case: Handoff) -> None:
        """Say that somebody is at work on a case, so that it does not go back to the queue yet."""
        async with self.services.program.database.transaction() as session:
            await self.queue.pass_on(session, case.id, visitor.staff_id, visitor.staff_id, self.services.now())
            await self.services.record(session, visitor, "case_kept", case.id)
        self.services.publish(case.conversation_id)

    async def close(self, visitor: Visitor, case: Handoff, outcome: str) -> None:
        """Close a case; the program answers the person again, and what it knew so far opens no new case by itself."""
        if outcome not in OUTCOMES:
            raise OutcomeUnknown(f"An outcome must be one of {', '.join(OUTCOMES)}.")
        async with self.services.program.database.transaction() as session:
            await self.queue.close(session, case.id, visitor.staff_id, outcome, self.services.now())
            conversation = await self.services.program.conversations.get(session, case.conversation_id)
            if conversation is not None:
                self._judge(conversation, Triage.NONE)
            await self._leave(session, case)
            await self.services.record(session, visitor, "case_closed", case.id)
        self.services.publish(case.conversation_id)

    async def block(self, visitor: Visitor, case: Handoff, reason: str) -> None:
        """Block a case's conversation and close the case: what is written there is kept, given the numbers, and opens no case any more."""
        now = self.services.now()
        async with self.services.program.database.transaction() as session:
            await self.queue.close(session, case.id, visitor.staff_id, "misuse", now)
            await self._leave(session, case)
            conversation = await self.services.program.conversations.get(session, case.conversation_id)
            if conversation is not None:
                self._judge(conversation, Triage.NONE)
                conversation.blocked_at, conversation.blocked_by = now, visitor.staff_id
                conversation.blocked_because = self.services.program.vault.seal(reason, f"blocked:{conversation.id}")
            await self.services.record(session, visitor, "conversation_blocked", case.id)
        self.services.publish(case.conversation_id)

    async def unblock(self, visitor: Visitor, case: Handoff) -> None:
        """Undo a block: the conversation is in the queue again, with all that was written meanwhile."""
        now = self.services.now()
        async with self.services.program.database.transaction() as session:
            conversation = await self.services.program.conversations.get(session, case.conversation_id)
            if conversation is None or conversation.blocked_at is None:
                return
            conversation.blocked_at = conversation.blocked_by = conversation.blocked_because = None
            vault = await vault_of(session, self.services.program.vault, visitor, conversation.id)
            await bring_back_address(session, vault, conversation)
            await self.queue.open(session, conversation, reason="consultant", triage=Triage(conversation.triage), now=now)
            await self.services.program.conversations.extend_for_case(session, conversation, now)
            await self.services.record(session, visitor, "conversation_unblocked", case.id)
        self.services.publish(case.conversation_id)

    async def change_triage(self, visitor: Visitor, case: Handoff, triage: Triage, reason: str) -> None:
        """Set a case's triage by a person's judgement; the reason is kept, sealed, with the change."""
        now = self.services.now()
        async with self.services.program.database.transaction() as session:
            conversation = await self.services.program.conversations.get(session, case.conversation_id)
            if conversation is None:
                return
            await self.queue.judge(session, case, triage, now)
            session.add(
                TriageChange(
                    conversation_id=conversation.id,
                    before=case.triage,
                    after=triage.value,
                    changed_by=visitor.staff_id,
                    reason=self.services.program.vault.seal(reason, f"triage:{conversation.id}"),
                    message_number=conversation.message_count,
                    changed_at=now,
                    expires_at=conversation.expires_at,
                )
            )
            conversation.triage = triage.value
            self._judge(conversation, triage)
            await self.services.record(session, visitor, "triage_changed", case.id)
        self.services.publish(case.conversation_id)

    async def _leave(self, session: AsyncSession, case: Handoff) -> None:
        """Tell the person that the program answers again, if a consultant spoke last."""
        conversation = await self.services.program.conversations.get(session, case.conversation_id)
        if conversation is not None:
            await self.services.program.frontdoor.consultants.introduce(
                session, conversation, "consultant_left", self.services.now()
            )

    def _judge(self, conversation: Conversation, triage: Triage) -> None:
        findings = self.services.program.conversations.findings(conversation).judged_as(triage, conversation.message_count)
        conversation.findings = self.services.program.vault.seal_json(findings.as_json(), f"findings:{conversation.id}")

    async def release_silent(self) -> int:
        """Put cases back into the queue whose person has waited too long for their consultant; return how many."""
        minutes = self.services.program.settings.console_release_minutes
        if minutes == 0:
            return 0
        now, released = self.services.now(), []
        async with self.services.program.database.transaction() as session:
            for case, since in await unanswered_since(session):
                if now - since < timedelta(minutes=minutes) or case.taken_by is None:
                    continue
                await self.queue.release(session, case.id, case.taken_by, now, since=since)
                await self._leave(session, case)
                await self.services.audit.record(session, staff_id=PROGRAM, action="case_released", subject=case.id, now=now)
                released.append(case)
        for case in released:
            RELEASED.inc()
            log.warning("case_released", case=case.id)
            self.services.publish(case.conversation_id)
        return len(released)


async def unanswered_since(session: AsyncSession) -> list[tuple[Handoff, datetime]]:
    """Return the taken cases whose person wrote last, and since when they wait for their consultant.

    The time starts with the first message after the consultant's last one, or with the taking if that was later.
    """
    answered = (
        select(func.coalesce(func.max(Message.number), 0))
        .where(Message.conversation_id == Handoff.conversation_id, Message.author == "consultant")
        .correlate(Handoff)
        .scalar_subquery()
    )
    found = await session.execute(
        select(Handoff, func.min(Message.created_at))
        .join(Message, Message.conversation_id == Handoff.conversation_id)
        .where(
            Handoff.closed_at.is_(None),
            Handoff.taken_by.is_not(None),
            Message.author == "person",
            Message.number > answered,
        )
        .group_by(Handoff.id)
    )
    return [(case, max(first, case.taken_at or first)) for case, first in found]
