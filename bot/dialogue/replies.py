"""What rows of the plan say where it depends on the turn: the texts for what was told, arranged, asked, and awaited."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Final

from bot.dialogue import answering
from bot.dialogue import predicates as is_
from bot.dialogue.answers import Answer
from bot.dialogue.arrangements import LONGEST_WORD, as_noted
from bot.dialogue.commands import HELPS
from bot.dialogue.rows import Say, Words, says
from bot.dialogue.situation import Turn
from bot.dialogue.state import Fact, Person
from bot.dialogue.tellings import Telling, before, in_order
from bot.language.sentences import QUESTION_MARKS
from bot.messages import Triage

WITHDRAW, PERSON, MENU, ERASE = ("withdraw",), ("human",), ("menu",), ("delete",)
REST_NEAR: Final = ("rest_near", "rest_near_again")  # what may have been left out, with the nearest answers as buttons
MOST_QUOTED: Final = 90  # characters of a question that is named in the person's own words
MOST_OFFERED: Final = 2  # buttons for what is asked next, beside the one for a person
ARRANGED: Final = {"time": "safe_time", "word": "code_word"}  # the beginnings of the texts for what can be arranged
# What is added to an answer for somebody whose situation is known: a fact, the answers that it concerns, the texts, each said once.
ADDED: Final[tuple[tuple[Fact, Callable[[Answer], bool], tuple[str, ...]], ...]] = (
    (Fact.NO_CALLS, lambda answer: answer.phones, ("in_writing_too", "in_writing_still")),
    (Fact.CHILD_ALONG, lambda answer: answer.matter == "shelter", ("say_the_child",)),
)
# What is said when a request for a person is opened: to who wants one, and to who was given one for what they told.
WANTED: Final = {"at_once": "handoff_short", "night": "handoff_short_night", "written": "handoff_written"}
UNASKED: Final = {"at_once": "handoff_unasked", "night": "handoff_unasked_night", "written": "handoff_unasked_written"}
RECEIPTS: Final = ("heard_detail", "heard_short", "heard_on", "heard_noted", "disclose_more")
RECEIPTS_OF_OTHERS: Final = ("witness_more", "heard_detail", "heard_on", "heard_short")


def noted(turn: Turn) -> Sequence[Say]:
    """Return what is noted of a time and of a word, in the person's words; one sentence that names both is read back once."""
    named = [(slot, turn.commands.first(f"arrange:{kind}")) for kind, slot in ARRANGED.items()]
    slots: dict[str, str] = {}
    for slot, command in named:
        if command and command.value:
            slots.setdefault(command.value, slot)
    return [_noted(slot, value) for value, slot in slots.items()]


def _noted(slot: str, value: str) -> Say:
    told = slot == ARRANGED["word"] and len(value.split()) > LONGEST_WORD
    return Say(f"{slot}_told" if told else f"{slot}_noted", values=(("_value", as_noted(value)),))


def to_arrange(turn: Turn) -> Sequence[Say]:
    """Return the question for a time or a word that is to be arranged and is not named; one at a time."""
    named = [(kind, text, turn.commands.first(f"arrange:{kind}")) for kind, text in ARRANGED.items()]
    return [Say(f"{text}_ask", ("skip",), kind) for kind, text, command in named if command and not command.value][:1]


def read_back(turn: Turn) -> Sequence[Say]:
    """Return what is arranged, in the person's words."""
    return [_noted(slot, value) for slot, value in turn.now.arranged.items()]


def recalled(turn: Turn) -> Sequence[Say]:
    """Return what is arranged already, where an answer speaks of arranging it, once; not what this message changes."""
    changed = {slot for kind, slot in ARRANGED.items() if turn.does(f"arrange:{kind}")}
    slots = [
        slot
        for answer in answering.answers(turn)
        for slot in answer.recalls
        if slot in turn.before.arranged and slot not in changed
    ]
    fresh = [slot for slot in dict.fromkeys(slots) if not turn.times(f"{slot}_is")]
    return [Say(f"{slot}_is", values=(("_value", turn.before.arranged[slot]),)) for slot in fresh]


def added(turn: Turn) -> Sequence[Say]:
    """Return what answers lack for this person: another way than a call for who cannot phone, a word of the child that is along."""
    for fact, concerns, texts in () if turn.quiet else ADDED:
        if fact is Fact.NO_CALLS and turn.now.person is Person.ASKED:
            continue  # that a consultant answers in writing was said when one was asked for
        fresh = next((text for text in texts if not turn.times(text)), None)
        lacking = [answer for answer in answering.answers(turn) if concerns(answer) and fact not in answer.tells]
        if fresh and lacking and fact in turn.now.facts:
            return (Say(fresh, () if turn.now.person is Person.ASKED else PERSON),)
    return ()


