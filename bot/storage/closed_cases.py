"""Closed cases are sealed to the staff: a key is drawn for what a conversation holds, given to their public keys, and forgotten.

It happens once its cases have been closed and it has been silent for a while, when nothing is on its way any more. The program keeps
of it what it needs to go on: codes, counts, times, the signs without the words that showed them. What is written afterwards is sealed
as ever, and taken in by another sealing when it is silent again.

A conversation for which its person holds a code is left as it is: they were told that the code opens it as long as it is kept.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, LargeBinary, and_, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.screening.findings import Findings
from bot.storage.case_keys import MARK, CaseKey, is_of_case
from bot.storage.tables import CaseFile, CaseNote, Conversation, Delivery, Handoff, Message, Staff, TriageChange
from bot.storage.tables_return import ReturnCode
from bot.storage.tables_seals import CaseKeyGiven, CaseSealing, StaffKey
from bot.storage.vault import SealBroken, Vault

RECOVERING: Final = frozenset({"coordinator", "administrator"})  # roles that can give colleagues what they can open
PATIENCE: Final = timedelta(days=7)  # from the first key on: so long accounts from before are waited for that have none yet


_WORKING: Final = (Staff.disabled_at.is_(None), Staff.totp_secret.is_not(None), Staff.must_change_password.is_(False))


async def holders(session: AsyncSession, *, locked: bool = False) -> Sequence[tuple[Staff, StaffKey]]:
    """Return who can log in, has set up all that comes before the queue, and has a key.

    `locked` keeps the keys from being dropped before the transaction ends, where the database can.
    """
    chosen = select(Staff, StaffKey).join(StaffKey, StaffKey.staff_id == Staff.id).where(*_WORKING).order_by(Staff.name)
    found = await session.execute(chosen.with_for_update(read=True, of=StaffKey) if locked else chosen)
    return [(staff, key) for staff, key in found]


async def recipients(session: AsyncSession, now: datetime, *, locked: bool = False) -> Sequence[tuple[Staff, StaffKey]]:
    """Return whose keys a case is sealed to now: those of all holders, or of nobody while it is too early.

    It is while nobody's role lets them give others what they can open, and while colleagues of before have not logged in: they
    would find sealed what they could read yesterday.
    """
    those = await holders(session, locked=locked)
    if not any(staff.role in RECOVERING for staff, _ in those):
        return ()
    early = now - min(key.made_at for _, key in those) < PATIENCE
    return () if early and await _awaited(session) else those


async def _awaited(session: AsyncSession) -> int:
    keyless = ~exists().where(StaffKey.staff_id == Staff.id)
    return await session.scalar(select(func.count()).select_from(Staff).where(*_WORKING, keyless)) or 0


async def due(session: AsyncSession, *, silent_since: datetime, most: int) -> Sequence[str]:
    """Return conversations that are to be sealed, by their ids."""
    chosen = select(Conversation.id).where(*_rests(silent_since), _has_news()).order_by(Conversation.last_message_at).limit(most)
    return (await session.scalars(chosen)).all()


async def seal(session: AsyncSession, vault: Vault, conversation_id: str, *, silent_since: datetime, now: datetime) -> bool:
    """Seal what a conversation holds to the staff; False when it is not due any more, or it is too early for anything."""
    conversation = await session.scalar(
        select(Conversation).where(Conversation.id == conversation_id).with_for_update().execution_options(populate_existing=True)
    )
    still = select(Conversation.id).where(Conversation.id == conversation_id, *_rests(silent_since), _has_news())
    those = await recipients(session, now, locked=True)
    if conversation is None or not those or await session.scalar(still) is None:
        return False
    sealing = _Sealing(vault, CaseKey.new())
    await sealing.take_messages(session, conversation_id)
    await sealing.take_files(session, conversation_id)
    session.add(sealing.take_conversation(conversation, now))
    await session.flush()
    for staff, key in those:
        given = sealing.key.given_to(staff.id, key.public_key)
        session.add(CaseKeyGiven(sealing_id=sealing.key.number, staff_id=staff.id, given=given))
    return True


class _Sealing:
    """Seals with a case's key what the key file's sealed; what that does not open is left as it is."""

    def __init__(self, vault: Vault, key: CaseKey) -> None:
        self.vault = vault
        self.key = key

    def __call__(self, value: bytes | None, place: str) -> bytes | None:
        if value is None or is_of_case(value):
            return value
        try:
            return self.key.seal(self.vault.open(value, place), place)
        except SealBroken:
            return value

    async def take_messages(self, session: AsyncSession, conversation_id: str) -> None:
        for message in await session.scalars(select(Message).where(Message.conversation_id == conversation_id)):
            if not is_of_case(message.content):
                message.traces = self._traces(message)
            message.content = self(message.content, f"message:{conversation_id}") or message.content
            message.screening = self(message.screening, f"screening:{conversation_id}")

    def _traces(self, message: Message) -> bytes | None:
        content = self.vault.read_json(message.content, f"message:{message.conversation_id}", {})
        kept = {name: value for name, value in (content.get("details") or {}).items() if name in {"message_id", "album"}}
        return self.vault.seal_json(kept, f"traces:{message.conversation_id}") if kept else None

    async def take_files(self, session: AsyncSession, conversation_id: str) -> None:
        cases = select(Handoff.id).where(Handoff.conversation_id == conversation_id)
        for file in await session.scalars(select(CaseFile).where(CaseFile.handoff_id.in_(cases))):
            file.tags = self(file.tags, f"tags:{file.handoff_id}")
            file.report = self(file.report, f"case-report:{file.handoff_id}")
        for note in await session.scalars(select(CaseNote).where(CaseNote.handoff_id.in_(cases))):
            note.content = self(note.content, f"note:{note.handoff_id}") or note.content
        for change in await session.scalars(select(TriageChange).where(TriageChange.conversation_id == conversation_id)):
            change.reason = self(change.reason, f"triage:{conversation_id}")

    def take_conversation(self, conversation: Conversation, now: datetime) -> CaseSealing:
        """Return the row of the sealing, with what the conversation itself held; what the program needs on stays there."""
        number = conversation.id
        content = {
            name: opened
            for name in ("report", "arranged")
            if (opened := self.vault.read_json(getattr(conversation, name), f"{name}:{number}", None))
        }
        place = f"sealing:{self.key.number}"
        row = CaseSealing(
            id=self.key.number,
            conversation_id=number,
            up_to=conversation.message_count,
            content=self.key.seal(json.dumps(content, ensure_ascii=False), place) if content else None,
            address=self(conversation.address, f"address:{number}"),
            made_at=now,
        )
        for name in content:
            setattr(conversation, name, None)
        if conversation.address is not None:
            conversation.address = None
            conversation.reachable = "no_address" if conversation.reachable == "yes" else conversation.reachable
        kept = self.vault.read_json(conversation.findings, f"findings:{number}", None)
        if kept is not None:
            findings = Findings.from_json(kept).without_words(up_to=conversation.message_count)
            conversation.findings = self.vault.seal_json(findings.as_json(), f"findings:{number}")
        conversation.dialogue = conversation.likeness = conversation.pattern = None
        conversation.blocked_because = self(conversation.blocked_because, f"blocked:{number}")
        return row


def _rests(silent_since: datetime) -> tuple[ColumnElement[bool], ...]:
    """Return what is true of a conversation that nobody is busy with: its cases are closed, and nothing waits."""
    of_it = Handoff.conversation_id == Conversation.id
    return (
        Conversation.last_message_at <= silent_since,
        exists().where(of_it, Handoff.closed_at.is_not(None)),
        ~exists().where(of_it, or_(Handoff.closed_at.is_(None), Handoff.closed_at > silent_since)),
        ~_with_code(),
        ~exists().where(Delivery.conversation_id == Conversation.id, Delivery.finished_at.is_(None)),
        ~exists().where(Message.conversation_id == Conversation.id, Message.state == "received"),
    )


def _with_code() -> ColumnElement[bool]:
    return exists().where(ReturnCode.conversation_id == Conversation.id)


def _has_news() -> ColumnElement[bool]:
    """Return what is true of a conversation in which there is something that no sealing took in."""
    of_it = CaseSealing.conversation_id == Conversation.id
    last = select(func.max(CaseSealing.up_to)).where(of_it).correlate(Conversation).scalar_subquery()
    at = select(func.max(CaseSealing.made_at)).where(of_it).correlate(Conversation).scalar_subquery()
    case = Handoff.conversation_id == Conversation.id
    file = and_(CaseFile.handoff_id == Handoff.id, or_(_of_program(CaseFile.tags), _of_program(CaseFile.report)))
    return or_(
        ~exists().where(of_it),
        Conversation.message_count > last,
        exists().where(case, Handoff.closed_at > at),
        exists().where(case, CaseNote.handoff_id == Handoff.id, _of_program(CaseNote.content)),
        exists().where(case, file),
    )


def _of_program(column: Any) -> ColumnElement[bool]:
    found: ColumnElement[bool] = and_(column.is_not(None), func.substr(column, 1, len(MARK), type_=LargeBinary) != MARK)
    return found


@dataclass(frozen=True)
class ClosedCases:
    """How many closed cases there are, how many are sealed to the staff, how many are not because their people hold a code.

    `holders` counts those whose keys a case is sealed to, `coordinators` those of them who can give it on, `awaited` who has no key yet.
    """

    closed: int
    sealed: int
    with_code: int
    holders: int
    coordinators: int
    awaited: int


async def count_closed(session: AsyncSession) -> ClosedCases:
    """Count closed cases by what opens them."""
    sealed = exists().where(CaseSealing.conversation_id == Handoff.conversation_id, CaseSealing.made_at >= Handoff.closed_at)
    with_code = exists().where(ReturnCode.conversation_id == Handoff.conversation_id)

    async def count(*those: ColumnElement[bool]) -> int:
        return await session.scalar(select(func.count()).select_from(Handoff).where(Handoff.closed_at.is_not(None), *those)) or 0

    there = await holders(session)
    return ClosedCases(
        closed=await count(),
        sealed=await count(sealed),
        with_code=await count(with_code, ~sealed),
        holders=len(there),
        coordinators=sum(staff.role in RECOVERING for staff, _ in there),
        awaited=await _awaited(session),
    )
