"""How what somebody tells is received: a disclosure, a witness's words, a danger; without a judgement, and without questions."""

from __future__ import annotations

from typing import Any, Final

from bot import arrangement, minors, report, sending
from bot.acts import TELLING_ACTS
from bot.messages import Indicator, Speaker, Triage
from bot.receipt import HEARD_TEXTS, receipt
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
HURT_AT_HOME: Final = frozenset({Indicator.VIOLENCE, Indicator.SEXUAL_VIOLENCE, Indicator.FORCED_MARRIAGE})
ERASING: Final = "delete_ask"  # what is asked back of who tells something and wants it erased
STEPS: Final = "emergency_steps"
SAFER: Final = "safer_now"
WITNESS_STEPS: Final = "witness_steps"
# What somebody in danger asks for in the words of calm questions, or what "I see a shop", "4 percent left" is taken for: the answer
# is what to do now.
ASKED_IN_DANGER: Final = frozenset(
    {
        "ask_support",
        "ask_police",
        "ask_hotline_contact",
        "ask_hotline_hours",
        "ask_statistics",
        "ask_signs",
        "ask_am_i_victim",
        "ask_help_friend",
        "ask_shelter",
        "ask_return_home",
        "ask_child",
        "ask_men_victims",
        "ask_centre",
        "ask_website",
        "ask_hotline_languages",
        "greet",
        "ask_bot",
    }
)
# These have no calm answer while a danger goes on: "going to the police is no condition" is none to "where is the police?".
NEVER_CALM: Final = frozenset({"ask_police", "ask_support", "ask_statistics", "greet", "ask_bot", "ask_hotline_languages"})
NEVER_CALM_ASKED: Final = NEVER_CALM - {"ask_hotline_languages"}
ASKED_IN_SUICIDE: Final = ASKED_IN_DANGER | {
    "ask_anonymity",
    "ask_hotline_languages",
    "ask_psychological",
    "ask_medical",
    "goodbye",
}


def acknowledge(situation: Situation) -> Move:
    """Receive what somebody tells: thanks, no judgement, the number; shorter from the second time on."""
    if situation.triage is Triage.NONE and not something_told(situation):
        return go_on(situation)
    if situation.question == "report_summary":
        return sending.report_add(situation)
    if (welcome := minors.welcome(situation)) is not None:
        return welcome
    if danger_open(situation):
        return stay(situation)
    witness = _as_witness(situation) and not situation.minor
    kind = "witness" if witness else "disclose"
    # After a danger nobody is told that it is hard to tell, and that a lawyer is free.
    first = f"{kind}_first" not in situation.told and _DANGERS.isdisjoint(situation.told)
    # A farm, an age, a bad employer: what calls nobody yet is received without a word on how hard it is.
    grave = situation.triage.needs_person or witness
    key = f"{kind}_first" if first and grave else f"{kind}_more"
    if kind == "disclose" and situation.child and "disclose_child" not in situation.told:
        key = "disclose_child"
    if key == "witness_more" and situation.danger == "danger" and WITNESS_STEPS not in situation.told:
        key = WITNESS_STEPS
    if key == "disclose_more":
        key = receipt(situation)
    elif situation.last_key == key:
        key = "told_go_on"
    # What a witness told is where a report begins: whoever wants to correct or send it can.
    reporting = ("report",) if key == "witness_first" and situation.form is None else ()
    says = (Say(key, reporting), *_besides(situation), *also_asked(situation))
    new = [say.key for say in says if say.key in {"disclose_first", "witness_first", WITNESS_STEPS, *_ONCE, *HEARD_TEXTS}]
    new += ["disclose_first"] if key == "disclose_child" else []  # which says the same, for somebody younger
    changes: dict[str, Any] = {"last_key": key, "misunderstood": 0, "told": [*situation.told, *new]}
    if _names_time_or_word(situation):
        changes[str(situation.requested)] = situation.text.strip()  # "when he sleeps, he beats me" tells, and names a time
    return Move(says, {**changes, **_asked_back(situation)})


