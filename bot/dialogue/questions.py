"""Which answers a message asks for: as one question, or as several that stand beside one another."""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Final

from bot.dialogue.commands import ASK, UNKNOWN, Command
from bot.dialogue.retrieval import MOST_CHOICES, Found

MOST_QUESTIONS: Final = 3
BESIDE: Final = 0.06  # how much farther than the nearest an answer may be to stand beside it as a button
# What a clause that asks and gets no answer may mean is a button, from this likelihood on and so much below the nearness of an answer:
# of 285 questions of the long validation messages that get none 103 are a button then, 78 without it.
OFFERED: Final = 0.8
BEHIND: Final = 0.3
AS_GOOD: Final = 3  # answers of a clause, one of which may be given for another part
NOTHING_ELSE: Final = 0.5  # a clause that asks less than this is not what was left out


@dataclass(frozen=True)
class Reading:
    """How a message is read: what the whole has ahead of its clauses, what each further question costs, how much farther answers may be."""

    whole: float
    further: float
    farther: float


# Chosen with the weight of the whole in its clauses (`bot.dialogue.retrieval`) on 882 validation messages, where what is right counts 1
# and what is wrong -0.5. Read alike, whether or not several questions are heard, 828 of 1,201 questions are answered, and 198 wrong
# answers given; read in these two ways 847 and 210, and of 323 messages with several questions 152 get all of it and nothing else (136).
AS_ONE: Final = Reading(whole=0.2, further=0.1, farther=0.0)
AS_SEVERAL: Final = Reading(whole=0.0, further=0.0, farther=0.15)


@dataclass(frozen=True)
class Part:
    """A message or one of its clauses: how likely it asks, the answers nearest to it, the nearest first, and its words."""

    asks: float
    near: tuple[Found, ...]
    words: str = ""

    @property
    def nearness(self) -> float:
        """Return how near the nearest answer is; far away where there is none."""
        return self.near[0].nearness if self.near else -1.0

    def chosen(self, between: float) -> str:
        """Return the nearest answer, or two of them with a bar where they are too near each other to choose."""
        if len(self.near) > 1 and self.near[0].nearness - self.near[1].nearness < between:
            return "|".join(found.answer for found in self.near[:MOST_CHOICES])
        return self.near[0].answer


def questions(whole: Part, clauses: Sequence[Part], *, bar: float, between: float, several: bool) -> list[Command]:
    """Return the questions of a message, the surest first; UNKNOWN for what asks and has no answer near enough, also beside others.

    `bar` is the nearness from which an answer is given, `between` the lead below which two are offered; `several`: the message asks for
    more than one thing.
    """
    reading = AS_SEVERAL if several else AS_ONE
    bar -= reading.farther
    parts = _asked(whole, clauses, bar, reading)
    values = list(dict.fromkeys(part.chosen(between) for part in parts))
    clear = [value for place, value in enumerate(values) if place == 0 or "|" not in value]
    # What the message means as a whole stands beside what its clauses ask: a clause alone has lost what it speaks of.
    meant = (*parts, whole) if parts else (max((whole, *clauses), key=lambda one: one.nearness),)
    given = {name for value in clear for name in value.split("|")}
    offered = (part.near[0].answer for part in clauses if clear and _may_be_offered(part, given, bar))
    nearest = dict.fromkeys((*offered, *(name for part in meant for name in _beside(part))))
    found = [Command(ASK, value, whole.asks) for value in clear] or [Command(ASK, UNKNOWN, whole.asks)]
    if several and len(clear) == 1:
        left = _left_out(whole, clauses, given)
        found.append(Command(ASK, UNKNOWN, left.asks, left.words, tuple(_nearest(left, MOST_CHOICES))))
    return [replace(found[0], near=tuple(name for name in nearest if name not in given)), *found[1:]]


def _asked(whole: Part, clauses: Sequence[Part], bar: float, reading: Reading) -> list[Part]:
    """Return the parts that say together most clearly what is asked: the whole, or some of its clauses; none where none is near."""
    near = sorted((part for part in clauses if part.nearness >= bar), key=lambda part: -part.nearness)[:MOST_QUESTIONS]
    some_of = [list(some) for count in range(1, len(near) + 1) for some in combinations(near, count) if _differ(some)]
    worth = [(sum(part.nearness - bar for part in some) - reading.further * (len(some) - 1), some) for some in some_of]
    if whole.nearness >= bar:
        worth.append((whole.nearness - bar + reading.whole, [whole]))
    return max(worth, key=lambda one: one[0])[1] if worth else []


def _left_out(whole: Part, clauses: Sequence[Part], given: Set[str]) -> Part:
    """Return what of a message that asks for several things got no answer: the clause that asks most surely; else what else it may mean."""
    others = (part for part in clauses if part.asks >= NOTHING_ELSE and given.isdisjoint(_nearest(part, AS_GOOD)))
    rest = Part(whole.asks, tuple(found for found in whole.near if found.answer not in given))
    return max(others, key=lambda part: part.asks, default=rest)


def _may_be_offered(part: Part, given: Set[str], bar: float) -> bool:
    """Say whether a clause asks for something that is not given, and what it may be is near enough to be offered."""
    return part.asks >= OFFERED and part.nearness >= bar - BEHIND and given.isdisjoint(_nearest(part, MOST_CHOICES))


def _nearest(part: Part, most: int) -> list[str]:
    return [found.answer for found in part.near[:most]]


def _differ(parts: Sequence[Part]) -> bool:
    return len({part.near[0].answer for part in parts}) == len(parts)


def _beside(part: Part) -> list[str]:
    """Return the answers that are about as near as the nearest: what may have been meant instead."""
    return [found.answer for found in part.near[:MOST_CHOICES] if found.nearness >= part.nearness - BESIDE]
