"""Each question about what a turn asks, and what answers it, asked in one place."""

from __future__ import annotations

from typing import Final

from bot.dialogue import predicates as is_
from bot.dialogue.answers import DANGER, DYING, OUTSIDE, PREFIX, Answer, going_together, moments_of
from bot.dialogue.commands import ASK, FOUND_ONLY, HELPS, Command
from bot.dialogue.screened import ALARMS
from bot.dialogue.situation import Turn
from bot.dialogue.tellings import shared_tellings
from bot.language.sentences import QUESTION_MARKS

MOST_ANSWERS: Final = 2
HEALTH: Final = "health"  # the matter of the library
ILL: Final = frozenset({"ill", "pregnant"})  # kinds of tellings


def fitting(turn: Turn) -> tuple[Answer, ...]:
    """Return the answers that the message asks for, or that help with what it tells, where they fit writer and moment; vital ones first.

    Who may die is stayed with: what helps with something else is not offered unasked.
    """
    helping = () if is_.suicide_open(turn) else turn.commands.named(HELPS)
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
    if is_.alarm_now(turn):
        now = turn.does(ASK) and DANGER in answer.when and (answer.vital or is_.goes_on(turn) or _at_hand(turn))
    else:
        now = not moments_of(turn.now.person, alarmed=is_.acute(turn)).isdisjoint(answer.when)
    return answer.fits(turn.now.who) and now and _as_presumed(turn, answer)


def _at_hand(turn: Turn) -> bool:
    """Say whether whoever reads an alarm has the time to read more: somebody else is in danger, or only the screening hears one."""
    alarms = [one.sure for one in turn.commands.all if one.name in ALARMS]
    return turn.now.danger_of_others or max(alarms, default=1.0) <= FOUND_ONLY


def _as_presumed(turn: Turn, answer: Answer) -> bool:
    """Say whether what an answer presumes is so, as far as is known."""
    if answer.presumes == OUTSIDE:
        return not is_.locked_in(turn)
    return answer.presumes != DYING or is_.spoke_of_dying(turn)


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
    if len(turn.commands.asked) != 1 or is_.acute(turn) or turn.quiet or "which_ask" in turn.before.last_said:
        return ()
    choices = [turn.library.answers[name] for name in turn.commands.asked[0].choices if name in turn.library]
    fitting = tuple(answer.id for answer in choices if fits(turn, answer))
    return fitting if len(fitting) > 1 else ()


def asks_unknown(turn: Turn) -> bool:
    """Say whether something is asked that the library does not know."""
    return bool(unanswered(turn))


def may_ask_back(turn: Turn) -> bool:
    """Say whether it may be asked what was meant: not beside an alarm before it was read what to do."""
    return not is_.alarm_now(turn) or is_.goes_on(turn)


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


def lines_owed(turn: Turn) -> bool:
    """Say whether somebody who may die asks what has no answer, and has not just read whom to call."""
    return is_.suicide_open(turn) and not turn.now.suicide_of_others and asks_unknown(turn) and not is_._read(turn, "suicide")


def to_remind(turn: Turn) -> bool:
    """Say whether more is told in a danger that was told of in the message before, and the reply neither answers nor speaks of it."""
    said = bool(answers(turn)) or is_.alarm_now(turn) or said_of_danger(turn)
    return is_.danger_open(turn) and turn.now.since_alarm <= 1 and is_.tells(turn) and not said


def said_of_danger(turn: Turn) -> bool:
    """Say whether this reply tells already what to do in a danger."""
    texts = {answer.text for answer in answers(turn) if answer.matter == "danger"}
    return any(text.startswith(("danger_", "emergency_", "unheard_", "witness_steps")) or text in texts for text in turn.said)


def of_health(turn: Turn) -> bool:
    """Say whether what endangers a life is an illness or a wound, and nothing is told of people who do harm."""
    asked = any(turn.library.answers[name].matter == HEALTH for name in clearly_asked(turn))
    harm = any(shared_tellings()[name].endangers for name in turn.told)
    return (asked or not ILL.isdisjoint(turn.told)) and not harm
