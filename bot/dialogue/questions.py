"""Which questions a message asks, as commands: the answers that it most likely asks for, and what of it has none."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import replace
from typing import Final

from bot.dialogue.asked import AskedBars, Asking, AskingPart
from bot.dialogue.commands import ASK, SEVERAL, UNKNOWN, Command

MOST_CHOICES: Final = 2  # answers that are offered where none is sure enough
OFFERED: Final = 0.1  # how likely an answer has to be to stand beside what is said, as a button
AS_GOOD: Final = 3  # answers of a clause, one of which may be given for another part
NOTHING_ELSE: Final = 0.5  # a clause that asks less than this is not what was left out
# How sure it must be that a message asks for several things, or that a clause asks, for what got no answer to be spoken of. Of 401
# validation messages that seem to ask for several things and get one answer 203 do: 153 of 235 that have such a clause, 50 of the others.
SURELY_SEVERAL, SURELY_ASKS = 0.65, 0.9


def questions(asking: Asking, likely: Mapping[str, float], bars: AskedBars, *, several: bool) -> list[Command]:
    """Return the questions of a message, the surest first; UNKNOWN for what asks and has no answer sure enough, also beside others.

    `likely` are the answers that may be asked for, the likeliest first; `several`: the message asks for more than one thing.
    """
    sure = asking.whole.asks
    given = bars.given(likely)
    offered = tuple(name for name, one in likely.items() if name not in given and one >= OFFERED)
    if not given:
        return [Command(ASK, UNKNOWN, sure, near=offered or tuple(likely)[:MOST_CHOICES])]
    found = [Command(ASK, name, sure) for name in given]
    if several and len(given) == 1 and (left := _left_out(asking, set(given))) is not None:
        near = sorted((one.answer for one in left.near if one.answer not in given), key=lambda name: -likely.get(name, 0.0))
        found.append(Command(ASK, UNKNOWN, left.asks, left.words, tuple(near[:MOST_CHOICES])))
    return [replace(found[0], near=offered), *found[1:]]


def _left_out(asking: Asking, given: Set[str]) -> AskingPart | None:
    """Return the clause of a message that asks for several things that got no answer, the surest; None where none surely asks."""
    others = [part for part in asking.clauses if part.asks >= NOTHING_ELSE and given.isdisjoint(_nearest(part))]
    left = max(others, key=lambda part: part.asks, default=None)
    surely = left is not None and (left.asks >= SURELY_ASKS or asking.likely[SEVERAL] >= SURELY_SEVERAL)
    return left if surely else None


def _nearest(part: AskingPart) -> list[str]:
    return [found.answer for found in part.near[:AS_GOOD]]
