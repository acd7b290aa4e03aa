"""Each question about a turn, asked in one place: the plan's rows are made of these."""

from __future__ import annotations

from typing import Final

from bot.dialogue.commands import ASK
from bot.dialogue.screened import ALARMS
from bot.dialogue.situation import Turn
from bot.dialogue.state import Danger, Fact, Person, Who, in_mortal_danger
from bot.messages import Indicator

FEW_WORDS: Final = 6  # of a message that only says that somebody comes
SURELY: Final = 0.5  # from which likelihood on a danger is told of for sure, whoever comes
MOST_ANSWERS: Final = 2
OF_HARM: Final = frozenset(
    {"medicine_taken", "ambulance_hurt", "drugged_against_will", "emergency_ward", "medical_now", "head_blow"}
)
OF_THEMSELVES: Final = frozenset({Who.VICTIM, Who.CHILD})
VIOLENT: Final = frozenset({Indicator.VIOLENCE, Indicator.SEXUAL_VIOLENCE})
# The texts that tell first what to do in a danger.
DANGER_OF_OTHERS: Final = ("emergency_witness", "emergency_relative", "emergency_health")
# The texts of an alarm that say themselves that a consultant is called.
TELL_OF_A_CONSULTANT: Final = frozenset(
    {*DANGER_OF_OTHERS, "emergency_victim", "emergency_child", "unheard_first", "suicide", "suicide_witness"}
)
WHAT_TO_DO: Final = ("emergency_victim", "emergency_child", "unheard_first", *DANGER_OF_OTHERS)
SOON: Final = 6  # messages before a consultant is offered a second time


# Danger and suicide


def danger_now(turn: Turn) -> bool:
    """Say whether this message tells of a danger right now."""
    return turn.does("danger:self", "danger:other")


def hinted(turn: Turn, alarm: str) -> bool:
    """Say whether the screening alone hears a danger, or dying, where the conversation does not.

    The numbers are said once, and again to whom it threatens as far as is known; never to who has just read them.
    """
    text, is_open = ("suicide_hint", suicide_open(turn)) if alarm == "suicide" else ("danger_reminder", danger_open(turn))
    once = not acute(turn) and not turn.times(text)
    return turn.does(f"hint:{alarm}") and not _read(turn, alarm) and (is_open or once)


def violence_unanswered(turn: Turn) -> bool:
    """Say whether the screening hears violence in what is told, and nothing that was said in this conversation names 112."""
    violent = tells(turn) and not VIOLENT.isdisjoint(turn.heard.screening.signs)
    return violent and not any(_names(turn, said, "danger") for said in (*turn.before.said, *turn.said))


def _read(turn: Turn, alarm: str) -> bool:
    """Say whether this reply, or the one before, names the number that an alarm asks for."""
    return any(_names(turn, said, alarm) for said in (*turn.before.last_said, *turn.said))


def _names(turn: Turn, text: str, alarm: str) -> bool:
    """Say whether a text names the number that an alarm asks for: a crisis line, or 112."""
    return text.startswith("suicide") if alarm == "suicide" else text in turn.library.alarming


def danger_open(turn: Turn) -> bool:
    """Say whether a danger goes on, as far as is known, and was spoken of just now."""
    return turn.now.in_danger


def locked_in(turn: Turn) -> bool:
    """Say whether somebody who told of being locked in is still there, as far as is known."""
    return danger_open(turn) and Indicator.MOVEMENT_RESTRICTED in turn.now.signs


def danger_closed(turn: Turn) -> bool:
    """Say whether a danger that was open is over, or eased, with this message."""
    return turn.before.danger is Danger.OPEN and turn.now.danger in {Danger.EASED, Danger.OVER}


def suicide_now(turn: Turn) -> bool:
    """Say whether this message speaks of dying."""
    return turn.heard.of_suicide


def alarm_now(turn: Turn) -> bool:
    """Say whether this message tells of a danger or of dying: a form is left then, and can be gone on with."""
    return danger_now(turn) or suicide_now(turn)


def goes_on(turn: Turn) -> bool:
    """Say whether the alarm of this message was answered before: 112, or the crisis line, stands in the messages just above it."""
    if suicide_now(turn):
        return turn.before.may_die and bool(turn.times("suicide", "suicide_again", "suicide_witness"))
    return danger_now(turn) and turn.before.in_danger and bool(turn.times(*WHAT_TO_DO))


def alarm_said(turn: Turn) -> bool:
    """Say whether this reply names 112 or a crisis line already."""
    return any(text in turn.library.alarming or text.startswith("suicide") for text in turn.said)


def suicide_open(turn: Turn) -> bool:
    """Say whether somebody wants to die, as far as is known, and spoke of it just now."""
    return turn.now.may_die


def spoke_of_dying(turn: Turn) -> bool:
    """Say whether somebody spoke of dying, now or before, for sure or perhaps."""
    return turn.now.suicide is not Danger.NONE or turn.does("feel:suicide", "doubt:suicide", "hint:suicide")


def harmed_already(turn: Turn) -> bool:
    """Say whether somebody who speaks of dying tells of something taken, or of a wound: 112 comes before every other word then."""
    return suicide_now(turn) and any(set(one.choices) & OF_HARM for one in turn.commands.asked)


def suicide_closed(turn: Turn) -> bool:
    """Say whether a word of suicide is denied, or past, with this message."""
    return turn.before.suicide is Danger.OPEN and turn.now.suicide in {Danger.EASED, Danger.OVER}


def only_agrees(turn: Turn) -> bool:
    """Say whether the message is a yes that answers nothing: "ok", "good"; it is no question what it means."""
    return turn.commands.names == {"answer:yes"} and turn.awaits is None


