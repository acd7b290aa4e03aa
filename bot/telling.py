"""How what somebody tells is received: a disclosure, a witness's words, a danger; without a judgement, and without questions."""

from __future__ import annotations

from typing import Any, Final

from bot import arrangement, report
from bot.acts import TELLING_ACTS
from bot.messages import Indicator, Speaker, Triage
from bot.situation import BUTTONS, Move, Say, Situation

# What an emergency's own text says already.
SAID_IN_AN_EMERGENCY: Final = frozenset(
    {
        "ask_emergency_number",
        "ask_hotline_contact",
        "ask_hotline_hours",
        "ask_help_friend",
        "ask_support",
        "ask_am_i_victim",
        "ask_signs",
    }
)
# Signs of violence at home: when nothing else is told of and a relative is named, the line against it is named as well.
HOME_SIGNS: Final = frozenset(
    {
        Indicator.VIOLENCE,
        Indicator.SEXUAL_VIOLENCE,
        Indicator.THREATS,
        Indicator.MOVEMENT_RESTRICTED,
        Indicator.ISOLATION,
        Indicator.SURVEILLANCE,
        Indicator.FORCED_MARRIAGE,
    }
)
STEPS: Final = "emergency_steps"
# What somebody in danger asks for in the words of calm questions: the answer is what to do now.
ASKED_IN_DANGER: Final = frozenset({"ask_support", "ask_police", "ask_hotline_contact", "ask_emergency_number"})


def acknowledge(situation: Situation) -> Move:
    """Receive what somebody tells: thanks, no judgement, the number; shorter from the second time on."""
    if situation.triage is Triage.NONE and not something_told(situation):
        return _go_on(situation)
    if steps_due(situation):
        return steps(situation)
    kind = "witness" if situation.act == "report_witness" or _of_a_witness(situation) else "disclose"
    # After a danger nobody is told that it is hard to tell, and that a lawyer is free.
    first = f"{kind}_first" not in situation.told and situation.triage is not Triage.EMERGENCY
    key = f"{kind}_first" if first else f"{kind}_more"
    if situation.last_key == key:
        key = "told_go_on"
    says = (Say(key), *_besides(situation), *also_asked(situation))
    new = [say.key for say in says if say.key in {"disclose_first", "witness_first", *_ONCE}]
    changes: dict[str, Any] = {"last_key": key, "misunderstood": 0, "told": [*situation.told, *new]}
    if _names_time_or_word(situation):
        changes[str(situation.requested)] = situation.text.strip()  # "when he sleeps, he beats me" tells, and names a time
    return Move(says, changes)


def emergency(situation: Situation) -> Move:
    """Put 112 and the hotline first, in the words for who is in danger.

    A form keeps what was told. A witness's report goes on with its next question; any other form rests.
    """
    key = _emergency_key(situation)
    reporting = key == "emergency_witness" and situation.form == report.FORM
    changes: dict[str, Any] = {"misunderstood": 0, "question": None}
    if situation.form is not None and situation.requested in (*report.SLOTS, report.MORE):
        changes[situation.requested] = situation.text
    elif _names_time_or_word(situation):
        changes |= {str(situation.requested): situation.text.strip(), "wish": "arrange"}
    if key == "suicide" and key in situation.told:
        key = "suicide_again"
    elif key == "emergency_victim" and situation.last_key == key:
        key = STEPS
    also = () if situation.also in SAID_IN_AN_EMERGENCY else also_asked(situation)
    besides = () if key.startswith("suicide") else _home(situation)
    resumed = ("report",) if situation.form == report.FORM else ()  # the report is kept, and can be gone on with
    says = (Say(key, () if also or reporting else ("cannot_call", "hide", *resumed)), *besides, *also)
    new = [say.key for say in says if say.key in {"suicide", "suicide_again", STEPS, *_ONCE} and say.key not in situation.told]
    return Move(says, {**changes, "last_key": key, "told": [*situation.told, *new]}, goes_on=reporting)


def steps_due(situation: Situation) -> bool:
    """Say whether somebody in danger should be told what to do now: once, when they write on after the first answer."""
    if situation.triage is not Triage.EMERGENCY or _of_a_witness(situation):
        return False
    return _steps_key(situation) not in situation.told


def steps(situation: Situation) -> Move:
    """Say what to do now, for somebody who is in danger and asks, cannot speak or does not know where they are."""
    key = _steps_key(situation)
    says = (Say(key, ("cannot_call", "hide")), *also_asked(situation))
    return Move(says, {"last_key": key, "misunderstood": 0, "told": [*situation.told, key]})


def something_told(situation: Situation) -> bool:
    """Say whether somebody is telling: then words that are not understood are received like those before them."""
    return situation.triage.needs_person or not {"disclose_first", "witness_first"}.isdisjoint(situation.told)


def also_asked(situation: Situation) -> tuple[Say, ...]:
    """Answer what a message asks besides: in quiet mode there is no neutral text for it."""
    if situation.also is None or situation.quiet:
        return ()
    return (Say(situation.also, BUTTONS.get(situation.also, ())),)


def _steps_key(situation: Situation) -> str:
    return "suicide_again" if "suicide" in situation.told else STEPS


def _go_on(situation: Situation) -> Move:
    """Receive the beginning of a story in which nothing grave is told yet."""
    key = "nothing_said" if situation.last_key == "told_go_on" else "told_go_on"
    return Move((Say(key, ("human", "menu")), *also_asked(situation)), {"last_key": key, "misunderstood": 0})


def _emergency_key(situation: Situation) -> str:
    here = situation.message_indicators or situation.indicators
    if Indicator.SUICIDE_RISK in here:
        return "suicide_witness" if situation.speaker is Speaker.WITNESS else "suicide"
    if situation.child:
        return "emergency_child"
    return "emergency_witness" if situation.speaker is Speaker.WITNESS else "emergency_victim"


_ONCE: Final = frozenset({"home_violence", "ask_child"})  # said beside what is received, once in a conversation


def _besides(situation: Situation) -> tuple[Say, ...]:
    """Name the lines for children and against violence at home, where they concern somebody."""
    if situation.quiet:
        return ()
    if situation.child and "ask_child" not in situation.told and situation.also != "ask_child":
        return (Say("ask_child"),)
    return _home(situation)


def _home(situation: Situation) -> tuple[Say, ...]:
    signs = frozenset(situation.indicators)
    concerned = situation.at_home and signs and signs <= HOME_SIGNS
    return (Say("home_violence"),) if concerned and not situation.quiet and "home_violence" not in situation.told else ()


def _of_a_witness(situation: Situation) -> bool:
    """Say whether words are a witness's: "they don't let them out" has no subject, but who told before is known."""
    if situation.speaker is not Speaker.WITNESS:
        return False
    return situation.act not in TELLING_ACTS or ("witness_first" in situation.told and "disclose_first" not in situation.told)


def _names_time_or_word(situation: Situation) -> bool:
    slot = situation.requested if situation.form is not None else None
    return slot in arrangement.SLOTS and arrangement.fits(situation.text, slot)
