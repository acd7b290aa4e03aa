"""What happens to one message, from receipt to reply: the story of the program, readable from top to bottom.

A channel hands over an Inbound. It is stored once; the conversation's turn is taken; what comes of the message is decided
(bot/conversation/decision.py); the replies, the case in the queue and the outbox are stored in one transaction. A failure on the way never
leaves a person without the number, nor the hotline without the case.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Final, Literal

import structlog
from prometheus_client import Counter, Histogram
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from bot.conversation.assistant_interface import AssistantInPieces
from bot.conversation.consultants import Consultants
from bot.conversation.contact_counts import count_contact
from bot.conversation.context import ContextReader, start_of
from bot.conversation.corrections import Corrections
from bot.conversation.decision import Decision
from bot.conversation.edition import Editions
from bot.conversation.erasure import Erasure
from bot.conversation.guarded_decision import GuardedDecider
from bot.conversation.outcome import Outcome
from bot.conversation.persistence import keep, say
from bot.conversation.recovery import recover
from bot.conversation.reply_limits import Allowance
from bot.delivery import outbox
from bot.delivery.channel_traits import traits_of
from bot.dialogue.answers import Library
from bot.handoff.queue import HandoffQueue, waits
from bot.language.lexicon import Lexicon
from bot.language.normalise import printable
from bot.language.wording import Wording
from bot.messages import LANGUAGES, Inbound, Reply, Triage, higher
from bot.runtime.live_events import OUTBOX, QUEUE, ConversationTurns, LiveEvents
from bot.storage.conversations import ConversationStore, OpenedMessage
from bot.storage.corrections import CorrectionStore
from bot.storage.database import Database
from bot.storage.receipts import Replayed, first_time, taken
from bot.storage.residual_data import ResidualData
from bot.storage.tables import Conversation, Handoff, Message

log = structlog.get_logger()

MAX_TEXT: Final = 20_000  # characters of a person's message; the channels refuse longer ones, nothing is cut here

MESSAGES = Counter("frontdoor_messages", "Messages of people, by channel and triage.", ["channel", "triage"])
SET_ASIDE = Counter(
    "frontdoor_messages_set_aside", "Messages that nobody can read, because what is stored of them does not open."
)
ANSWER_SECONDS = Histogram(
    "frontdoor_answer_seconds",
    "Time from taking a message's turn to its stored replies.",
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5),
)


_GONE: Final = Outcome((), Triage.NONE, handoff=False, erased=True)


class FrontDoor:
    """Receives messages from the channels and sees to it that each is answered."""

    def __init__(
        self,
        *,
        database: Database,
        residual_data: ResidualData,
        conversations: ConversationStore,
        queue: HandoffQueue,
        assistant: AssistantInPieces | None,
        wording: Wording,
        lexicon: Lexicon,
        library: Library,
        live_events: LiveEvents,
        clock: Callable[[], datetime],
        on_duty: Callable[[datetime], bool] = lambda _now: True,
        person_daily: int = 80,
        total_daily: int = 3000,
        turn_seconds: float = 10.0,
        language: str = "pl",
    ) -> None:
        self.database = database
        self.language = language
        self.conversations = conversations
        self.queue = queue
        self.wording = wording
        self.corrections = Corrections(CorrectionStore(conversations.vault))
        self.decider = GuardedDecider(
            assistant=assistant,
            wording=wording,
            lexicon=lexicon,
            conversations=conversations,
            corrections=self.corrections,
            now=clock,
            on_duty=on_duty,
            turn_seconds=turn_seconds,
        )
        self.allowance = Allowance(self.decider.notices, conversations.vault, person_daily=person_daily, total_daily=total_daily)
        self.editions = Editions(library, wording)
        self.context = ContextReader(conversations, self.editions, self.corrections)
        self.live_events = live_events
        self.clock = clock
        self.consultants = Consultants(
            database=database,
            conversations=conversations,
            queue=queue,
            notices=self.decider.notices,
            live_events=live_events,
            clock=clock,
        )
        self.erasure = Erasure(
            database=database, residual_data=residual_data, conversations=conversations, live_events=live_events, clock=clock
        )
        self.turns = ConversationTurns()

    async def greet(
        self, *, channel: str, pseudonym: str, language: str, also: str | None = None, brief: bool = False
    ) -> list[Reply]:
        """Open a conversation and say who is answering; a conversation that is open already gets nothing new.

        `also` is a second language for somebody whose own is not served; `brief` is for a page that shows the numbers by itself.
        """
        now = self.clock()
        async with self.database.transaction() as session:
            if await self.conversations.find(session, channel, pseudonym) is not None:
                return []
            conversation = await self.conversations.open(
                session, channel=channel, pseudonym=pseudonym, language=language, address=None, now=now
            )
            languages = [language] if also in (None, language) else [language, also]
            return [
                await say(
                    self.conversations,
                    session,
                    conversation,
                    self.decider.notices.greeting(conversation, wanted, brief=brief),
                    now=now,
                    handed_over=False,
                )
                for wanted in languages
            ]

    async def receive(self, inbound: Inbound) -> Outcome:
        """Store a message and answer it; the same message again gives the same answer and changes nothing."""
        conversation_id, message_id = await self.accept(inbound)
        return await self.answer(conversation_id, message_id)

    async def accept(self, inbound: Inbound) -> tuple[str, str]:
        """Store a message once; return the ids of its conversation and of itself, for `answer`.

        Raises Replayed for a message that was taken before and erased since.
        """
        vault = self.conversations.vault
        inbound, pushes = replace(inbound, text=printable(inbound.text)), traits_of(inbound.channel).pushes
        for attempt in (1, 2):
            try:
                async with self.database.transaction() as session:
                    if pushes and not await first_time(
                        session, vault, channel=inbound.channel, external_id=inbound.external_id, now=inbound.received_at
                    ):
                        return await self._taken_before(session, inbound)
                    conversation = await self.conversations.open(
                        session,
                        channel=inbound.channel,
                        pseudonym=inbound.pseudonym,
                        language=inbound.language_hint if inbound.language_hint in LANGUAGES else self.language,
                        address=inbound.address,
                        now=inbound.received_at,
                    )
                    if pushes and inbound.address is None and conversation.reachable == "yes":
                        conversation.reachable = "no_address"
                    return conversation.id, await self.conversations.accept(session, conversation, inbound)
            except IntegrityError:  # another process stored the same person's first message in the same moment
                if attempt == 2:
                    raise
        raise AssertionError("unreachable")

    async def knows(self, inbound: Inbound) -> bool:
        """Say whether a message of a webhook was taken before."""
        async with self.database.reading() as session:
            vault = self.conversations.vault
            return await taken(session, vault, channel=inbound.channel, external_id=inbound.external_id)

    async def _taken_before(self, session: AsyncSession, inbound: Inbound) -> tuple[str, str]:
        conversation = await self.conversations.find(session, inbound.channel, inbound.pseudonym)
        known = conversation and await self.conversations.by_external_id(session, conversation.id, inbound.external_id)
        if not conversation or not known:
            raise Replayed(f"A message on {inbound.channel} came again after its conversation was erased.")
        number = inbound.details.get("message_id")
        if isinstance(number, int):
            await self.conversations.add_to_album(session, known.id, number)
        return conversation.id, known.id

    async def set_reachable(self, *, channel: str, pseudonym: str, reachable: Literal["yes", "blocked", "gone"]) -> None:
        """Note what a channel says about a person: that they blocked us, or let us in again; STOP is not undone by it."""
        async with self.database.transaction() as session:
            conversation = await self.conversations.find(session, channel, pseudonym)
            if conversation is None or conversation.reachable == "stopped":
                return
            conversation.reachable = reachable
        self.live_events.publish(conversation.id, QUEUE)

    async def answer(self, conversation_id: str, message_id: str) -> Outcome:
        """Take the conversation's turn and answer one stored message, if nobody has yet; earlier ones go first."""
        async with self.turns.of(conversation_id):
            with ANSWER_SECONDS.time():
                answered, outcome = None, None
                while answered != message_id or outcome is None:
                    answered, outcome = await self._answer_next(conversation_id, message_id)
                return outcome

    async def _answer_next(self, conversation_id: str, message_id: str) -> tuple[str, Outcome | None]:
        """Answer the message whose turn it is, up to one; return its id and what came of it.

        Nothing came of it when another process changed what the decision started from: it must be decided again.
        """
        async with self.database.reading() as session:
            next_one = await self.context.read(session, conversation_id, message_id)
            if next_one is None:
                return message_id, _GONE
            conversation, message, case = next_one.conversation, next_one.message, next_one.case
            if message.state != "received":
                return message.id, await self._answered(session, conversation, message, case)
        opened = next_one.said
        if opened is None:
            return message.id, await self._set_aside(conversation_id, message.id)
        said = self.context.as_chosen(conversation, opened, next_one.last, next_one.circumstances.edition.wording)

        decision = await self.decider.decide(conversation, said, next_one.circumstances)

        if decision.erase:
            return message.id, await self._erase(conversation, said, decision)
        outcome = await self._keep(conversation, opened, decision)
        if outcome is None:
            log.info("decided_again", conversation=conversation_id)
        else:
            MESSAGES.labels(conversation.channel, decision.screening.triage.value).inc()
            self.live_events.publish(conversation_id, QUEUE, OUTBOX)
        return message.id, outcome

    async def _set_aside(self, conversation_id: str, message_id: str) -> Outcome:
        """Put a message aside that does not open, so that it holds up nobody: fixed words for its person, a case for the hotline."""
        now = self.clock()
        async with self.database.transaction() as session:
            found = await self.context.locked(session, conversation_id, message_id)
            if found is None:
                return _GONE
            conversation, (message, case, _) = found
            if message.state != "received":
                return await self._answered(session, conversation, message, case)
            triage = Triage(conversation.triage)
            message.state = "unreadable"
            replies: tuple[Reply, ...] = ()
            if conversation.reachable != "stopped" and (case is None or case.taken_by is None):
                failure = self.decider.notices.reply("failure", conversation)
                replies = await self.allowance.within(session, conversation, (failure,), triage=triage, now=now)
            await self.queue.put(session, conversation, case, reason="failure", triage=triage, now=now)
            await self.conversations.extend_for_case(session, conversation, now)
            said = [
                await say(self.conversations, session, conversation, reply, now=now, handed_over=True, answers=message_id)
                for reply in replies
            ]
        log.error("message_set_aside", conversation=conversation_id, message=message.number)
        SET_ASIDE.inc()
        self.live_events.publish(conversation_id, QUEUE, OUTBOX)
        return Outcome(tuple(said), triage, handoff=True, number=message.number)

    async def _answered(
        self, session: AsyncSession, conversation: Conversation, message: Message, case: Handoff | None
    ) -> Outcome:
        """Return what came of a message that was answered before."""
        replies = tuple(said.as_reply() for said in await self.conversations.replies_to(session, message.id))
        return Outcome(replies, Triage(conversation.triage), handoff=waits(case), number=message.number)

    async def _keep(self, before: Conversation, said: OpenedMessage, decision: Decision) -> Outcome | None:
        """Store a decision with all that comes of it; None when its conversation is not as it was before it any more."""
        now = self.clock()
        async with self.database.transaction() as session:
            found = await self.context.locked(session, before.id, said.id)
            if found is None:
                return _GONE
            conversation, (message, case, handed_over) = found
            if message.state != "received":
                return await self._answered(session, conversation, message, case)
            if start_of(conversation) != start_of(before):
                return None
            await keep(self.conversations, session, conversation, message, text=said.text, case=case, decision=decision, now=now)
            count_contact(session, self.conversations.vault, conversation, decision, case=case, now=now)
            if (reason := decision.handoff_reason) is not None:
                triage = decision.findings.triage
                case, _ = await self.queue.put(session, conversation, case, reason=reason, triage=triage, now=now)
                await self.conversations.extend_for_case(session, conversation, now)
            elif decision.withdraw and case is not None:
                await self.queue.withdraw(session, case, now)
            # A consultant may have taken the conversation while the program was thinking: then they speak, not the program.
            taken = case is not None and case.taken_by is not None
            message.state = "unread" if taken else "answered"
            if decision.reachable is not None:
                conversation.reachable = decision.reachable
                if decision.reachable == "stopped":
                    await outbox.cancel_due(session, conversation.id, now, "stopped")
            replies_now = decision.replies if decision.regardless or not taken else ()
            if not decision.regardless:
                triage = higher(decision.screening.triage, Triage(conversation.triage))
                replies_now = await self.allowance.within(session, conversation, replies_now, triage=triage, now=now)
            replies = [
                await say(
                    self.conversations,
                    session,
                    conversation,
                    reply,
                    now=now,
                    handed_over=handed_over or case is not None,
                    answers=message.id,
                    regardless=decision.regardless,
                )
                for reply in replies_now
            ]
            return Outcome(
                tuple(replies),
                Triage(conversation.triage),
                waits(case),
                number=message.number,
                said=decision.said,
                commands=tuple(map(str, decision.commands.all)),
            )

    async def _erase(self, conversation: Conversation, said: OpenedMessage, decision: Decision) -> Outcome:
        """Erase a conversation because the person said so, and say that it is done."""
        key = "delete_done" if traits_of(conversation.channel).keeps_messages else "delete_done_page"
        done = self.decider.notices.reply(key, conversation, decision.language)
        await self.erasure.erase(conversation.id, (done,), decision)
        return Outcome((replace(done, id="erased"),), Triage.NONE, handoff=False, erased=True)

    async def erase(self, conversation_id: str) -> None:
        """Erase a conversation at once and wholly."""
        async with self.turns.of(conversation_id):
            await self.erasure.erase(conversation_id)

    async def recover(self) -> int:
        """Answer what a crash left unanswered; return how many messages that were."""
        return await recover(self)