def in_particular(turn: Turn, *, briefly: bool = False) -> Telling | None:
    """Return what of the things that a message tells is received: the first that was not received before, and that no answer speaks of.

    `briefly`: in a few words, before something else.
    """
    given = {answer.id for answer in answering.answers(turn)}
    for kind in in_order(turn.told):
        if not turn.times(kind.text, kind.beside) and kind.answers.isdisjoint(given) and not (briefly and kind.alone):
            return kind
    return None


def received(*texts: str, buttons: tuple[str, ...] = ()) -> Words:
    """Return one of several texts by which what is told first is received, after a few words on what it is in particular.

    These texts thank and console themselves: what only does that is not said before them.
    """

    def chosen(turn: Turn) -> Sequence[Say]:
        kind = in_particular(turn, briefly=True)
        first = () if kind is not None and kind.consoles else beside(turn)
        return (*first, *says(*texts, buttons=buttons)(turn))

    return chosen


def beside(turn: Turn) -> Sequence[Say]:
    """Return a few words on what is told in particular, before something else; nothing beside an alarm, or where it must be neutral.

    By SMS, where each word costs, only what endangers somebody is received so, in the form whose first line tells nothing. An answer that
    helps with what is told, which nobody asked for, receives it already.
    """
    kind = in_particular(turn, briefly=True)
    neutral = turn.quiet or is_.acute(turn) or is_.alarm_now(turn) or is_.alarm_said(turn)
    if kind is None or neutral or (turn.does(HELPS) and answering.answers(turn)):
        return ()
    if turn.form == "sms":
        return (Say(kind.text),) if kind.endangers else ()
    return (Say(kind.beside, leads=True),)


def receipt(turn: Turn) -> Sequence[Say]:
    """Return how something more that is told is received: in particular or, where it is nothing of the kinds, in general.

    Buttons ask what follows from it, from what was told before, or what people ask who told of anything.
    """
    kind = None if turn.quiet else in_particular(turn)
    kinds = (*((kind,) if kind is not None else ()), *before(turn.before.said))
    buttons = offers(turn, (*(name for one in kinds for name in one.next), *turn.library.told.get(turn.now.who.value, ())))
    if kind is not None:
        return (Say(kind.text, buttons),)
    (say,) = says(*(RECEIPTS_OF_OTHERS if is_.of_others(turn) else RECEIPTS))(turn)
    return (replace(say, buttons=buttons),)


def answered(turn: Turn) -> Sequence[Say]:
    """Return the answers, the last with buttons for what else may be meant and for what people ask next."""
    found = answering.answers(turn)
    asked_back = answering.maybe_asked(turn)  # the buttons stand under that question then
    buttons = () if asked_back else offers(turn, (*answering.beside(turn), *turn.library.asked_next(found)))
    return [
        Say(answer.text, buttons if answer is found[-1] else (), again=turn.before.times(answer.text) > 0) for answer in found
    ]


def offers(turn: Turn, named: Iterable[str]) -> tuple[str, ...]:
    """Return buttons for questions that found no room, then those `named`, and for a person; none of what was answered, nor in a danger."""
    if turn.quiet or is_.acute(turn):
        return ()
    given = answering.answers(turn)
    told = {*turn.now.said, *(answer.text for answer in given)}
    known = [turn.library.answers[name] for name in dict.fromkeys((*answering.left(turn), *named)) if name in turn.library]
    told |= {answer.text for answer in known if not answer.yields_to.isdisjoint(one.id for one in given)}
    fresh = [f"ask_{answer.id}" for answer in known if answer.text not in told and answering.fits(turn, answer)]
    return (*fresh[:MOST_OFFERED], *(() if turn.now.person is not Person.NONE else PERSON)) if fresh else ()


def meant(turn: Turn) -> Sequence[Say]:
    """Return the question what was meant instead, with buttons for what stood near to the last question."""
    (say,) = says("meant_ask", "not_understood")(turn)
    return (replace(say, buttons=offers(turn, turn.before.near) or PERSON),)


def with_near(*texts: str, near: tuple[str, ...] = ()) -> Words:
    """Return that there is no (further) answer, with buttons for the nearest ones and for a person.

    Where there are such, it is asked in the words of `near` whether one of them is meant.
    """

    def chosen(turn: Turn) -> Sequence[Say]:
        found = (answering.maybe_asked(turn) if near else () if turn.quiet else answering.beside(turn))[:MOST_OFFERED]
        buttons = (*(f"ask_{name}" for name in found), *PERSON)
        return [replace(say, buttons=buttons) for say in says(*(near if near and found else texts))(turn)]

    return chosen


