"""How many come from one network at a time: who comes alone is never asked for anything, who comes in a wave is.

A count is kept in memory for as long as it is not full again, some minutes, and is never written. The numbers are guesses on the safe
side: a shelter's whole house behind one address writes at once, and the hotline has about 7,000 calls a year (kcik.pl), 20 a day.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from bot.channels.webchat.networks import Address, prefix

MOST_KEPT: Final = 100_000  # networks; some megabytes

Verdict = Literal["in", "proof", "busy"]


@dataclass(frozen=True)
class Rate:
    """So many at once, and so many a minute from then on."""

    burst: int
    per_minute: int


@dataclass(frozen=True)
class NetworkSize:
    """Networks of one size: how many come in without being asked for anything, and how many more with a proof."""

    v4: int
    v6: int
    free: Rate
    proven: Rate


# A provider gives a customer a /48 of version 6, and a house one address of version 4. Who has many such networks is of one provider:
# there the bound is so wide that one network cannot use it up, so that nobody beside it notices.
NETWORK_SIZES: Final = (
    NetworkSize(24, 48, free=Rate(60, 20), proven=Rate(60, 120)),
    NetworkSize(16, 32, free=Rate(600, 300), proven=Rate(600, 600)),
)


class TokenBucket:
    """What is left of a rate for each who draws on it."""

    def __init__(self, rate: Rate, clock: Callable[[], datetime]) -> None:
        self.rate = rate
        self.clock = clock
        self._left: dict[Hashable, tuple[float, datetime]] = {}

    def holds(self, who: Hashable) -> bool:
        """Say whether there is something left."""
        return self._now(who) >= 1

    def take(self, who: Hashable) -> None:
        """Draw one."""
        left = self._now(who) - 1
        self._left[who] = (left, self.clock())
        if len(self._left) > MOST_KEPT:
            self._forget()

    def _now(self, who: Hashable) -> float:
        if who not in self._left:
            return self.rate.burst
        left, since = self._left[who]
        return min(self.rate.burst, left + max(0.0, (self.clock() - since).total_seconds()) * self.rate.per_minute / 60)

    def _forget(self) -> None:
        """Drop what is full again, or nearest to it."""
        fullest = sorted(self._left, key=self._now, reverse=True)
        for place, who in enumerate(fullest):
            if place >= MOST_KEPT // 10 and self._now(who) < self.rate.burst:
                break
            del self._left[who]


class NetworkLimiter:
    """Counts who comes for one thing, by network."""

    def __init__(self, clock: Callable[[], datetime], sizes: tuple[NetworkSize, ...]) -> None:
        self._sizes = [(size, TokenBucket(size.free, clock), TokenBucket(size.proven, clock)) for size in sizes]

    def admit(self, address: Address | None, *, proven: bool) -> Verdict:
        """Let somebody in and count them, or say what is missing; those whose address nobody knows are one wide network."""
        drawn = []
        for size, free, more in self._sizes if address is not None else self._sizes[-1:]:
            who = prefix(address, v4=size.v4, v6=size.v6) if address is not None else b""
            bucket = free if free.holds(who) else more
            if bucket is more and not proven:
                return "proof"
            if not bucket.holds(who):
                return "busy"
            drawn.append((bucket, who))
        for bucket, who in drawn:
            bucket.take(who)
        return "in"