def in_mood(turn: Turn, mood: str) -> bool:
    """Say whether the message tells of a mood, from somebody who is not known to want to die: they are stayed with in other words."""
    return turn.does(mood) and not suicide_open(turn)


def suicide_doubted(turn: Turn) -> bool:
    """Say whether a message may be of dying and may be none: it is asked back, once; where dying was spoken of, only beside a no."""
    asked = any(text.startswith("hurting_ask") for text in turn.before.said)
    spoken_of = suicide_open(turn) or any(text.startswith("suicide") for text in turn.before.said)
    return not asked and (turn.does("doubt:denied") or (turn.does("doubt:suicide") and not spoken_of))


def only_interrupted(turn: Turn) -> bool:
    """Say whether the message above all says that somebody comes: no long text may stand on the screen then."""
    near = turn.commands.first("near")
    dangers = [one.sure for one in turn.commands.all if one.name in ALARMS]
    told_of = tells(turn) or max(dangers, default=0.0) >= SURELY
    if near is None or (told_of and turn.heard.screening.signs - {Indicator.SURVEILLANCE, Indicator.ISOLATION}):
        return False
    wishes = turn.does("want:erase", "want:quiet")
    told = near.sure if turn.before.in_danger else min(near.sure, SURELY)  # what to do in a danger was said before, or is owed
    if dangers and max(dangers) >= told:
        return False
    asks = any(one.sure >= near.sure for one in turn.commands.asked)  # whoever asks waits for the answer
    few = len(turn.text.split()) <= FEW_WORDS or (bool(dangers) and not asks)
    return (few and not wishes) or turn.commands.names == {"near"}


def maybe_interrupted(turn: Turn) -> bool:
    """Say whether somebody may be coming in, or comes in a danger that is told of by who asks nothing, and waits for no answer."""
    coming = turn.does("doubt:near") or (turn.does("near") and danger_now(turn) and not turn.does(ASK))
    return coming and "maybe_near" not in turn.before.last_said


def acute(turn: Turn) -> bool:
    """Say whether a life is in danger now: nothing else is asked, offered or explained at length then."""
    return turn.now.presses


def unheard(turn: Turn) -> bool:
    """Say whether the writer cannot or will not phone: nobody is told again and again to call."""
    return Fact.NO_CALLS in turn.now.facts


# Who writes, and of whom


def child(turn: Turn) -> bool:
    """Say whether somebody under age writes of themselves."""
    return turn.now.who is Who.CHILD


def of_others(turn: Turn) -> bool:
    """Say whether what is told happens to somebody else."""
    if turn.now.who is not Who.UNKNOWN:
        return turn.now.who.tells_of_others
    return turn.does("tell:other", "danger:other") or (turn.now.told_other and not turn.now.told_self)


def about_themselves(turn: Turn) -> bool:
    """Say whether it is put right that the writer is meant: by a button or a whole listed word, or where the message tells who writes.

    Who tells of others in the same breath, or was thought to write of themselves before, is not told that it is about themselves:
    whatever is put right then, it is not that.
    """
    said = turn.commands.first("correct:person")
    sounds = (
        turn.heard.who in OF_THEMSELVES and turn.before.who not in OF_THEMSELVES and not turn.does("tell:other", "danger:other")
    )
    return said is not None and (said.sure >= 1 or sounds)


def about_nobody_named(turn: Turn) -> bool:
    """Say whether it is put right who is meant, and neither the message nor its writer tells who."""
    told = turn.heard.who.tells_of_others or about_themselves(turn) or turn.does("ask", "tell:self", "tell:other")
    return turn.does("correct:person") and not told


def tells(turn: Turn) -> bool:
    """Say whether the message tells what happens."""
    return turn.does("tell:self", "tell:other")


def tells_something_grave(turn: Turn) -> bool:
    """Say whether this message alone must be seen by a person."""
    return turn.heard.screening.triage.needs_person


# A consultant


def person_wanted(turn: Turn) -> bool:
    """Say whether the message asks for a person, or arranges something that only a person can keep."""
    return turn.does("want:human", "arrange:time", "arrange:word", "report:send")


def newly_waiting(turn: Turn) -> bool:
    """Say whether a request for a person is opened by this message."""
    return turn.now.person is Person.ASKED and turn.before.person is not Person.ASKED


def called_for_already(turn: Turn) -> bool:
    """Say whether this reply told already that a consultant is called, to somebody who neither refused one nor asks for one."""
    told = not TELL_OF_A_CONSULTANT.isdisjoint(turn.said)
    return told and not refused_before(turn) and not person_wanted(turn)


def refused_before(turn: Turn) -> bool:
    """Say whether a consultant was refused before."""
    return turn.before.person is Person.REFUSED


def kept_against_the_word(turn: Turn) -> bool:
    """Say whether a consultant is refused while a life is in danger: the request stays, and the reply says why."""
    return turn.does("refuse:human") and (in_mortal_danger(turn.now) or turn.heard.tells_urgently)


def withdrawal_doubted(turn: Turn) -> bool:
    """Say whether somebody who waits for a consultant may want none any more: it is asked, but not while a life is in danger."""
    waits = turn.before.person is Person.ASKED and not acute(turn)
    return waits and turn.does("doubt:refuse") and not person_wanted(turn)


def may_offer(turn: Turn) -> bool:
    """Say whether a consultant may be offered: never to who refused or waits, nor while something else is open, nor again soon."""
    busy = turn.quiet or acute(turn) or turn.asks is not None
    offered = turn.times("handoff_offer", "offer_short")
    return turn.now.person is Person.NONE and not busy and (not offered or (offered == 1 and turn.now.turns > SOON))