def rest_unknown(turn: Turn) -> Sequence[Say]:
    """Return that a further question has no answer, in the person's words where it is written as a question of few words."""
    words = next((asked.words for asked in answering.unanswered(turn) if asked.words.endswith(QUESTION_MARKS)), "")
    named = bool(words) and len(words) <= MOST_QUOTED and not turn.quiet
    texts = ("rest_named",) if named else ("not_known_too", "not_known_short")
    said = with_near(*texts, near=REST_NEAR)(turn)
    return [replace(say, values=(("_value", as_noted(words)),)) if say.text in texts and named else say for say in said]


def reminder(turn: Turn) -> Sequence[Say]:
    """Return the word of 112 beside something else, for whoever is in danger."""
    if is_.of_others(turn) or turn.now.danger_of_others:
        return (Say("danger_reminder_witness"),)
    return (Say("unheard_reminder" if is_.unheard(turn) else "danger_reminder"),)


def stays(turn: Turn) -> Sequence[Say]:
    """Return a text that stays with somebody in a danger, or with who tells of one: the first that was not said; none once all were."""
    steps = "unheard_steps" if is_.unheard(turn) else "danger_here"
    texts = ("danger_stay_witness",) if turn.now.danger_of_others else (steps, "danger_stay")
    return [Say(text) for text in texts if not turn.times(text)][:1]


def which(turn: Turn) -> Sequence[Say]:
    """Return the question which of several answers is wanted."""
    choices = answering.doubtful(turn)
    return (Say("which_ask", (*(f"ask_{name}" for name in choices), *PERSON), f"which:{choices[0]}"),)


def taken_back(turn: Turn) -> Sequence[Say]:
    """Return that a request for a person is taken back: in short before an answer, or where the whole of it was said before."""
    short = answering.answers_question(turn) or bool(turn.times("handoff_withdrawn"))
    return (Say("handoff_withdrawn_short" if short else "handoff_withdrawn", PERSON),)


def waiting_text(turn: Turn) -> Sequence[Say]:
    """Return what is said when a request for a person is opened; to who did not ask for one, also why."""
    wanted = is_.person_wanted(turn)
    if is_.refused_before(turn) and not wanted:
        return (Say("handoff_after_all"),)  # it stays while a life is in danger: no way back is promised
    if turn.awaits == "human" and wanted:
        return (Say("handoff_accepted", WITHDRAW),)
    at_once = turn.on_duty or turn.now.triage is Triage.EMERGENCY
    moment = "written" if is_.unheard(turn) else "at_once" if at_once else "night"
    return (Say((WANTED if wanted else UNASKED)[moment], _of_waiting(turn)),)


def still_waiting(turn: Turn) -> Sequence[Say]:
    """Return what is said to who asks for a person and waits for one already."""
    texts = ("handoff_still_written", "handoff_written") if is_.unheard(turn) else ("handoff_already", "handoff_still")
    return says(*texts, buttons=_of_waiting(turn))(turn)


def withdrawal_asked(turn: Turn) -> Sequence[Say]:
    """Return the question whether a request is taken back; where erasing was heard, with the button for that as well."""
    buttons = (*WITHDRAW, *(ERASE if turn.does("want:erase") else ()))
    return says("withdraw_ask", "withdraw_ask_again", buttons=buttons, awaits="withdraw")(turn)


def with_person(*texts: str, first: tuple[str, ...] = ()) -> Words:
    """Return one of several texts with a button for a person; for who waits for one, with the one that takes the request back.

    Whoever is not understood while they wait may have refused.
    """

    def chosen(turn: Turn) -> Sequence[Say]:
        waits = turn.now.person is Person.ASKED and not is_.acute(turn)
        return says(*texts, buttons=(*first, *(WITHDRAW if waits else PERSON)))(turn)

    return chosen


def _of_waiting(turn: Turn) -> tuple[str, ...]:
    return WITHDRAW if turn.now.arranged else (*WITHDRAW, "safe_time")


def put_away(turn: Turn) -> Sequence[Say]:
    """Return that the phone is put away; where who comes may be the danger ("he comes with a hammer"), 112 in a line as well.

    What to do in a danger that is open already was said: then nothing may stand on the screen but the short text.
    """
    heard = turn.does("danger:self", "danger:other") or turn.heard.screening.triage is Triage.EMERGENCY
    put = Say("someone_near")
    return (put, Say("danger_reminder")) if heard and not turn.before.in_danger else (put,)


def tells_first(turn: Turn, *texts: str) -> bool:
    """Say whether something is told to which none of some texts was said yet."""
    return is_.tells(turn) and not turn.times(*texts)


def tells_first_only(turn: Turn, *texts: str) -> bool:
    """Say whether something is told to which none of some texts was said yet, and nothing is asked that is answered."""
    return tells_first(turn, *texts) and not answering.answers_question(turn)
