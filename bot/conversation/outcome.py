"""What came of one message."""

from __future__ import annotations

from dataclasses import dataclass

from bot.messages import Reply, Triage


@dataclass(frozen=True)
class Outcome:
    """What came of one message: the replies, and what is known of the conversation now; `number` is the message's, while it is there."""

    replies: tuple[Reply, ...]
    triage: Triage
    handoff: bool
    erased: bool = False
    number: int | None = None
    said: tuple[str, ...] = ()
    commands: tuple[str, ...] = ()
