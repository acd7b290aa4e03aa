"""What passes between the dispatcher and a channel: an outbound message, and the ways in which sending it can end."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, Protocol

from bot.messages import Reply

Unreachable = Literal["stopped", "blocked", "gone"]


@dataclass(frozen=True, kw_only=True)
class Outbound:
    """One part of a reply, with all that a channel needs to send it: its choices stand in the text where the channel has no buttons.

    `attempt` says by which claim of its row it is sent: see bot/storage/claims.py.
    """

    delivery_id: int
    attempt: int
    conversation_id: str
    channel: str
    address: str
    reply: Reply
    quiet: bool = False
    part: int = 0
    uncertain: int = 0
    created_at: datetime


class NotNow(Exception):
    """The provider certainly did not take it and may take it later; `wait` when it said when, for `everybody` or this person."""

    def __init__(self, code: str, *, wait: timedelta | None = None, everybody: bool = False) -> None:
        super().__init__(code)
        self.code, self.wait, self.everybody = code, wait, everybody


class Refused(Exception):
    """The provider will never take it; `reachable` says what that means for the conversation."""

    def __init__(self, code: str, *, reachable: Unreachable | None = None) -> None:
        super().__init__(code)
        self.code, self.reachable = code, reachable


class Uncertain(Exception):
    """The provider may have taken it: no answer came."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class CannotTell(Exception):
    """Whether it was taken will never be known, and sending it once more would do more harm than good."""


class Sender(Protocol):
    """A channel's way out."""

    def parts(self, outbound: Outbound) -> int:
        """Return how many messages the reply needs."""
        ...

    async def send(self, outbound: Outbound) -> str:
        """Send a part and return the provider's id of it; raises NotNow, Refused or Uncertain."""
        ...

    async def look_up(self, outbound: Outbound) -> str | None:
        """Return the provider's id of a part that may have been taken, None when it may be sent; raises NotNow or CannotTell."""
        ...
