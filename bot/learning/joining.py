"""Messages that do several things at once, made of messages that do one.

People on phones tell, ask twice and wish for a person in one message; of the labelled turns hardly two in a hundred ask twice. What is
joined here teaches that neither half drowns the other.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from itertools import chain
from typing import Final

from bot.dialogue.commands import ASK, SEVERAL
from bot.dialogue.state import Who
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
_ENDS: Final = ".?!…؟।"
_BETWEEN: Final = (". ", ". ", ", ", " ", "\n", " - ")


def joined(turns: Sequence[Example], single: Sequence[Example], chance: random.Random) -> list[Example]:
    """Return joined messages: each a turn of a conversation, where it stands, and another message of its language beside it."""
    firsts = [one for one in turns if one.labels and not one.labels & _ALONE and _is_short(one)]
    others: dict[str, list[Example]] = {}
    for one in chain(turns, single):
        if one.labels and one.labels <= _FREE and _is_short(one):
            others.setdefault(one.language, []).append(one)
    weights = {language: [_WISHES_COUNT if one.labels & _WISHES else 1 for one in found] for language, found in others.items()}
    made: list[Example] = []
    firsts = [one for one in firsts if one.language in others]
    wanted = int(len(turns) * JOINED_A_TURN) if firsts else 0
    while len(made) < wanted:
        example = chance.choice(firsts)
        for _ in range(2 if chance.random() < _THREE else 1):
            [other] = chance.choices(others[example.language], weights[example.language])
            if other.text not in example.text and not _opposed(example.labels, other.labels):
                example = _both(example, other, chance)
        made.append(example)
    return made


def _is_short(one: Example) -> bool:
    return len(one.text.split()) <= _LONGEST


def _opposed(one: frozenset[str], other: frozenset[str]) -> bool:
    return any((one & a and other & b) or (one & b and other & a) for a, b in _OPPOSED)


def _both(example: Example, other: Example, chance: random.Random) -> Example:
    parts = [example.text.strip(), other.text.strip()]
    if not example.labels & _FIRST and chance.random() < 0.5:
        parts.reverse()
    begin, end = parts
    if chance.random() < _SMALL:
        end = end[:1].lower() + end[1:]
    between = " " if begin.endswith(tuple(_ENDS)) else chance.choice(_BETWEEN)
    needs = [*example.needs, *(names for names in other.needs if not any(names & known for known in example.needs))]
    who = other.who if example.who is Who.UNKNOWN else example.who
    labels = (example.labels | other.labels) - _COURTESIES
    if ASK in example.labels & other.labels and (not other.needs or len(needs) > len(example.needs)):
        labels |= {SEVERAL}
    return replace(example, text=begin + between + end, labels=labels, needs=tuple(needs), who=who, weight=1)
