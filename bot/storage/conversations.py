"""Conversations and their messages. Functions take an open transaction; whoever opens it decides what belongs together."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import case, delete, exists, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.messages import Button, Inbound, Reply, Screening, Speaker, Triage
from bot.screening.findings import Findings
from bot.storage import expiry, message_statements
from bot.storage.case_events import note_erased
from bot.storage.concealed import hash_of
from bot.storage.tables import Conversation, Delivery, Handoff, Message
from bot.storage.tables_seals import CaseSealing
from bot.storage.vault import Vault


@dataclass(frozen=True)
class Retention:
    """How long a message is kept after it was written, and how long one of a conversation that was handed to the hotline."""

    conversation: timedelta
    case: timedelta


@dataclass(frozen=True)
class OpenedMessage:
    """One message of a conversation, opened; without words when what is stored of it does not open.

    `closed` says that it does not because it is sealed to staff who are not the ones that the store was opened for.
    """

    id: str
    number: int
    author: str
    staff_id: str | None
    kind: str
    state: str
    text: str
    language: str
    buttons: tuple[Button, ...]
    details: Mapping[str, Any]
    screening: Screening | None
    created_at: datetime
    unreadable: bool = False
    closed: bool = False
    commands: tuple[Mapping[str, object], ...] = ()  # what it was understood as: bot/dialogue/commands.py reads them

    def as_reply(self) -> Reply:
        """Return it as what a person receives."""
        return Reply(text=self.text, language=self.language, buttons=self.buttons, author=self.author, id=str(self.number))


class WithCase(NamedTuple):
    """A message with what its conversation has at the hotline: the case that is not closed, and whether there is, or was, any."""

    message: Message
    case: Handoff | None
    handed_over: bool


class ConversationStore:
    """Reads and writes conversations through a vault."""

    def __init__(self, vault: Vault, retention: Retention) -> None:
        self.vault = vault
        self.retention = retention

    async def find(self, session: AsyncSession, channel: str, pseudonym: str, *, locked: bool = False) -> Conversation | None:
        """Return the conversation of a person on a channel; `locked` as `get` does."""
        chosen = message_statements.OF_PERSON_LOCKED if locked else message_statements.OF_PERSON
        found = await session.execute(chosen, {"channel": channel, "pseudonym": pseudonym})
        return found.scalar_one_or_none()

    async def get(self, session: AsyncSession, conversation_id: str) -> Conversation | None:
        """Return a conversation by its id, locked for this transaction where the database can."""
        found = await session.execute(message_statements.LOCKED, {"conversation": conversation_id})
        return found.scalar_one_or_none()

    async def with_case(self, session: AsyncSession, conversation_id: str, message_id: str) -> WithCase | None:
        """Return a message of a conversation, and what the conversation has at the hotline."""
        found = (
            await session.execute(message_statements.WITH_CASE, {"conversation": conversation_id, "message": message_id})
        ).one_or_none()
        return WithCase(*found) if found is not None else None

    async def open(
        self, session: AsyncSession, *, channel: str, pseudonym: str, language: str, address: str | None, now: datetime
    ) -> Conversation:
        """Start a conversation, or return the one there is, locked as `get` does."""
        existing = await self.find(session, channel, pseudonym, locked=True)
        if existing is not None:
            if address is not None:
                self._keep_address(existing, address)
            if existing.reachable == "left":
                existing.reachable = "yes"
            return existing
        conversation = Conversation(
            id=uuid.uuid4().hex,
            channel=channel,
            pseudonym=pseudonym,
            language=language,
            created_at=now,
            last_message_at=now,
            expires_at=now + self.retention.conversation,
        )
        if address is not None:
            self._keep_address(conversation, address)
        session.add(conversation)
        await session.flush()
        return conversation

    def shut(self, conversation: Conversation) -> None:
        """Let nobody in any more who knows how the conversation was entered; it is kept for the hotline as long as any other."""
        conversation.pseudonym = self.vault.pseudonym(conversation.channel, secrets.token_urlsafe(32))

    def _keep_address(self, conversation: Conversation, address: str) -> None:
        if self.address(conversation) is None:  # dropped once, never known, or not to be read any more
            conversation.address = self.vault.seal(address, f"address:{conversation.id}")
        if conversation.reachable in {"blocked", "gone", "no_address"}:
            conversation.reachable = "yes"  # whoever writes can be written to

    def address(self, conversation: Conversation) -> str | None:
        """Return where a conversation can be answered; None when that is not known, or does not open."""
        return self.vault.read(conversation.address, f"address:{conversation.id}", None)

    def findings(self, conversation: Conversation) -> Findings:
        """Return what a conversation has shown so far; of findings that do not open, what stands in the conversation in the clear."""
        kept = self.vault.read_json(conversation.findings, f"findings:{conversation.id}", None)
        if kept is None:
            return Findings(Triage(conversation.triage), speaker=Speaker(conversation.speaker))
        return Findings.from_json(kept)

    def arranged(self, conversation: Conversation) -> dict[str, str]:
        """Return what a person arranged with those who write to them: a safe time, a code word."""
        known: dict[str, str] = self.vault.read_json(conversation.arranged, f"arranged:{conversation.id}", {})
        return known

    async def accept(self, session: AsyncSession, conversation: Conversation, inbound: Inbound) -> str:
        """Store a person's message once; return its id."""
        external_id = hash_of(self.vault, conversation.id, inbound.external_id)
        asked = {"conversation": conversation.id, "external_id": external_id}
        known, handed_over = (await session.execute(message_statements.BEFORE_ACCEPTING, asked)).one()
        if known is not None:
            return str(known)
        message = self._append(
            session,
            conversation,
            handed_over=handed_over,
            author="person",
            state="received",
            language=conversation.language,
            content={"text": inbound.text, "details": inbound.details},
            now=inbound.received_at,
            external_id=external_id,
            kind=inbound.kind,
        )
        await session.flush()
        return message.id

    def add_reply(
        self,
        session: AsyncSession,
        conversation: Conversation,
        reply: Reply,
        *,
        now: datetime,
        handed_over: bool,
        answers: str | None = None,
        staff_id: str | None = None,
        external_id: str | None = None,
    ) -> Message:
        """Append a text of the bot or of a consultant; `handed_over` says whether the hotline has, or had, a case of the conversation."""
        return self._append(
            session,
            conversation,
            handed_over=handed_over,
            author=reply.author,
            state="said",
            language=reply.language,
            content={"text": reply.text, "buttons": [[button.title, button.value] for button in reply.buttons]},
            now=now,
            answers=answers,
            staff_id=staff_id,
            external_id=hash_of(self.vault, conversation.id, external_id) if external_id is not None else None,
        )

    def _append(
        self,
        session: AsyncSession,
        conversation: Conversation,
        *,
        handed_over: bool,
        author: str,
        state: str,
        language: str,
        content: dict[str, Any],
        now: datetime,
        external_id: str | None = None,
        kind: str = "text",
        answers: str | None = None,
        staff_id: str | None = None,
    ) -> Message:
        conversation.message_count += 1
        conversation.last_message_at = now
        ends = now + (self.retention.case if handed_over else self.retention.conversation)
        conversation.expires_at = max(conversation.expires_at, ends)
        message = Message(
            id=uuid.uuid4().hex,
            conversation_id=conversation.id,
            number=conversation.message_count,
            author=author,
            staff_id=staff_id,
            external_id=external_id,
            kind=kind,
            state=state,
            language=language,
            content=self.vault.seal_json(content, f"message:{conversation.id}"),
            answers=answers,
            created_at=now,
            expires_at=ends,
        )
        session.add(message)
        return message

    def read(self, message: Message) -> OpenedMessage:
        """Open one message; raises SealBroken."""
        return self._said(message, self.vault.open_json(message.content, f"message:{message.conversation_id}"))

    def shown(self, message: Message) -> OpenedMessage:
        """Open one message of several: one that does not open must not hide the others."""
        content = self.vault.read_json(message.content, f"message:{message.conversation_id}", None)
        if content is not None:
            return self._said(message, content)
        traces = self.vault.read_json(message.traces, f"traces:{message.conversation_id}", {})
        closed = self.vault.is_closed(message.content)
        return self._said(message, {"text": "", "details": traces}, unreadable=True, closed=closed)

    def _said(
        self, message: Message, content: dict[str, Any], *, unreadable: bool = False, closed: bool = False
    ) -> OpenedMessage:
        screening = self.vault.read_json(message.screening, f"screening:{message.conversation_id}", None)
        return OpenedMessage(
            id=message.id,
            number=message.number,
            author=message.author,
            staff_id=message.staff_id,
            kind=message.kind,
            state=message.state,
            text=content["text"],
            language=message.language,
            buttons=tuple(Button(title, value) for title, value in content.get("buttons", [])),
            details=content.get("details") or {},
            screening=Screening.from_json(screening) if screening is not None else None,
            created_at=message.created_at,
            unreadable=unreadable,
            closed=closed,
            commands=tuple(screening.get("commands", ())) if screening is not None else (),
        )

    async def add_to_album(self, session: AsyncSession, message_id: str, number: int) -> None:
        """Note another message of an album that is one message to us, so that it can be deleted with it."""
        message = await session.get(Message, message_id, with_for_update=True)
        if message is None:
            return
        content = self.vault.read_json(message.content, f"message:{message.conversation_id}", None)
        if content is None:
            return
        details = content.setdefault("details", {})
        if number not in [details.get("message_id"), *details.get("album", [])]:
            details["album"] = [*details.get("album", []), number]
            message.content = self.vault.seal_json(content, f"message:{message.conversation_id}")

    def keep_screening(self, message: Message, screening: Screening, *, commands: Sequence[Mapping[str, object]] = ()) -> None:
        """Store with a message what was understood of it: its screening, and the commands of the dialogue."""
        message.language = screening.language
        understood = {**screening.as_json(), "commands": list(commands)}
        message.screening = self.vault.seal_json(understood, f"screening:{message.conversation_id}")

    async def messages(self, session: AsyncSession, conversation_id: str, *, after: int = 0) -> list[OpenedMessage]:
        """Return what was said after a message number, in order, with those that do not open."""
        found = await session.execute(
            select(Message).where(Message.conversation_id == conversation_id, Message.number > after).order_by(Message.number)
        )
        return [self.shown(message) for message in found.scalars()]

    async def last_reply(self, session: AsyncSession, conversation_id: str, *, before: int) -> Message | None:
        """Return the last text that a person was given before a message number."""
        found = await session.execute(
            select(Message)
            .where(Message.conversation_id == conversation_id, Message.number < before, Message.author != "person")
            .order_by(Message.number.desc())
            .limit(1)
        )
        return found.scalar_one_or_none()

    async def last_turn(self, session: AsyncSession, conversation_id: str, *, before: int) -> Sequence[OpenedMessage]:
        """Return the program's last replies before a message number; none when a consultant spoke last."""
        found = (await session.execute(message_statements.LAST_TURN, {"conversation": conversation_id, "before": before})).all()
        if not any(is_last and message.author == "bot" for message, is_last in found):
            return ()
        return [said for message, _ in found if not (said := self.shown(message)).unreadable]

    async def drop_addresses(self, session: AsyncSession, *, silent_since: datetime) -> int:
        """Forget where people can be answered who have been silent, have no open case and nothing on its way; return how many."""
        silent = select(Conversation.id).where(Conversation.last_message_at < silent_since)
        await session.execute(
            update(CaseSealing)
            .where(CaseSealing.address.is_not(None), CaseSealing.conversation_id.in_(silent))
            .values(address=None)
            .execution_options(synchronize_session=False)
        )
        open_case = exists().where(Handoff.conversation_id == Conversation.id, Handoff.closed_at.is_(None))
        on_its_way = exists().where(Delivery.conversation_id == Conversation.id, Delivery.finished_at.is_(None))
        dropped = await session.execute(
            update(Conversation)
            .where(Conversation.address.is_not(None), Conversation.last_message_at < silent_since, ~open_case, ~on_its_way)
            .values(
                address=None,
                reachable=case((Conversation.reachable == "yes", "no_address"), else_=Conversation.reachable),
            )
            .execution_options(synchronize_session=False)
        )
        return int(getattr(dropped, "rowcount", 0))

    async def by_external_id(self, session: AsyncSession, conversation_id: str, external_id: str) -> OpenedMessage | None:
        """Return the message that carries an id from outside, if it was stored already."""
        stored = hash_of(self.vault, conversation_id, external_id)
        found = await session.execute(select(Message).filter_by(conversation_id=conversation_id, external_id=stored))
        message = found.scalar_one_or_none()
        return self.shown(message) if message is not None else None

    async def replies_to(self, session: AsyncSession, message_id: str) -> list[OpenedMessage]:
        """Return the replies that were decided for one message and can be read."""
        found = await session.execute(select(Message).filter_by(answers=message_id).order_by(Message.number))
        return [said for message in found.scalars() if not (said := self.shown(message)).unreadable]

    async def unanswered(self, session: AsyncSession, *, before: datetime) -> Sequence[Message]:
        """Return messages that were accepted and not yet decided, oldest first: what a crash left behind."""
        found = await session.execute(
            select(Message)
            .where(Message.state == "received", Message.created_at < before)
            .order_by(Message.created_at, Message.number)
        )
        return found.scalars().all()

    async def erase(self, session: AsyncSession, conversation_id: str, now: datetime) -> None:
        """Delete a conversation and everything that belongs to it."""
        await note_erased(session, Handoff.conversation_id == conversation_id, now)
        await session.execute(delete(Conversation).where(Conversation.id == conversation_id))

    async def extend_for_case(self, session: AsyncSession, conversation: Conversation, now: datetime) -> None:
        """Keep a conversation as long as a case is kept, because the hotline has it now: each message from its own day on."""
        conversation.expires_at = max(conversation.expires_at, now + self.retention.case)
        found = await session.execute(
            select(Message.id, Message.created_at, Message.expires_at).where(
                Message.conversation_id == conversation.id, Message.expires_at < conversation.expires_at
            )
        )
        longer = [
            {"id": message_id, "expires_at": created_at + self.retention.case}
            for message_id, created_at, expires_at in found
            if created_at + self.retention.case > expires_at
        ]
        if longer:
            await session.execute(update(Message), longer)

    async def purge(self, session: AsyncSession, now: datetime) -> int:
        """Delete everything whose time is over; return how many conversations that were. See bot.storage.expiry."""
        return (await expiry.purge(session, self.vault, now)).conversations