def emergency(situation: Situation) -> Move:
    """Put 112 and the hotline first, in the words for who is in danger.

    A form keeps what was told. A witness's report goes on with its next question; any other form rests.
    """
    key = _emergency_key(situation)
    # "Shut them in, beat them" sounds like a victim's words: who has told a part of a report, and says no "me", is asked on.
    of_others = bool(report.told(situation.report)) and not situation.oneself and not key.startswith("suicide")
    reporting = situation.form == report.FORM and (key == "emergency_witness" or of_others)
    changes: dict[str, Any] = {"misunderstood": 0, "question": None}
    if situation.form is not None and situation.requested in (*report.SLOTS, report.MORE):
        changes[situation.requested] = situation.text
    elif _names_time_or_word(situation):
        changes |= {str(situation.requested): situation.text.strip(), "wish": "arrange"}
    if key == "suicide" and (key in situation.told or situation.done_already):
        # Which asks for help at once for what was done already.
        key = "suicide_here" if situation.last_key == "suicide_again" else "suicide_again"
    elif key == "emergency_victim" and key in situation.told:
        key = STEPS if STEPS not in situation.told else "disclose_more" if situation.last_key == "danger_here" else "danger_here"
    elif key == "emergency_witness" and situation.last_key in {key, "witness_more", "told_go_on"} and situation.form is None:
        key = "told_go_on" if situation.last_key == "witness_more" else "witness_more"  # 112 stands right above
    also = () if situation.also in SAID_IN_AN_EMERGENCY else also_asked(situation)
    besides = () if key.startswith("suicide") else _home(situation)
    resumed = ("report",) if situation.form == report.FORM else ()  # the report is kept, and can be gone on with
    says = (Say(key, () if also or reporting else ("cannot_call", "hide", *resumed)), *besides, *also)
    if situation.question == "report_summary":
        added = sending.report_add(situation)
        says, changes = (*says, *added.says), {**changes, **added.changes}
    told = [text for text in situation.told if text != SAFER]  # it is not over
    new = [say.key for say in says if say.key in _REMEMBERED and say.key not in told]
    new += ["suicide"] if key == "suicide_again" and "suicide" not in told else []
    changes = {**changes, "last_key": key, "told": [*told, *new]}
    return Move(says, {**changes, **_asked_back(situation)}, goes_on=reporting)


def safer(situation: Situation) -> Move:
    """Be glad with somebody who says after a danger that it is calmer, and let it be over."""
    if situation.danger is None and not situation.triage.needs_person:
        return go_on(situation)
    if situation.last_key == SAFER:
        return Move((Say("told_go_on", ("human", "menu")),), {"last_key": "told_go_on", "misunderstood": 0})
    told = [*situation.told, *([SAFER] if SAFER not in situation.told else [])]
    return Move((Say(SAFER, ("human", "hide")),), {"last_key": SAFER, "misunderstood": 0, "told": told, "question": None})


def danger_open(situation: Situation) -> bool:
    """Say whether a danger that somebody told of themselves goes on: then they get no ordinary text, and never "not understood"."""
    if situation.danger is None or SAFER in situation.told:
        return False
    return situation.message_triage is not Triage.EMERGENCY and not _of_a_witness(situation)


def asked_in_danger(situation: Situation) -> bool:
    """Say whether a calm question is answered with what to do now; asked once more, it gets its own answer."""
    asked = ASKED_IN_SUICIDE if situation.danger == "suicide" else ASKED_IN_DANGER
    if not danger_open(situation) or situation.act not in asked or (situation.act == "ask_bot" and situation.asks):
        return False  # who writes here is always answered
    if situation.danger == "danger" and situation.asks and situation.certain and situation.act not in NEVER_CALM_ASKED:
        return False  # "does anybody speak English there?", "can I take my child?": asked before a call
    return situation.act in NEVER_CALM or not told_what_to_do(situation)


def told_what_to_do(situation: Situation) -> bool:
    """Say whether somebody in a danger was told what to do now, beyond the first text: then they are answered like others."""
    more = {"suicide_here"} if situation.danger == "suicide" else {STEPS, "danger_here"}
    return not more.isdisjoint(situation.told)


