"""Each question about a turn, asked in one place: the plan's rows are made of these."""

from __future__ import annotations

from typing import Final

from bot.dialogue.answers import DANGER, DYING, OUTSIDE, PREFIX, Answer, going_together, moments_of
from bot.dialogue.commands import ASK, FOUND_ONLY, HELPS, Command
from bot.dialogue.screened import ALARMS
from bot.dialogue.situation import Turn
from bot.dialogue.state import Danger, Fact, Person, Who, in_mortal_danger
from bot.dialogue.tellings import shared_tellings
from bot.language.sentences import QUESTION_MARKS
from bot.messages import Indicator

FEW_WORDS: Final = 6  # of a message that only says that somebody comes
SURELY: Final = 0.5  # from which likelihood on a danger is told of for sure, whoever comes
MOST_ANSWERS: Final = 2
OF_HARM: Final = frozenset(
    {"medicine_taken", "ambulance_hurt", "drugged_against_will", "emergency_ward", "medical_now", "head_blow"}
)
OF_THEMSELVES: Final = frozenset({Who.VICTIM, Who.CHILD})
HEALTH: Final = "health"  # the matter of the library
ILL: Final = frozenset({"ill", "pregnant"})  # kinds of tellings
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


def lines_owed(turn: Turn) -> bool:
    """Say whether somebody who may die asks what has no answer, and has not just read whom to call."""
    return suicide_open(turn) and not turn.now.suicide_of_others and asks_unknown(turn) and not _read(turn, "suicide")


def _read(turn: Turn, alarm: str) -> bool:
    """Say whether this reply, or the one before, names the number that an alarm asks for."""
    return any(_names(turn, said, alarm) for said in (*turn.before.last_said, *turn.said))


def _names(turn: Turn, text: str, alarm: str) -> bool:
    """Say whether a text names the number that an alarm asks for: a crisis line, or 112."""
    return text.startswith("suicide") if alarm == "suicide" else text in turn.library.alarming


def to_remind(turn: Turn) -> bool:
    """Say whether more is told in a danger that was told of in the message before, and the reply neither answers nor speaks of it."""
    said = bool(answers(turn)) or alarm_now(turn) or said_of_danger(turn)
    return danger_open(turn) and turn.now.since_alarm <= 1 and tells(turn) and not said


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


def of_health(turn: Turn) -> bool:
    """Say whether what endangers a life is an illness or a wound, and nothing is told of people who do harm."""
    asked = any(turn.library.answers[name].matter == HEALTH for name in clearly_asked(turn))
    harm = any(shared_tellings()[name].endangers for name in turn.told)
    return (asked or not ILL.isdisjoint(turn.told)) and not harm


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


def said_of_danger(turn: Turn) -> bool:
    """Say whether this reply tells already what to do in a danger."""
    texts = {answer.text for answer in answers(turn) if answer.matter == "danger"}
    return any(text.startswith(("danger_", "emergency_", "unheard_", "witness_steps")) or text in texts for text in turn.said)


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


# Questions


def fitting(turn: Turn) -> tuple[Answer, ...]:
    """Return the answers that the message asks for, or that help with what it tells, where they fit writer and moment; vital ones first.

    Who may die is stayed with: what helps with something else is not offered unasked.
    """
    helping = () if suicide_open(turn) else turn.commands.named(HELPS)
    named = [name for one in (*turn.commands.asked, *helping) for name in one.choices[:1]]
    known = [turn.library.answers[name] for name in dict.fromkeys(named) if name in turn.library]
    return tuple(sorted((answer for answer in known if fits(turn, answer)), key=lambda answer: not answer.vital))


def answers(turn: Turn) -> tuple[Answer, ...]:
    """Return the answers that are given: at most two; what was asked and has no room stays in mind (`State.left`)."""
    return going_together(fitting(turn))[:MOST_ANSWERS]


def fits(turn: Turn, answer: Answer) -> bool:
    """Say whether an answer may be said now, to this person.

    Beside an alarm only to who asks, and before what to do was read only a vital one.
    """
    if alarm_now(turn):
        now = turn.does(ASK) and DANGER in answer.when and (answer.vital or goes_on(turn) or _at_hand(turn))
    else:
        now = not moments_of(turn.now.person, alarmed=acute(turn)).isdisjoint(answer.when)
    return answer.fits(turn.now.who) and now and _as_presumed(turn, answer)


