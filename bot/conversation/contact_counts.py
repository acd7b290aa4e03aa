"""Counts contacts for the reports: one person on one channel, on one day, however much they write."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncSession

from bot.conversation.decision import Decision
from bot.messages import Triage, higher
from bot.storage.case_events import note_event
from bot.storage.counts import count, day_of
from bot.storage.gaps import count_gaps
from bot.storage.tables import Conversation, Handoff
from bot.storage.vault import Vault

SMALL_TALK: Final = frozenset({"", "greet", "goodbye", "thanks", "affirm", "deny", "repeat"})


def count_contact(
    session: AsyncSession,
    vault: Vault,
    conversation: Conversation,
    decision: Decision,
    *,
    case: Handoff | None,
    now: datetime,
) -> None:
    """Count a person's message: the first of the day as a contact, later ones where they change what the contact counts as.

    A contact counts with its highest triage and its latest language, once with each topic that is no small talk, and once with each
    kind of question that found no answer. Other systems are told that the person of an open case wrote.
    """
    if case is not None:
        note_event(session, case.id, "written", triage=case.triage, now=now)
    triage, language, topic = decision.findings.triage, decision.language, decision.screening.topic
    place, day = f"counted:{conversation.id}", day_of(now)
    before: dict[str, Any] = vault.read_json(conversation.counted, place, {})
    if before.get("day") != day:
        count(session, now, "contacts")
        count(session, now, "channel", conversation.channel)
        before = {"day": day, "topics": [], "gaps": []}
    highest = higher(Triage(before.get("triage", triage)), triage).value
    for measure, value in (("language", language), ("triage", highest)):
        if before.get(measure) != value:
            count(session, now, measure, value)
            if measure in before:
                count(session, now, measure, before[measure], by=-1)
    topics = before["topics"]
    if topic not in SMALL_TALK and topic not in topics:
        count(session, now, "topic", topic)
        topics = [*topics, topic]
    gaps = before.get("gaps", [])
    if new := [nearest for nearest in decision.gaps if nearest not in gaps]:
        count_gaps(session, now, new, language)
        gaps = [*gaps, *new]
    after = {"day": day, "language": language, "triage": highest, "topics": topics, "gaps": gaps}
    if after != before:
        conversation.counted = vault.seal_json(after, place)
