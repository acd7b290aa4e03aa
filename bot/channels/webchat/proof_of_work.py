"""A small work that a telephone does in a second, and that is dear to whoever wants to come in a thousand times.

Of a ticket and a number, the SHA-256 of `ticket:puzzle:number` has to begin with some zero bits. Several small puzzles in place of a
large one take everybody about the same time. bot/channels/webchat/frontend/static/work.js does it in the page.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from bot.channels.webchat.signed_tickets import Tickets
from bot.storage.vault import Vault

HEADER: Final = "Frontdoor-Work"
PUZZLES: Final = 8
BITS: Final = 12  # 8 · 2^12 = 33,000 tries on average: see docs/channels.md
LASTS: Final = timedelta(minutes=5)  # also on a telephone that is slow, or goes to sleep meanwhile
_MOST_DIGITS: Final = 9


class ProofOfWork:
    """Gives work out, and knows it when it is done; each ticket opens once."""

    def __init__(self, vault: Vault, clock: Callable[[], datetime]) -> None:
        self.tickets = Tickets(vault, clock, purpose="work", random_bytes=9)
        self.clock = clock
        self._used: dict[str, datetime] = {}  # those that would still be good, the oldest first

    def given(self) -> str:
        """Return a new work, as the header tells it: ticket, puzzles, zero bits."""
        return f"{self.tickets.new()} {PUZZLES} {BITS}"

    def done(self, answer: str) -> bool:
        """Say whether the answer to a work, `ticket number number …`, is right, in time and the first."""
        ticket, *numbers = answer.split(" ")
        age = self.tickets.age(ticket)
        if age is None or age > LASTS or ticket in self._used or len(numbers) != PUZZLES:
            return False
        return all(solves(ticket, puzzle, number) for puzzle, number in enumerate(numbers))

    def use_up(self, answer: str) -> None:
        """Let an answer open nothing any more."""
        now = self.clock()
        while self._used and now - self._used[first := next(iter(self._used))] > LASTS:
            del self._used[first]
        self._used[answer.split(" ", maxsplit=1)[0]] = now


def solves(ticket: str, puzzle: int, number: str) -> bool:
    """Say whether a number solves a puzzle."""
    if not (number.isascii() and number.isdecimal() and len(number) <= _MOST_DIGITS):
        return False
    digest = hashlib.sha256(f"{ticket}:{puzzle}:{number}".encode()).digest()
    return int.from_bytes(digest[:4]) >> (32 - BITS) == 0
