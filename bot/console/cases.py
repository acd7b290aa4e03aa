"""Everything that a case's page shows, read in one transaction."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from aiohttp import web
from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.console.case_access import is_locked, names_of_holders, sealed_beside, vault_of
from bot.console.case_files import CONSENTS, LONGEST, REPORT_FIELDS, CaseFiles
from bot.console.logins import Visitor
from bot.console.ownership import OUTCOMES, unanswered_since
from bot.console.services import ConsoleServices
from bot.console.verdicts import VERDICTS
from bot.console.waiting import ordered_reasons
from bot.delivery import outbox
from bot.messages import LANGUAGES, Triage
from bot.screening.findings import Findings
from bot.storage.conversations import ConversationStore, OpenedMessage
from bot.storage.return_codes import can_return
from bot.storage.tables import Conversation, Handoff, Staff, StaffSession, TriageChange
from bot.storage.vault import Vault

CASE_PATH: Final = "/cases/{case:[0-9a-f]{32}}"
HISTORY: Final = (
    "case_taken",
    "case_taken_over",
    "case_given_back",
    "case_passed_on",
    "case_received",
    "case_released",
    "case_closed",
)
REMEMBERED_READINGS: Final = 5000


@dataclass(frozen=True)
class OpenedChange:
    """One change of a case's triage, opened. `by` is None for the program."""

    before: str
    after: str
    by: str | None
    reason: str
    at: datetime