def stay(situation: Situation) -> Move:
    """Stay with somebody whose danger goes on: twice what to do now, in two ways; then who tells on is read, and not told the same."""
    telling_on = situation.act in {"disclose_victim", "report_witness"} and not situation.asks
    if situation.danger == "suicide":
        key = "told_go_on" if situation.last_key == "suicide_here" else "suicide_here"
    elif telling_on and "danger_here" in situation.told:
        key = receipt(situation)
    elif STEPS not in situation.told and not telling_on:
        key = STEPS
    elif situation.last_key == "danger_here":
        key = receipt(situation)
    else:
        key = "danger_here"
    buttons = ("human", "hide") if situation.danger == "suicide" else ("cannot_call", "hide")
    told = [*situation.told, *([] if key in situation.told else [key])]
    return Move((Say(key, buttons), *also_asked(situation)), {"last_key": key, "misunderstood": 0, "told": told})


def something_told(situation: Situation) -> bool:
    """Say whether somebody is telling: then words that are not understood are received like those before them."""
    return situation.triage.needs_person or not {"disclose_first", "witness_first"}.isdisjoint(situation.told)


def also_asked(situation: Situation) -> tuple[Say, ...]:
    """Answer what a message asks besides: in quiet mode there is no neutral text for it."""
    if situation.also == ERASING:
        return (Say(ERASING, ("delete_yes", "delete_no")),)
    if situation.also is None or situation.quiet:
        return ()
    return (Say(situation.also, BUTTONS.get(situation.also, ())),)


def _asked_back(situation: Situation) -> dict[str, Any]:
    return {"question": ERASING, "last_key": ERASING} if situation.also == ERASING else {}


def go_on(situation: Situation) -> Move:
    """Receive the beginning of a story in which nothing grave is told yet."""
    if (welcome := minors.welcome(situation)) is not None:
        return welcome
    key = "nothing_said" if situation.last_key == "told_go_on" else "told_go_on"
    return Move((Say(key, ("human", "menu")), *also_asked(situation)), {"last_key": key, "misunderstood": 0})


def _as_witness(situation: Situation) -> bool:
    """Say whether what is told is received as a witness's.

    Who told of themselves lives where "my wife may not go to the doctor" happens, too; who told as a witness goes on as one, unless
    they say "I".
    """
    own, others = "disclose_first" in situation.told, "witness_first" in situation.told
    if own != others:
        return others and not (situation.act == "disclose_victim" and (situation.oneself or situation.certain))
    return situation.act == "report_witness" or _of_a_witness(situation)


def _emergency_key(situation: Situation) -> str:
    here = situation.message_indicators or situation.indicators
    if Indicator.SUICIDE_RISK in here:
        return "suicide_witness" if situation.speaker is Speaker.WITNESS else "suicide"
    if situation.child:
        return "emergency_child"
    return "emergency_witness" if situation.speaker is Speaker.WITNESS else "emergency_victim"


_ONCE: Final = frozenset({"home_violence", "ask_child", "disclose_child"})  # said beside what is received, once in a conversation

_DANGERS: Final = frozenset({"emergency_victim", "emergency_witness", "emergency_child", "suicide"})
_REMEMBERED: Final = _ONCE | _DANGERS | {"suicide_again", STEPS, "danger_here"}


def _besides(situation: Situation) -> tuple[Say, ...]:
    """Name the lines for children and against violence at home, where they concern somebody."""
    if situation.quiet:
        return ()
    heard = {"ask_child", "disclose_child"} & set(situation.told)
    own = situation.act == "disclose_victim" or situation.speaker is Speaker.VICTIM
    if situation.child and not heard and not own and situation.also != "ask_child":
        return (Say("ask_child"),)
    return _home(situation)


def _home(situation: Situation) -> tuple[Say, ...]:
    signs = frozenset(situation.indicators)
    hurt = situation.speaker is Speaker.VICTIM or not signs.isdisjoint(HURT_AT_HOME)  # a witness's wife only saw it, too
    concerned = situation.at_home and signs and signs <= HOME_SIGNS and hurt
    return (Say("home_violence"),) if concerned and not situation.quiet and "home_violence" not in situation.told else ()


def _of_a_witness(situation: Situation) -> bool:
    """Say whether words are a witness's: "they don't let them out" has no subject, but who told before is known."""
    if situation.speaker is not Speaker.WITNESS:
        return False
    as_witness = {"witness_first", "emergency_witness"} & set(situation.told)
    return situation.act not in TELLING_ACTS or (bool(as_witness) and "disclose_first" not in situation.told)


def _names_time_or_word(situation: Situation) -> bool:
    slot = situation.requested if situation.form is not None else None
    return slot in arrangement.SLOTS and arrangement.fits(situation.text, slot)
