"""What rows of the plan say where it depends on the turn: the texts for what was told, arranged, asked, and awaited."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from bot.dialogue import predicates as is_
from bot.dialogue.predicates import Turn
from bot.dialogue.rows import Say, Words, says
from bot.dialogue.state import Person
from bot.messages import Indicator, Triage

WITHDRAW, PERSON = ("withdraw",), ("human",)
# What is said of one thing that somebody tells of themselves: that it is heard, what is true of it, what can be done. What endangers
# somebody comes first.
HEARD_SIGNS: Final = {
    Indicator.SEXUAL_EXPLOITATION: "heard_sexual",
    Indicator.SEXUAL_VIOLENCE: "heard_sexual",
    Indicator.VIOLENCE: "heard_violence",
    Indicator.MOVEMENT_RESTRICTED: "heard_locked",
    Indicator.THREATS: "heard_threats",
    Indicator.DOCUMENTS_TAKEN: "heard_documents",
    Indicator.DEBT_BONDAGE: "heard_debt",
    Indicator.SURVEILLANCE: "heard_watched",
    Indicator.ISOLATION: "heard_watched",
    Indicator.WAGES_WITHHELD: "heard_wages",
}
ARRANGED: Final = {"time": "safe_time", "word": "code_word"}  # the beginnings of the texts for what can be arranged
RECEIPTS: Final = ("heard_noted", "heard_detail", "heard_on", "heard_short", "disclose_more")
RECEIPTS_OF_OTHERS: Final = ("witness_more", "heard_detail", "heard_on", "heard_short")


def noted(turn: Turn) -> Sequence[Say]:
    """Return what is noted of a time and of a word, in the person's words."""
    named = [(text, turn.commands.first(f"arrange:{kind}")) for kind, text in ARRANGED.items()]
    return [Say(f"{text}_noted", values=(("_value", command.value),)) for text, command in named if command and command.value]


def to_arrange(turn: Turn) -> Sequence[Say]:
    """Return the question for a time or a word that is to be arranged and is not named; one at a time."""
    named = [(kind, text, turn.commands.first(f"arrange:{kind}")) for kind, text in ARRANGED.items()]
    return [Say(f"{text}_ask", ("skip",), kind) for kind, text, command in named if command and not command.value][:1]


def read_back(turn: Turn) -> Sequence[Say]:
    """Return what is arranged, in the person's words."""
    noted = turn.now.arranged
    return [Say(f"{slot}_noted", values=(("_value", value),)) for slot, value in noted.items()] or (Say("nothing_noted", PERSON),)


def heard_sign(turn: Turn) -> str | None:
    """Return the text for one thing that somebody tells of themselves, if it has not been said."""
    if is_.of_others(turn):
        return None
    signs = turn.heard.screening.signs
    return next((text for sign, text in HEARD_SIGNS.items() if sign in signs and not turn.before.times(text)), None)


def receipt(turn: Turn) -> Sequence[Say]:
    """Return how something more that is told is received."""
    if (text := heard_sign(turn)) is not None:
        return (Say(text),)
    return says(*(RECEIPTS_OF_OTHERS if is_.of_others(turn) else RECEIPTS))(turn)


def answered(turn: Turn) -> Sequence[Say]:
    """Return the answers, the last with buttons for what people ask next."""
    found = is_.answers(turn)
    buttons = next_needs(turn)
    return [
        Say(answer.text, buttons if answer is found[-1] else (), again=turn.before.times(answer.text) > 0) for answer in found
    ]


def next_needs(turn: Turn) -> tuple[str, ...]:
    """Return buttons for what else the message may ask, and what people ask next after these answers; never what was answered already."""
    if turn.quiet or is_.acute(turn):
        return ()
    beside = [name for command in turn.commands.asked for name in command.near if name in turn.library]
    named = [*beside, *(name for answer in is_.answers(turn) for name in answer.next)]
    told = {*turn.now.said, *(answer.text for answer in is_.answers(turn))}
    fresh = [
        name
        for name in dict.fromkeys(named)
        if turn.library.answers[name].text not in told and is_.fits(turn, turn.library.answers[name])
    ]
    return (*(f"ask_{name}" for name in fresh[:2]), *(() if turn.now.person is not Person.NONE else PERSON)) if fresh else ()


def not_known(*texts: str) -> Words:
    """Return that a question has no answer, with buttons for the nearest ones and for a person."""

    def chosen(turn: Turn) -> Sequence[Say]:
        near = () if turn.quiet else is_.nearest(turn)
        return [replace(say, buttons=(*(f"ask_{name}" for name in near), *PERSON)) for say in says(*texts)(turn)]

    return chosen


def which(turn: Turn) -> Sequence[Say]:
    """Return the question which of several answers is wanted."""
    choices = is_.doubtful(turn)
    return (Say("which_ask", (*(f"ask_{name}" for name in choices), *PERSON), f"which:{choices[0]}"),)


def waiting_text(turn: Turn) -> Sequence[Say]:
    """Return what is said when a request for a person is opened."""
    if is_.refused_before(turn) and not is_.person_wanted(turn):
        return (Say("handoff_after_all", WITHDRAW),)
    if turn.awaits == "human":
        return (Say("handoff_accepted", WITHDRAW),)
    urgent = turn.now.triage is Triage.EMERGENCY
    return (Say("handoff_short" if turn.on_duty or urgent else "handoff_short_night", (*WITHDRAW, "safe_time")),)


def tells_first(turn: Turn, *texts: str) -> bool:
    """Say whether something is told to which none of some texts was said yet."""
    return is_.tells(turn) and not turn.times(*texts)