class CaseReader:
    """Finds cases and reads what their pages show."""

    def __init__(self, services: ConsoleServices) -> None:
        self.services = services
        self._read: dict[tuple[str, str], int] = {}

    async def find(self, session: AsyncSession, request: web.Request) -> tuple[Handoff, Conversation]:
        """Return the case of a request; raises HTTPNotFound, also when the person had everything erased."""
        case = await self.services.program.queue.get(session, request.match_info["case"])
        conversation = await session.get(Conversation, case.conversation_id) if case is not None else None
        if case is None or conversation is None:
            raise web.HTTPNotFound
        return case, conversation

    async def record_reading(self, session: AsyncSession, visitor: Visitor, case: Handoff, newest: int) -> None:
        """Write into the audit log that somebody read a case: once for each login and each new message."""
        key = (visitor.token_hash, case.id)
        if self._read.pop(key, -1) < newest:
            await self.services.record(session, visitor, "case_read", case.id)
        self._read[key] = newest
        while len(self._read) > REMEMBERED_READINGS:
            del self._read[next(iter(self._read))]

    def _pressed(self, text: str, interface: str) -> str | None:
        """Return the title of the button that a person pressed; None for words of their own."""
        return self.services.program.wording.titles[interface].get(text.removeprefix("@")) if text.startswith("@") else None

    async def context(
        self, session: AsyncSession, visitor: Visitor, case: Handoff, conversation: Conversation, interface: str
    ) -> dict[str, Any]:
        """Return the values of a case's templates, in the language of the interface."""
        vault = await vault_of(session, self.services.program.vault, visitor, conversation.id)
        store = ConversationStore(vault, self.services.program.conversations.retention)
        messages = await store.messages(session, conversation.id)
        findings = _with_words(store.findings(conversation), messages)
        locked = await is_locked(session, vault, conversation.id)
        before = await sealed_beside(session, vault, conversation.id)
        names = await self.services.accounts.names(session)
        mine = case.taken_by == visitor.staff_id and case.closed_at is None
        return {
            "case": case,
            "conversation": conversation,
            "reachable": await shown_reachable(session, conversation),
            "person_writes": self.services.program.typing.writing("person", conversation.id),
            "messages": messages,
            "unreadable": any(said.unreadable and not said.closed for said in messages) or not self._opens(conversation),
            "locked": locked,
            "opened_by": await names_of_holders(session, conversation.id) if locked else (),
            "pressed": {said.number: self._pressed(said.text, interface) for said in messages if said.author == "person"},
            "gists": {
                said.number: self.services.gists.of(said, interface)
                for said in messages
                if said.author == "person" and not said.text.startswith("@")
            },
            "in_polish": {
                said.number: polish
                for said in messages
                if said.author != "person" and (polish := self.services.phrasebook.polish(said.text, said.language))
            },
            "findings": findings,
            "blocked_because": vault.read(conversation.blocked_because, f"blocked:{conversation.id}", ""),
            "reasons": ordered_reasons(findings),
            "changes": await self._changes(session, vault, conversation, names),
            "deliveries": await outbox.fates(session, conversation.id),
            "names": names,
            "mine": mine,
            "file": await CaseFiles(vault).read(session, case, conversation),
            "history": await self.services.audit.about(session, case.id, actions=HISTORY),
            "earlier": await self._earlier(session, case),
            "colleagues": await self._colleagues(session, visitor) if mine else [],
            "minutes_left": await self._minutes_left(session, case) if mine else None,
            "form_id": secrets.token_urlsafe(12),
            "most": LONGEST,
            "triages": list(reversed(Triage)),
            "outcomes": OUTCOMES,
            "consents": CONSENTS,
            "report_fields": REPORT_FIELDS,
            "arranged": {**before["arranged"], **store.arranged(conversation)},
            "verdicts": VERDICTS,
            "languages": LANGUAGES,
            "translator": self.services.translator is not None,
        }

    def _opens(self, conversation: Conversation) -> bool:
        """Say whether what is stored about a conversation besides its messages can be read."""
        opens, number = self.services.program.vault.opens, conversation.id
        return (
            opens(conversation.findings, f"findings:{number}")
            and opens(conversation.arranged, f"arranged:{number}")
            and opens(conversation.report, f"report:{number}")
        )

    async def files(self, session: AsyncSession, visitor: Visitor, case: Handoff) -> CaseFiles:
        """Return the files of cases as a visitor can open them."""
        return CaseFiles(await vault_of(session, self.services.program.vault, visitor, case.conversation_id))

    async def _changes(
        self, session: AsyncSession, vault: Vault, conversation: Conversation, names: dict[str, str]
    ) -> list[OpenedChange]:
        found = await session.execute(select(TriageChange).filter_by(conversation_id=conversation.id).order_by(TriageChange.id))
        return [
            OpenedChange(
                before=change.before,
                after=change.after,
                by=names.get(change.changed_by),
                reason=vault.read(change.reason, f"triage:{conversation.id}", ""),
                at=change.changed_at,
            )
            for change in found.scalars()
        ]

    async def _earlier(self, session: AsyncSession, case: Handoff) -> list[Handoff]:
        found = await session.execute(
            select(Handoff)
            .where(Handoff.conversation_id == case.conversation_id, Handoff.id != case.id)
            .order_by(Handoff.opened_at.desc())
        )
        return list(found.scalars())

    async def _colleagues(self, session: AsyncSession, visitor: Visitor) -> list[tuple[Staff, bool]]:
        """Return who a case can be given to, and whether they are at the console now."""
        seen = await session.execute(
            select(StaffSession.staff_id, func.max(StaffSession.seen_at)).group_by(StaffSession.staff_id)
        )
        since = self.services.now() - self.services.logins.silence
        here = {staff_id for staff_id, at in seen if at >= since}
        everybody = await self.services.accounts.all(session)
        others = [staff for staff in everybody if staff.disabled_at is None and staff.id != visitor.staff_id]
        return sorted(((staff, staff.id in here) for staff in others), key=lambda pair: (not pair[1], pair[0].name))

    async def _minutes_left(self, session: AsyncSession, case: Handoff) -> int | None:
        """Return in how many minutes a case goes back to the queue; None when nobody waits for an answer."""
        limit = self.services.program.settings.console_release_minutes
        waits = {waiting.id: since for waiting, since in await unanswered_since(session)}
        if limit == 0 or case.id not in waits:
            return None
        left = waits[case.id] + timedelta(minutes=limit) - self.services.now()
        return max(0, int(left.total_seconds() // 60))


def _with_words(findings: Findings, messages: Sequence[OpenedMessage]) -> Findings:
    """Return findings with the words that showed each sign, where the program keeps them with a sealed message only."""
    shown = {
        (said.number, evidence.indicator): evidence.words
        for said in messages
        if said.screening is not None
        for evidence in said.screening.indicators
    }
    signs = {sign: (number, words or shown.get((number, sign), "")) for sign, (number, words) in findings.indicators.items()}
    return replace(findings, indicators=signs)


async def shown_reachable(session: AsyncSession, conversation: Conversation) -> str:
    """Return whether somebody can be reached: who left the web chat with a code can come back, and find what was written."""
    if conversation.reachable == "left" and await can_return(session, [conversation.id]):
        return "left_with_code"
    return conversation.reachable


async def mark_seen(session: AsyncSession, case: Handoff, visitor: Visitor, number: int) -> bool:
    """Note up to which message a case's consultant has seen it; say whether that is news."""
    changed = await session.execute(
        update(Handoff)
        .where(Handoff.id == case.id, Handoff.taken_by == visitor.staff_id, Handoff.last_seen_number < number)
        .values(last_seen_number=number)
        .execution_options(synchronize_session=False)
    )
    return getattr(changed, "rowcount", 0) == 1
