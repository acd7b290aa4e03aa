"""The kinds of things that the plan of a reply is made of: sections, texts to say, and the rows that choose them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from bot.dialogue.answers import PREFIX
from bot.dialogue.situation import Turn

SECTION_ENDS, REPLY_ENDS, GOES_ON = "section ends", "reply ends", "next row"


class Section(StrEnum):
    """The parts of a reply, in their order."""

    SAFETY = "safety"
    HEARD = "acknowledge"
    ANSWER = "answer"
    NEXT = "next_step"
    ASK = "ask"


@dataclass(frozen=True)
class Say:
    """One text to say: its id, its buttons, the values that it names, and the question that it leaves open.

    `leads`: a few words that stand before the next text, in the same message.
    """

    text: str
    buttons: tuple[str, ...] = ()
    awaits: str | None = None
    values: tuple[tuple[str, str], ...] = ()
    again: bool = False
    leads: bool = False


Words = Callable[[Turn], Sequence[Say]]


@dataclass(frozen=True)
class PlanRow:
    """One row of the plan: in which situation which texts are said, and what may follow: the next row, section, or nothing."""

    section: Section
    situation: str
    when: Callable[[Turn], bool]
    say: Words
    then: str = SECTION_ENDS


def says(*texts: str, buttons: tuple[str, ...] = (), awaits: str | None = None) -> Words:
    """Return one text: of several, the first that was said least, so that nobody reads the same twice in a row."""

    def chosen(turn: Turn) -> Sequence[Say]:
        text = min(_there(texts, turn), key=turn.before.times)
        return (Say(text, buttons, awaits),)

    return chosen


def in_turn(*texts: str, buttons: tuple[str, ...] = ()) -> Words:
    """Return the texts one after the other, a further one each time; once all were said, the last two by turns."""

    def chosen(turn: Turn) -> Sequence[Say]:
        there = _there(texts, turn)
        text = next((text for text in there if not turn.before.times(text)), None)
        return (Say(text or min(there[-2:], key=turn.before.times), buttons),)

    return chosen


def _there(texts: Sequence[str], turn: Turn) -> Sequence[str]:
    """Return those of some texts that may be said: an answer of the library may be switched off."""
    return [text for text in texts if not text.startswith(PREFIX) or text.removeprefix(PREFIX) in turn.library]
