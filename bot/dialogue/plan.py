"""Plans one section of a reply from the table in `bot.dialogue.sections`; Rasa's rules say which sections speak."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.dialogue.rows import GOES_ON, REPLY_ENDS, Say, Section
from bot.dialogue.sections import TABLE
from bot.dialogue.situation import Turn

__all__ = ["Say", "Section", "heard_saying", "plan"]


def plan(section: Section, turn: Turn) -> tuple[tuple[Say, ...], bool]:
    """Return what a section says in a turn, and whether the reply ends with it."""
    said: list[Say] = []
    for row in TABLE:
        if row.section is section and row.when(turn):
            new = row.say(turn)
            if row.section is Section.HEARD and row.then == GOES_ON:
                new = [replace(say, leads=True) for say in new]  # a word on what was heard, before what is said to it
            said += new
            turn = heard_saying(turn, new)
            if row.then != GOES_ON:
                return tuple(said), row.then == REPLY_ENDS
    return tuple(said), False


def heard_saying(turn: Turn, new: Sequence[Say]) -> Turn:
    """Return the turn after some texts of its reply."""
    opened = next((say.awaits for say in new if say.awaits is not None), turn.asks)
    return replace(turn, said=(*turn.said, *(say.text for say in new)), asks=opened)
