"""What the screening adds to the commands of a message: its alarms, as far as the conversation bears them out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from bot.dialogue.commands import FOUND_ONLY, Command, Commands
from bot.dialogue.features import Context
from bot.dialogue.state import Danger
from bot.messages import Indicator, Screening, Speaker, Triage

_DANGERS: Final = ("danger:self", "danger:other")
_DYING: Final = "feel:suicide"
ALARMS: Final = (*_DANGERS, _DYING)
# What of a message bears out an alarm of the screening, and what is said of one that nothing bears out.
ALIKE: Final[Mapping[str, tuple[str, ...]]] = {**dict.fromkeys(_DANGERS, _DANGERS), _DYING: (_DYING,)}
HINT_OF: Final[Mapping[str, str]] = {**dict.fromkeys(_DANGERS, "hint:danger"), _DYING: "hint:suicide"}
EXITS: Final = ("feel:better", "done:called", "correct:joke")  # that a danger is over, help was called, or it was a joke
# What the screening alone calls a danger is said as one from this likelihood on: 9 of 30 such validation messages are labelled so, of those
# below it, beside which 112 is only named, 7 of 90. Of first messages, asking or not, 3 of 10, and 1 of 21.
BORNE_OUT: Final = 0.15
# A doubt of dying from which on an emergency that the screening hears, and does not name, is taken for it.
MAY_BE_MEANT: Final = 0.13
SaidAs = Callable[[str], str]  # what is said of an alarm that the screening hears: the alarm, a doubt, or a hint


def as_it_is(alarm: str) -> str:
    """Say an alarm as one: the screening is believed."""
    return alarm


def exits(*, first: bool) -> tuple[str, ...]:
    """Return what is believed that a danger is over by: in a `first` message nothing ("do not worry, I only think of dying")."""
    return () if first else EXITS


def with_screening(commands: Commands, screening: Screening, *, said_as: SaidAs = as_it_is, first: bool = False) -> Commands:
    """Add what the screening found, which stays in the findings whatever is said of it.

    The screening has learned from single messages: what it calls an emergency in the middle of a conversation often is "they brought
    him tea, I am in the police car". Nor is there an alarm where the message says that a danger is over, or a joke, unless both the
    screening and the conversation hear one; that somebody who spoke of dying is better is believed by the conversation alone, which
    knows of what they speak.
    """
    of_dying = Indicator.SUICIDE_RISK in screening.signs
    alarm = _DYING if of_dying else "danger:other" if screening.speaker is Speaker.WITNESS else "danger:self"
    if screening.triage is not Triage.EMERGENCY and not of_dying:
        return commands
    if commands.any_of(*exits(first=first)):
        of_more = commands.any_of(*_DANGERS) or said_as(_DYING) == _DYING
        heard_as_dying = of_dying or said_as(alarm) == HINT_OF[_DYING]
        if screening.triage is not Triage.EMERGENCY or (heard_as_dying and not of_more):
            return commands
    commands = commands.without(*EXITS)  # whoever tells of a danger is not out of it
    heard = (alarm,) if of_dying else ALARMS
    if commands.any_of(*heard):
        return commands
    told = said_as(alarm)
    doubt = commands.first("doubt:suicide")
    doubted = doubt is not None and doubt.sure >= MAY_BE_MEANT
    if of_dying and commands.any_of(*_DANGERS) and not doubted:
        told = HINT_OF[alarm]  # the conversation hears what endangers this life, and it is not they themselves: 112 comes first
    if told == "danger:self" and doubted:
        # The triage does not say what endangers a life; the lines for dying name 112 as well.
        told = "doubt:suicide" if first else _DYING
    return commands.with_(Command(told, sure=FOUND_ONLY))


def in_context(context: Context, likely: Mapping[str, float], *, answered: bool = False) -> SaidAs:
    """Return what is said of alarms here: a first danger is believed; else the conversation has to hear half of one, too.

    So it has beside a question that is `answered`, in the first message as well. What is half heard of dying is asked back, and in a first
    message whatever the screening hears of it: the question names the lines as well. Of a danger that is open, and was spoken of just now,
    nothing is said again. What nothing bears out is heard as more of what somebody spoke of before: after a word of dying, of dying.
    """
    spoke_of_dying = context.suicide is Danger.OPEN and context.danger is not Danger.OPEN

    def said_as(alarm: str) -> str:
        borne_out = max(likely[name] for name in ALIKE[alarm]) >= BORNE_OUT
        if alarm == _DYING and (borne_out or context.first):
            return "doubt:suicide"
        if context.first and not answered:
            return alarm
        if not borne_out:
            return HINT_OF[_DYING if spoke_of_dying else alarm]
        return HINT_OF[alarm] if context.danger is Danger.OPEN and context.presses else alarm

    return said_as
