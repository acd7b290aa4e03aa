"""What happens to one message, from receipt to reply: the story of the program, readable from top to bottom.

A channel hands over an Inbound. It is stored once; the conversation's turn is taken; the message is understood; what it shows is
added to what the conversation has shown; who owns the conversation decides who answers; the replies, the case in the queue and the
outbox are stored in one transaction. A failure on the way never leaves a person without the number, nor the hotline without the case.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final, Protocol

import structlog
from prometheus_client import Counter, Histogram
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from bot import outbox
from bot.dialogue import button_language, choose_act
from bot.handoff.queue import HandoffQueue
from bot.lexicon import Lexicon
from bot.live import QUEUE, Bell, Turns
from bot.messages import LANGUAGES, Inbound, Reply, Screening, Triage
from bot.screening.conversation import Findings
from bot.screening.normalise import printable, words
from bot.storage.conversations import ConversationStore, Said
from bot.storage.database import Database
from bot.storage.tables import Conversation, Message, TriageChange
from bot.wording import Wording

log = structlog.get_logger()

MAX_TEXT = 4000  # characters of one message that are stored; the longest message of any of our channels has 4096
TRUSTED_TOPIC = 0.25
SWITCHING_WORDS = 3  # fewer words in another language do not change the language of a conversation
SHORT_CHANNELS: Final = frozenset({"sms"})

MESSAGES = Counter("frontdoor_messages", "Messages of people, by channel and triage.", ["channel", "triage"])
FAILURES = Counter("frontdoor_failures", "Parts that failed while a message was answered.", ["part"])
ANSWER_SECONDS = Histogram(
    "frontdoor_answer_seconds", "Time from taking a message's turn to its stored replies.", buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5)
)


class Turn(Protocol):
    """What a turn of the dialogue decided: see bot.assistant.Turn."""

    @property
    def replies(self) -> tuple[Reply, ...]:
        """Return what to say."""
        ...

    @property
    def slots(self) -> Mapping[str, Any]:
        """Return the dialogue's slots after the turn."""
        ...

    @property
    def state(self) -> str:
        """Return what the next turn needs."""
        ...


class Understanding(Protocol):
    """Whatever understands messages and leads the dialogue: bot.assistant.Assistant, or a stand-in in a test."""

    async def understand(self, text: str, *, language_hint: str | None = None) -> Screening:
        """Screen a message."""
        ...

    async def turn(self, text: str, act: str, *, slots: Mapping[str, Any], state: str | None) -> Turn:
        """Decide what to say."""
        ...


@dataclass(frozen=True)
class Outcome:
    """What came of one message: the replies, and what is known of the conversation now."""

    replies: tuple[Reply, ...]
    triage: Triage
    handoff: bool
    erased: bool = False


@dataclass(frozen=True)
class _Decision:
    """What will be stored for a message."""

    screening: Screening
    findings: Findings
    language: str
    replies: tuple[Reply, ...]
    handoff_reason: str | None = None
    slots: Mapping[str, Any] | None = None
    dialogue: str | None = None


