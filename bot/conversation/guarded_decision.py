"""The decision on a message with what guards it: the time of a turn, the lists of danger when no model read it, a consultant's block.

And nobody reads the same text twice in a row.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import replace
from datetime import datetime
from typing import Final

from bot.conversation.assistant_interface import AssistantInPieces
from bot.conversation.corrections import Corrections
from bot.conversation.danger_phrases import DangerWords
from bot.conversation.decision import Circumstances, Decider, Decision
from bot.conversation.time_limit import TimeLimit
from bot.language.lexicon import Lexicon
from bot.language.wording import Wording
from bot.messages import Reply, Screening, Triage
from bot.storage.conversations import ConversationStore, OpenedMessage
from bot.storage.tables import Conversation

BLOCKED_TEXT: Final = "spend_limited"  # few texts come here for now, messages are kept, the numbers: all of which is so
OF_THEIR_OWN: Final = ("@delete", "@lang_", "@language")


class GuardedDecider(Decider):
    """A decider that waits for its assistant as long as a turn may last; `turn_seconds` is how long the model may take at once."""

    def __init__(
        self,
        *,
        assistant: AssistantInPieces | None,
        wording: Wording,
        lexicon: Lexicon,
        conversations: ConversationStore,
        corrections: Corrections,
        now: Callable[[], datetime],
        on_duty: Callable[[datetime], bool],
        turn_seconds: float,
    ) -> None:
        self.time_limit = TimeLimit(assistant, seconds=turn_seconds) if assistant is not None else None
        super().__init__(
            assistant=self.time_limit,
            wording=wording,
            lexicon=lexicon,
            conversations=conversations,
            corrections=corrections,
            now=now,
            on_duty=on_duty,
        )
        self.danger = DangerWords.load(lexicon)

    @property
    def understands(self) -> bool:
        """Say whether there is a model, and it answers in time."""
        return self.time_limit is not None and not self.time_limit.stuck

    async def decide(self, conversation: Conversation, said: OpenedMessage, circumstances: Circumstances) -> Decision:
        """Return what comes of a message; never raises for a failure of understanding or dialogue, nor waits for one for ever."""
        blocked = conversation.blocked_at is not None
        if blocked and not self._decides_of_own(conversation, said):
            return self._turned_away(conversation)
        with self.time_limit.limit(said.text) if self.time_limit is not None else nullcontext():
            decision = await super().decide(conversation, said, circumstances)
        decision = replace(decision, replies=self._varied(decision.replies, circumstances.said_last))
        decision = self.danger.raised(decision, said.text)
        return replace(decision, handoff_reason=None) if blocked else decision

    def _turned_away(self, conversation: Conversation) -> Decision:
        """Give somebody whom a consultant blocked the numbers, and keep what they write; what is theirs to decide they still decide."""
        unread = Screening(language=conversation.language, triage=Triage.NONE)
        findings = self.conversations.findings(conversation)
        return Decision(unread, findings, conversation.language, (self.notices.reply(BLOCKED_TEXT, conversation),))

    def _decides_of_own(self, conversation: Conversation, said: OpenedMessage) -> bool:
        """Say whether a message is about being written to, about erasing, or about the language."""
        if self.notices.steering(conversation, said) is not None or said.text.startswith(OF_THEIR_OWN):
            return True
        erases = self.lexicon.meaning(said.text, conversation.language) == "delete"
        return erases or self.lexicon.orders_erasure(said.text, conversation.language)

    def _varied(self, replies: tuple[Reply, ...], last: str | None) -> tuple[Reply, ...]:
        """Return replies of which none is the same as the text before it: it begins with "once more" then."""
        varied: list[Reply] = []
        for reply in replies:
            prefix = self.wording.text("again", reply.language)
            again = reply.text == last and not reply.text.startswith(prefix)
            last = f"{prefix} {reply.text}" if again else reply.text
            varied.append(replace(reply, text=last))
        return tuple(varied)
