"""Messages that do several things at once, made of messages that do one.

People on phones tell, ask twice and wish for a person in one message; of the labelled turns hardly two in a hundred ask twice. What is
joined here teaches that neither half drowns the other.
"""

from __future__ import annotations

import random
from bisect import bisect
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Final

from bot.dialogue.commands import ASK, SEVERAL
from bot.dialogue.state import Who
from bot.language.sentences import SENTENCE_ENDS
from bot.learning.examples import Example

JOINED_A_TURN: Final = 0.45  # how many joined messages are learned for each turn of a conversation
_THREE: Final = 0.15  # of them are joined of three
_LONGEST: Final = 30  # words of a part
_WISHES: Final = frozenset({"want:human", "want:erase", "refuse:call", "arrange:time", "arrange:word"})
_WISHES_COUNT: Final = 3  # how often they are drawn beside others, which are many more
# What means the same in whatever conversation it stands: only such a message is put beside another. An answer stays with its question.
_FREE: Final = _WISHES | {
    ASK, SEVERAL, "want:quiet", "refuse:human", "tell:self", "tell:other", "danger:self", "danger:other", "near",
    "feel:tired", "feel:afraid", "feel:ashamed", "feel:angry", "feel:unsure", "fact:no_calls", "fact:watched",
}  # fmt: skip
_ALONE: Final = frozenset({"unclear", "off"})  # nothing else is said beside these
_COURTESIES: Final = frozenset({"greet", "thanks", "bye"})  # beside anything else they say nothing
_FIRST: Final = _COURTESIES | {"answer:yes", "answer:no", "answer:value"}  # what these say comes first
_OPPOSED: Final = (
    ({"want:human"}, {"refuse:human"}),
    ({"tell:self", "danger:self"}, {"tell:other", "danger:other"}),
)
_SMALL: Final = 0.4  # of the second parts begin with a small letter, as on phones
_BETWEEN: Final = (". ", ". ", ", ", " ", "\n", " - ")


def joined(turns: Sequence[Example], single: Sequence[Example]) -> list[Example]:
    """Return joined messages: each a turn of a conversation, where it stands, and another message of its language beside it.

    What is drawn for a turn hangs on its text: data that are added later leave most of it as it is, and what was read of it can be kept.
    """
    firsts = [one for one in turns if one.labels and not one.labels & _ALONE and _is_short(one)]
    others: dict[str, list[Example]] = {}
    for one in chain(turns, single):
        if one.labels and one.labels <= _FREE and _is_short(one):
            others.setdefault(one.language, []).append(one)
    rings = {language: _HashRing.of(found) for language, found in others.items()}
    firsts = [one for one in firsts if one.language in rings]
    each = len(turns) * JOINED_A_TURN / max(len(firsts), 1)
    times: Counter[str] = Counter()
    made = []
    for first in firsts:
        times[first.text] += 1
        chance = random.Random(f"{times[first.text]} {first.text}")  # noqa: S311 - nothing secret is drawn
        for _ in range(int(each + chance.random())):
            made.append(_beside(first, rings[first.language], chance))
    return made


@dataclass(frozen=True)
class _HashRing:
    """Consistent hashing: messages at places between 0 and 1 that their texts give, so that what is drawn hardly changes with more."""

    places: Sequence[float]
    messages: Sequence[Example]

    @classmethod
    def of(cls, messages: Sequence[Example]) -> _HashRing:
        placed = {
            random.Random(f"{number} {one.text}").random(): one  # noqa: S311
            for one in messages
            for number in range(_WISHES_COUNT if one.labels & _WISHES else 1)
        }
        places = sorted(placed)
        return cls(places, [placed[place] for place in places])

    def drawn(self, chance: random.Random) -> Example:
        return self.messages[bisect(self.places, chance.random()) % len(self.messages)]


def _beside(first: Example, ring: _HashRing, chance: random.Random) -> Example:
    """Return a message with one or two others beside it, where they do not contradict it."""
    example = first
    for _ in range(2 if chance.random() < _THREE else 1):
        other = ring.drawn(chance)
        if other.text not in example.text and not _opposed(example.labels, other.labels):
            example = _both(example, other, chance)
    return example


def _is_short(one: Example) -> bool:
    return len(one.text.split()) <= _LONGEST


def _opposed(one: frozenset[str], other: frozenset[str]) -> bool:
    return any((one & a and other & b) or (one & b and other & a) for a, b in _OPPOSED)


def _both(example: Example, other: Example, chance: random.Random) -> Example:
    parts = [example.text.strip(), other.text.strip()]
    if not example.labels & _FIRST and chance.random() < 0.5:
        parts.reverse()
    begin, end = parts
    text = in_one_breath(begin, end, chance)
    needs = [*example.needs, *(names for names in other.needs if not any(names & known for known in example.needs))]
    who = other.who if example.who is Who.UNKNOWN else example.who
    labels = (example.labels | other.labels) - _COURTESIES
    if ASK in example.labels & other.labels and (not other.needs or len(needs) > len(example.needs)):
        labels |= {SEVERAL}
    return replace(example, text=text, labels=labels, needs=tuple(needs), who=who, weight=1)


def in_one_breath(begin: str, end: str, chance: random.Random) -> str:
    """Return two texts as one, as people write them on phones."""
    if chance.random() < _SMALL:
        end = end[:1].lower() + end[1:]
    between = " " if begin.endswith(tuple(SENTENCE_ENDS)) else chance.choice(_BETWEEN)
    return begin + between + end