class FrontDoor:
    """Receives messages from the channels and sees to it that each is answered."""

    def __init__(
        self,
        *,
        database: Database,
        conversations: ConversationStore,
        queue: HandoffQueue,
        assistant: Understanding | None,
        wording: Wording,
        lexicon: Lexicon,
        bell: Bell,
        clock: Callable[[], datetime],
        on_duty: Callable[[datetime], bool] = lambda _now: True,
    ) -> None:
        self.database = database
        self.conversations = conversations
        self.queue = queue
        self.assistant = assistant
        self.wording = wording
        self.lexicon = lexicon
        self.bell = bell
        self.clock = clock
        self.on_duty = on_duty
        self._turns = Turns()

    async def greet(self, *, channel: str, pseudonym: str, language: str, address: str | None = None) -> list[Reply]:
        """Open a conversation and say who is answering; a conversation that is open already gets nothing new."""
        now = self.clock()
        async with self.database.transaction() as session:
            if await self.conversations.find(session, channel, pseudonym) is not None:
                return []
            conversation = await self.conversations.open(
                session, channel=channel, pseudonym=pseudonym, language=language, address=address, now=now
            )
            form = "sms" if channel in SHORT_CHANNELS else "text"
            greeting = self.wording.reply("greeting", language, form=form, buttons=("topic_help", "report", "human", "hide", "language"))
            said = await self._say(session, conversation, greeting, now=now)
        return [said]

    async def receive(self, inbound: Inbound) -> Outcome:
        """Store a message and answer it; the same message again gives the same answer and changes nothing."""
        inbound = replace(inbound, text=printable(inbound.text)[:MAX_TEXT])
        conversation_id, message_id = await self._accept(inbound)
        return await self.answer(conversation_id, message_id)

    async def _accept(self, inbound: Inbound) -> tuple[str, str]:
        for attempt in (1, 2):
            try:
                async with self.database.transaction() as session:
                    conversation = await self.conversations.open(
                        session,
                        channel=inbound.channel,
                        pseudonym=inbound.pseudonym,
                        language=inbound.language_hint if inbound.language_hint in LANGUAGES else "pl",
                        address=inbound.address,
                        now=inbound.received_at,
                    )
                    await self.conversations.get(session, conversation.id)
                    message, _new = await self.conversations.accept(session, conversation, inbound)
                    return conversation.id, message.id
            except IntegrityError:  # another process stored the same person's first message in the same moment
                if attempt == 2:
                    raise
        raise AssertionError("unreachable")

    async def answer(self, conversation_id: str, message_id: str) -> Outcome:
        """Take the conversation's turn and answer one stored message, if nobody has yet."""
        async with self._turns.of(conversation_id):
            with ANSWER_SECONDS.time():
                return await self._answer(conversation_id, message_id)

    async def _answer(self, conversation_id: str, message_id: str) -> Outcome:
        async with self.database.transaction() as session:
            conversation = await self.conversations.get(session, conversation_id)
            message = await session.get(Message, message_id)
            if conversation is None or message is None:
                return Outcome((), Triage.NONE, handoff=False, erased=True)
            case = await self.queue.of_conversation(session, conversation_id)
            if message.state != "received":
                replies = await self.conversations.replies_to(session, message_id)
                return Outcome(tuple(said.as_reply() for said in replies), Triage(conversation.triage), case is not None)
            said = self.conversations.read(message)
            queued = case is not None and case.withdrawn_at is None
            withdrawn = case is not None and case.withdrawn_at is not None
            owned = case is not None and case.taken_by is not None
            first = await self._is_first(session, conversation, message)

        decision = await self._decide(conversation, said, queued=queued, withdrawn=withdrawn, owned=owned, first=first)

        if decision.slots is not None and decision.slots.get("wish") == "erase":
            return await self._erase(conversation, said, decision)
        outcome = await self._keep(conversation_id, message_id, decision)
        MESSAGES.labels(conversation.channel, decision.screening.triage.value).inc()
        self.bell.ring(conversation_id, QUEUE)
        return outcome

    async def _is_first(self, session: AsyncSession, conversation: Conversation, message: Message) -> bool:
        earlier = await self.conversations.messages(session, conversation.id)
        return not any(said.author == "person" and said.number < message.number for said in earlier)

    async def _decide(
        self, conversation: Conversation, said: Said, *, queued: bool, withdrawn: bool, owned: bool, first: bool
    ) -> _Decision:
        findings = self._findings(conversation)
        try:
            if self.assistant is None:
                raise AssistantMissing("No model is loaded.")
            screening = await self.assistant.understand(said.text, language_hint=None if first else conversation.language)
        except Exception as error:  # noqa: BLE001 - whatever failed, the person gets the number and the case is queued
            return self._without_understanding(conversation, said, findings, error, owned=owned)
        findings = findings.with_message(screening, said.number)
        language, offered = self._language(conversation, said.text, screening, first=first)
        if screening.language not in LANGUAGES:
            screening = replace(screening, language=language)
            unserved = len(words(said.text)) >= SWITCHING_WORDS and not said.text.startswith("@")
        else:
            unserved = False
        if owned:
            return _Decision(screening, findings, language, ())
        needs_person = screening.triage.needs_person or (findings.triage.needs_person and not queued and not withdrawn)
        act, wanted = self._act(said.text, screening, language)
        slots = {
            "language": language,
            "triage": findings.triage.value,
            "message_triage": screening.triage.value,
            "indicators": [name.value for name in findings.indicators],
            "speaker": findings.speaker.value,
            "form": "sms" if conversation.channel in SHORT_CHANNELS else "text",
            "quiet": conversation.quiet,
            "on_duty": self.on_duty(self.clock()),
            "wanted_language": wanted,
            "offered_language": offered,
            "wish": None,
        }
        if needs_person or queued:
            slots["handoff"] = "queued"
        state = None
        if conversation.dialogue is not None:
            state = self.conversations.vault.open(conversation.dialogue, f"dialogue:{conversation.id}")
        try:
            turn = await self.assistant.turn(said.text, act, slots=slots, state=state)
            if not turn.replies and turn.slots.get("wish") not in {"erase", "language"}:
                raise NothingSaid("The dialogue had nothing to say.")
        except Exception as error:  # noqa: BLE001 - as above
            failed = self._without_understanding(conversation, said, findings, error, owned=owned)
            return replace(failed, screening=screening, language=language, replies=self._fallback(conversation, language))
        replies = turn.replies
        if turn.slots.get("wish") == "language":
            language = wanted or (turn.slots.get("offered_language") or language)
            replies = replies or (self.wording.reply("language_changed", language),)
        if unserved:
            replies = (*self._unserved(), *replies)
        elif offered is not None and not screening.triage.needs_person:
            replies = (*replies, self.wording.reply("language_offer", offered, buttons=(f"lang_{offered}",)))
        reason = "screening" if needs_person else None
        if turn.slots.get("wish") in {"handoff", "cannot_leave"}:
            reason = reason or "asked"
        return _Decision(screening, findings, language, replies, reason, turn.slots, turn.state)

    def _act(self, text: str, screening: Screening, language: str) -> tuple[str, str | None]:
        pressed = button_language(text)
        named = pressed or self.lexicon.language_named(text)
        act = choose_act(
            text,
            screening,
            meaning=self.lexicon.meaning(text, language),
            named_language=named,
            trusted=screening.topic_confidence >= TRUSTED_TOPIC,
        )
        return act, named if act == "change_language" else None

    def _language(
        self, conversation: Conversation, text: str, screening: Screening, *, first: bool
    ) -> tuple[str, str | None]:
        """Return the language to answer in, and one to offer when the writing has changed."""
        written = screening.language
        if written not in LANGUAGES or written == conversation.language or text.startswith("@"):
            return conversation.language, None
        enough = len(words(text)) >= SWITCHING_WORDS
        if first or (enough and screening.triage.needs_person and not conversation.language_fixed):
            return written, None
        return conversation.language, written if enough else None

    def _unserved(self) -> tuple[Reply, ...]:
        return tuple(self.wording.reply("language_unserved", language, buttons=("language",)) for language in ("en", "pl"))

    def _findings(self, conversation: Conversation) -> Findings:
        if conversation.findings is None:
            return Findings()
        return Findings.from_json(self.conversations.vault.open_json(conversation.findings, f"findings:{conversation.id}"))

    def _without_understanding(
        self, conversation: Conversation, said: Said, findings: Findings, error: Exception, *, owned: bool
    ) -> _Decision:
        """Answer with fixed words from plain data, and queue the case: nobody knows how urgent it is."""
        FAILURES.labels("assistant").inc()
        log.error("answered_without_understanding", conversation=conversation.id, message=said.number, error=type(error).__name__)
        screening = Screening(language=conversation.language, triage=Triage.NONE)
        replies = () if owned else self._fallback(conversation, conversation.language)
        return _Decision(screening, findings, conversation.language, replies, "failure")

    def _fallback(self, conversation: Conversation, language: str) -> tuple[Reply, ...]:
        form = "quiet" if conversation.quiet else "sms" if conversation.channel in SHORT_CHANNELS else "text"
        return (self.wording.reply("failure", language, form=form),)

    async def _keep(self, conversation_id: str, message_id: str, decision: _Decision) -> Outcome:
        now = self.clock()
        async with self.database.transaction() as session:
            conversation = await self.conversations.get(session, conversation_id)
            message = await session.get(Message, message_id)
            if conversation is None or message is None:
                return Outcome((), Triage.NONE, handoff=False, erased=True)
            if message.state != "received":  # another process was faster
                replies = await self.conversations.replies_to(session, message_id)
                return Outcome(tuple(said.as_reply() for said in replies), Triage(conversation.triage), handoff=True)
            self._keep_understanding(session, conversation, message, decision, now)
            case = await self.queue.of_conversation(session, conversation_id)
            wish = (decision.slots or {}).get("wish")
            if decision.handoff_reason is not None:
                case, _ = await self.queue.open(
                    session, conversation, reason=decision.handoff_reason, triage=decision.findings.triage, now=now
                )
                await self.conversations.extend_for_case(session, conversation, now)
            elif wish == "withdraw" and case is not None:
                await self.queue.withdraw(session, case, now)
            # A consultant may have taken the conversation while the program was thinking: then they speak, not the program.
            taken = case is not None and case.taken_by is not None
            message.state = "unread" if taken else "answered"
            said = []
            if not taken:
                for reply in decision.replies:
                    said.append(await self._say(session, conversation, reply, now=now, answers=message_id))
            return Outcome(tuple(said), Triage(conversation.triage), handoff=case is not None and case.withdrawn_at is None)

    def _keep_understanding(
        self, session: AsyncSession, conversation: Conversation, message: Message, decision: _Decision, now: datetime
    ) -> None:
        vault = self.conversations.vault
        self.conversations.keep_screening(message, decision.screening)
        conversation.findings = vault.seal_json(decision.findings.as_json(), f"findings:{conversation.id}")
        conversation.speaker = decision.findings.speaker.value
        if decision.language != conversation.language:
            conversation.language = decision.language
        slots = decision.slots or {}
        if slots.get("wish") == "language":
            conversation.language_fixed = True
        if slots.get("wish") in {"quiet", "unquiet"}:
            conversation.quiet = slots["wish"] == "quiet"
        if decision.dialogue is not None:
            conversation.dialogue = vault.seal(decision.dialogue, f"dialogue:{conversation.id}")
        after = decision.findings.triage
        if after.rank > Triage(conversation.triage).rank:
            session.add(
                TriageChange(
                    conversation_id=conversation.id,
                    before=conversation.triage,
                    after=after.value,
                    changed_by="machine",
                    message_number=message.number,
                    changed_at=now,
                    expires_at=conversation.expires_at,
                )
            )
            conversation.triage = after.value

    async def _erase(self, conversation: Conversation, said: Said, decision: _Decision) -> Outcome:
        """Erase a conversation because the person said so, and say that it is done."""
        async with self.database.transaction() as session:
            await self.conversations.erase(session, conversation.id)
        log.info("conversation_erased", conversation=conversation.id, by="person")
        self.bell.ring(conversation.id, QUEUE)
        form = "sms" if conversation.channel in SHORT_CHANNELS else "text"
        done = self.wording.reply("delete_done", decision.language, form=form)
        return Outcome((replace(done, id="erased"),), Triage.NONE, handoff=False, erased=True)

    async def erase(self, conversation_id: str) -> None:
        """Erase a conversation at once and wholly."""
        async with self._turns.of(conversation_id):
            async with self.database.transaction() as session:
                await self.conversations.erase(session, conversation_id)
        log.info("conversation_erased", conversation=conversation_id, by="person")
        self.bell.ring(conversation_id, QUEUE)

    async def consultant_says(
        self, conversation_id: str, *, staff_id: str, text: str, language: str | None = None
    ) -> Reply | None:
        """Send a consultant's words; None when the conversation is gone or not theirs (any more)."""
        now = self.clock()
        async with self.database.transaction() as session:
            conversation = await self.conversations.get(session, conversation_id)
            case = await self.queue.of_conversation(session, conversation_id)
            if conversation is None or case is None or case.taken_by != staff_id:
                return None
            reply = Reply(text=printable(text)[:MAX_TEXT], language=language or conversation.language, author="consultant")
            said = await self._say(session, conversation, reply, now=now, staff_id=staff_id)
        self.bell.ring(conversation_id, QUEUE)
        return said

    async def _say(
        self,
        session: AsyncSession,
        conversation: Conversation,
        reply: Reply,
        *,
        now: datetime,
        answers: str | None = None,
        staff_id: str | None = None,
    ) -> Reply:
        message = await self.conversations.add_reply(
            session, conversation, reply, now=now, answers=answers, staff_id=staff_id
        )
        await outbox.enqueue(session, conversation, message, now)
        return replace(reply, id=str(message.number))

    async def recover(self) -> int:
        """Answer what a crash left unanswered; return how many messages that were."""
        async with self.database.transaction() as session:
            left = [(message.conversation_id, message.id) for message in await self.conversations.unanswered(session, before=self.clock())]
        for conversation_id, message_id in left:
            await self.answer(conversation_id, message_id)
        if left:
            log.warning("answered_after_restart", messages=len(left))
        return len(left)


class AssistantMissing(Exception):
    """There is no assistant: its model is missing or did not load."""


class NothingSaid(Exception):
    """The dialogue ended a turn without a text."""
