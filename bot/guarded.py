"""The decision on a message with what guards it: the time of a turn, and the lists of danger where no model read it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from bot.danger import DangerWords
from bot.decision import Decider, Decision
from bot.lexicon import Lexicon
from bot.patience import Patience
from bot.standing import Standing
from bot.storage.conversations import ConversationStore, Said
from bot.storage.tables import Conversation
from bot.understanding import Understanding
from bot.wording import Wording


class GuardedDecider(Decider):
    """A decider that waits for its assistant `turn_seconds` in a turn."""

    def __init__(
        self,
        *,
        assistant: Understanding | None,
        wording: Wording,
        lexicon: Lexicon,
        conversations: ConversationStore,
        now: Callable[[], datetime],
        on_duty: Callable[[datetime], bool],
        turn_seconds: float,
    ) -> None:
        self.patience = Patience(assistant, seconds=turn_seconds) if assistant is not None else None
        super().__init__(
            assistant=self.patience, wording=wording, lexicon=lexicon, conversations=conversations, now=now, on_duty=on_duty
        )
        self.danger = DangerWords.load(lexicon)

    @property
    def understands(self) -> bool:
        """Say whether there is a model, and it answers in time."""
        return self.patience is not None and not self.patience.stuck

    async def decide(self, conversation: Conversation, said: Said, standing: Standing) -> Decision:
        """Return what comes of a message; never raises for a failure of understanding or dialogue, nor waits for one for ever."""
        if self.patience is None:
            return self.danger.raised(await super().decide(conversation, said, standing), said.text)
        with self.patience.limit():
            return self.danger.raised(await super().decide(conversation, said, standing), said.text)
