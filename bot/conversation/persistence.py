"""What is kept of a decision: findings, language, report, arrangements, the dialogue's state, what is said; sealed where it holds words."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.conversation.decision import Decision
from bot.delivery import outbox
from bot.handoff.waves import bring_one_back, likeness_of, pattern_of
from bot.messages import Reply, Triage
from bot.storage.conversations import ConversationStore
from bot.storage.tables import Conversation, Handoff, Message, TriageChange
from bot.storage.vault import Vault


async def keep(
    conversations: ConversationStore,
    session: AsyncSession,
    conversation: Conversation,
    message: Message,
    *,
    text: str,
    case: Handoff | None,
    decision: Decision,
    now: datetime,
) -> None:
    """Put what was understood and decided into a conversation; a triage that rises is noted with the message that raised it.

    `text` is the message's, `case` that of the conversation which is not closed.
    """
    vault = conversations.vault
    conversations.keep_screening(message, decision.screening, commands=decision.commands.as_json())
    conversation.findings = vault.seal_json(decision.findings.as_json(), f"findings:{conversation.id}")
    conversation.speaker = decision.findings.speaker.value
    if decision.language != conversation.language:
        conversation.language = decision.language
    if decision.report is not None:
        conversation.report = vault.seal_json(dict(decision.report), f"report:{conversation.id}")
    if decision.arranged:
        known = conversations.arranged(conversation)
        conversation.arranged = vault.seal_json({**known, **decision.arranged}, f"arranged:{conversation.id}")
    if decision.language_chosen:
        conversation.language_fixed = True
    if decision.quiet is not None:
        conversation.quiet = decision.quiet
    if decision.dialogue is not None:
        conversation.dialogue = vault.seal(decision.dialogue, f"dialogue:{conversation.id}")
    likeness = _mark(conversations.vault, conversation, text, decision)
    if case is not None and case.set_aside_as is not None:
        await bring_one_back(session, conversation.id, unless=likeness)
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


async def say(
    conversations: ConversationStore,
    session: AsyncSession,
    conversation: Conversation,
    reply: Reply,
    *,
    now: datetime,
    handed_over: bool,
    answers: str | None = None,
    staff_id: str | None = None,
    external_id: str | None = None,
    regardless: bool = False,
) -> Reply:
    """Store what is said in a conversation, and put it into the outbox where the channel pushes; return it with its number."""
    message = conversations.add_reply(
        session,
        conversation,
        reply,
        now=now,
        handed_over=handed_over,
        answers=answers,
        staff_id=staff_id,
        external_id=external_id,
    )
    await outbox.enqueue(session, conversation, message, now, regardless=regardless)
    return replace(reply, id=str(message.number))


def _mark(vault: Vault, conversation: Conversation, text: str, decision: Decision) -> str:
    """Give a conversation the marks by which it is known as one of many alike; return that of the message's words."""
    channel, triage = conversation.channel, decision.findings.triage
    likeness = likeness_of(vault, text, channel=channel, language=decision.screening.language)
    if decision.handoff_reason is not None or conversation.likeness is None:
        conversation.likeness = likeness
    signs = decision.findings.indicators
    conversation.pattern = pattern_of(vault, signs, channel=channel, language=decision.language, triage=triage)
    return likeness