def _at_hand(turn: Turn) -> bool:
    """Say whether whoever reads an alarm has the time to read more: somebody else is in danger, or only the screening hears one."""
    alarms = [one.sure for one in turn.commands.all if one.name in ALARMS]
    return turn.now.danger_of_others or max(alarms, default=1.0) <= FOUND_ONLY


def _as_presumed(turn: Turn, answer: Answer) -> bool:
    """Say whether what an answer presumes is so, as far as is known."""
    if answer.presumes == OUTSIDE:
        return not locked_in(turn)
    return answer.presumes != DYING or spoke_of_dying(turn)


def asks_openly(turn: Turn) -> bool:
    """Say whether a button was pressed, or a question mark stands in the message."""
    return turn.text.startswith("@") or any(mark in turn.text for mark in QUESTION_MARKS)


def clearly_asked(turn: Turn) -> tuple[str, ...]:
    """Return the answers that the message asks for and that are in no doubt, whether they are given or not."""
    return tuple(one.value for one in turn.commands.asked if len(one.choices) == 1 and one.value in turn.library)


def left(turn: Turn) -> tuple[str, ...]:
    """Return the questions, of this message or earlier ones, that found no room: beside two others, or where it asks openly in an alarm."""
    found = fitting(turn)
    asked = clearly_asked(turn) if asks_openly(turn) else [answer.id for answer in found]
    waiting = {answer.id for answer in going_together(found)[MOST_ANSWERS:]}
    done = {answer.id for answer in found} - waiting
    return tuple(name for name in dict.fromkeys((*asked, *turn.now.left)) if name not in done)


def of_no_use(turn: Turn) -> bool:
    """Say whether the message tells, denies or puts right, and is nearest to what the last reply answered: "I said I can't"."""
    given = answers(turn)
    rejects = turn.does("tell:self", "tell:other", "correct:meant", "answer:no") and not asks_openly(turn)
    return bool(given) and rejects and all(answer.text in turn.before.last_said for answer in given)


def answers_question(turn: Turn) -> bool:
    """Say whether the message asks something that is answered: no answer that only helps with what is told."""
    return turn.does(ASK) and bool(answers(turn))


def unanswered(turn: Turn) -> tuple[Command, ...]:
    """Return the questions that no answer fits."""
    known = {answer.id for answer in fitting(turn)}
    return tuple(command for command in turn.commands.asked if not known.intersection(command.choices))


def doubtful(turn: Turn) -> tuple[str, ...]:
    """Return the answers between which a question is in doubt, when the message asks nothing else; none of a clear one.

    It is not asked back twice running.
    """
    if len(turn.commands.asked) != 1 or acute(turn) or turn.quiet or "which_ask" in turn.before.last_said:
        return ()
    choices = [turn.library.answers[name] for name in turn.commands.asked[0].choices if name in turn.library]
    fitting = tuple(answer.id for answer in choices if fits(turn, answer))
    return fitting if len(fitting) > 1 else ()


def asks_unknown(turn: Turn) -> bool:
    """Say whether something is asked that the library does not know."""
    return bool(unanswered(turn))


def may_ask_back(turn: Turn) -> bool:
    """Say whether it may be asked what was meant: not beside an alarm before it was read what to do."""
    return not alarm_now(turn) or goes_on(turn)


def maybe_asked(turn: Turn) -> tuple[str, ...]:
    """Return the answers nearest to what gets none, as far as they may be offered: what was asked is one of them, or not known."""
    near = [name for command in unanswered(turn) for name in command.near]
    given = {answer.id for answer in answers(turn)}
    return (
        () if turn.quiet or not may_ask_back(turn) else tuple(name for name in beside(turn) if name in near and name not in given)
    )


def beside(turn: Turn) -> tuple[str, ...]:
    """Return the answers that stand beside what the message asks, but for those that were said or do not fit."""
    named = [name for command in turn.commands.asked for name in command.near if name in turn.library]
    known = [turn.library.answers[name] for name in dict.fromkeys(named)]
    return tuple(answer.id for answer in known if answer.offered and fits(turn, answer) and not turn.times(answer.text))


def gaps(turn: Turn) -> tuple[str, ...]:
    """Return for each question that gets no answer the answer nearest to it, "" where none is; a question that is asked back is none."""
    left = () if "which_ask" in turn.said else unanswered(turn)
    return tuple(dict.fromkeys(next(iter((*command.near, *command.choices)), "") for command in left))


def answered_last(turn: Turn) -> tuple[str, ...]:
    """Return the texts of the answers in the last reply that may still be said."""
    return tuple(text for text in turn.before.last_said if text.startswith(PREFIX) and text.removeprefix(PREFIX) in turn.library)
