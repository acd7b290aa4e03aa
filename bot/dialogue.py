"""What the program says next: pure decisions, from the situation of a conversation to texts and changes.

Rasa's rules choose which of these functions a message leads to; the functions choose words. None of them reads a clock, a
database or a model.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from bot import report
from bot.messages import LANGUAGES, QUESTION_TOPICS, Indicator, Speaker, Triage

MAX_GENTLE_QUESTIONS: Final = 2
LABOUR_TOPICS: Final = frozenset({"ask_unpaid_wages", "ask_residence", "ask_refugee_ukraine"})


@dataclass(frozen=True)
class Say:
    """A text to say: its key, its buttons, the values it needs; `language` only when it differs from the conversation's."""

    key: str
    buttons: tuple[str, ...] = ()
    values: Mapping[str, str] = field(default_factory=dict)
    language: str | None = None


@dataclass(frozen=True)
class Move:
    """What to say, and which slots change."""

    says: tuple[Say, ...] = ()
    changes: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Situation:
    """What a decision may depend on: the slots of the conversation and the message at hand."""

    act: str
    language: str = "pl"
    triage: Triage = Triage.NONE
    message_triage: Triage = Triage.NONE
    indicators: tuple[Indicator, ...] = ()
    speaker: Speaker = Speaker.OTHER
    handoff: str = "none"
    question: str | None = None
    asked: tuple[str, ...] = ()
    last_key: str | None = None
    repeats: int = 0
    told: tuple[str, ...] = ()
    misunderstood: int = 0
    quiet: bool = False
    on_duty: bool = True
    report: Mapping[str, str | None] = field(default_factory=dict)
    requested: str | None = None
    text: str = ""
    wanted_language: str | None = None

    @property
    def child(self) -> bool:
        """Say whether somebody under 18 is concerned."""
        return Indicator.CHILD_EXPLOITATION in self.indicators


def answer(situation: Situation) -> Move:
    """Answer a question or a courtesy."""
    buttons: tuple[str, ...] = ()
    if situation.act in {"greet", "ask_bot"}:
        buttons = ("topic_help", "topic_job", "report", "human")
    says = [Say(situation.act, buttons)]
    if situation.act in LABOUR_TOPICS and not situation.triage.needs_person and "labour_also_hotline" not in situation.told:
        says.append(Say("labour_also_hotline"))
    told = (*situation.told, "labour_also_hotline") if len(says) > 1 else situation.told
    return Move(tuple(says), {"last_key": situation.act, "misunderstood": 0, "told": list(told)})


def acknowledge(situation: Situation) -> Move:
    """Receive what somebody tells: thanks, no judgement, the number; shorter from the second time on."""
    kind = "witness" if situation.act == "report_witness" else "disclose"
    first = f"{kind}_first" not in situation.told
    key = f"{kind}_first" if first else f"{kind}_more"
    told = (*situation.told, key) if first else situation.told
    return Move((Say(key),), {"last_key": key, "misunderstood": 0, "told": list(told)})


def emergency(situation: Situation) -> Move:
    """Put 112 and the hotline first, in the words for who is in danger."""
    if Indicator.SUICIDE_RISK in situation.indicators:
        key = "suicide"
    elif situation.child:
        key = "emergency_child"
    elif situation.speaker is Speaker.WITNESS:
        key = "emergency_witness"
    else:
        key = "emergency_victim"
    return Move(
        (Say(key, ("cannot_call", "hide")),),
        {"last_key": key, "misunderstood": 0, "question": None},
    )


def follow_up(situation: Situation) -> Move:
    """Say what happens next: the handoff, one gentle question, or an offer; never more than one question."""
    if situation.handoff == "queued" and "handoff_told" not in situation.told:
        key = "handoff_told" if situation.on_duty or situation.triage is Triage.EMERGENCY else "handoff_told_night"
        told = [*situation.told, "handoff_told"]
        question = _next_question(situation)
        says = [Say(key, () if question else ("withdraw",))]
        if question is not None:
            says.append(_ask(question))
            return Move(tuple(says), {"told": told, "question": question, "asked": [*situation.asked, question]})
        return Move(tuple(says), {"told": told})
    if situation.handoff == "queued":
        question = _next_question(situation)
        if question is not None and situation.question is None and situation.act in {"disclose_victim", "skip", "affirm", "deny"}:
            return Move((_ask(question),), {"question": question, "asked": [*situation.asked, question]})
        return Move()
    if situation.message_triage is Triage.MEDIUM and situation.handoff == "none" and "handoff_offer" not in situation.told:
        return Move(
            (Say("handoff_offer", ("yes", "no")),),
            {"question": "handoff_offer", "told": [*situation.told, "handoff_offer"], "handoff": "offered"},
        )
    return Move()


def _next_question(situation: Situation) -> str | None:
    if situation.quiet or situation.triage is Triage.EMERGENCY or situation.speaker is not Speaker.VICTIM:
        return None
    if len(situation.asked) >= MAX_GENTLE_QUESTIONS or situation.act in QUESTION_TOPICS:
        return None
    for question in ("question_safe_now", "question_can_leave"):
        if question not in situation.asked:
            return question
    return None


def _ask(question: str) -> Say:
    return Say(question, ("safe_yes", "safe_no", "skip") if question == "question_safe_now" else ("yes", "no", "skip"))


def affirm(situation: Situation) -> Move:
    """Take a yes as the answer to the question that is open."""
    match situation.question:
        case "handoff_offer":
            return Move(
                (Say("handoff_accepted", ("withdraw",)),), _closed("handoff_accepted", wish="handoff") | _queued(situation)
            )
        case "delete_ask":
            return Move((), {"question": None, "wish": "erase"})
        case "report_summary":
            return Move((Say("report_sent"),), _closed("report_sent", wish="report") | _queued(situation))
        case "question_safe_now" | "question_can_leave":
            return Move((Say("question_thanks"),), _closed("question_thanks"))
        case _:
            return Move((Say("yes_unclear", ("human", "menu")),), _closed("yes_unclear"))


def deny(situation: Situation) -> Move:
    """Take a no as the answer to the question that is open."""
    match situation.question:
        case "handoff_offer":
            return Move((Say("handoff_declined"),), _closed("handoff_declined") | {"handoff": "declined"})
        case "delete_ask":
            return Move((Say("delete_kept"),), _closed("delete_kept"))
        case "report_summary":
            return Move((Say("report_kept_unsent"),), _closed("report_kept_unsent"))
        case "question_safe_now":
            return Move(
                (Say("not_safe_now", ("hide", "quiet", "cannot_call")),), _closed("not_safe_now") | {"asked": ["all", "asked"]}
            )
        case "question_can_leave":
            return Move((Say("cannot_leave", ("cannot_call",)),), _closed("cannot_leave"))
        case _:
            return Move((Say("no_unclear", ("human", "menu")),), _closed("no_unclear"))


def report_begin(situation: Situation) -> Move:
    """Say what a report is before its first question."""
    return Move(
        (Say("report_intro"),),
        {"last_key": "report_intro", "question": None, **{slot: None for slot in (*report.SLOTS, report.MORE)}},
    )


def report_ask(slot: str) -> Callable[[Situation], Move]:
    """Return the move that asks for one part of a report."""

    def ask(_situation: Situation) -> Move:
        return Move((Say(slot, ("skip", "send")),), {"last_key": slot, "misunderstood": 0})

    return ask


def report_fill(situation: Situation) -> Move:
    """Take a message as a part of the report."""
    filled = report.slots_of(situation.act, situation.text, requested=situation.requested, filled=situation.report)
    return Move((), filled)


def report_sum_up(situation: Situation) -> Move:
    """Show the whole report before it is sent."""
    return Move(
        (Say("report_summary", ("send", "correct", "do_not_send"), {"_summary": report.summary(situation.report)}),),
        {"question": "report_summary", "last_key": "report_summary"},
    )


def report_correct(_situation: Situation) -> Move:
    """Open the report again for what should be different."""
    return Move((), {report.MORE: None, "question": None})


def report_ask_correction(_situation: Situation) -> Move:
    """Ask what should be different."""
    return Move((Say("report_correct_which"),), {"last_key": "report_correct_which"})


def skip(situation: Situation) -> Move:
    """Respect that somebody does not want to answer."""
    return Move((Say("question_skipped"),), _closed("question_skipped"))


def _queued(situation: Situation) -> dict[str, Any]:
    return {"handoff": "queued", "told": [*situation.told, "handoff_told"]}


def _closed(key: str, *, wish: str | None = None) -> dict[str, Any]:
    changes: dict[str, Any] = {"question": None, "last_key": key, "misunderstood": 0}
    if wish is not None:
        changes["wish"] = wish
    return changes


def ask_for_person(situation: Situation) -> Move:
    """Hand over because a person is asked for."""
    if situation.handoff == "queued" and "handoff_told" in situation.told:
        return Move(
            (Say("handoff_already", ("withdraw",)),),
            {"last_key": "handoff_already"},
        )
    key = "handoff_told" if situation.on_duty else "handoff_told_night"
    return Move(
        (Say(key, ("withdraw",)),),
        {"wish": "handoff", "handoff": "queued", "told": [*situation.told, "handoff_told"], "last_key": key, "misunderstood": 0},
    )


def withdraw(situation: Situation) -> Move:
    """Take a handoff back; what the hotline must see stays in its queue, and the text says so."""
    if situation.handoff != "queued":
        return Move((Say("handoff_declined"),), {"last_key": "handoff_declined"})
    told = [key for key in situation.told if key != "handoff_told"]
    return Move(
        (Say("handoff_withdrawn", ("human",)),),
        {"wish": "withdraw", "handoff": "declined", "told": told, "last_key": "handoff_withdrawn"},
    )


def not_understood(situation: Situation) -> Move:
    """Say once that it was not understood; then offer a person and the menu."""
    if situation.misunderstood == 0:
        return Move((Say("not_understood", ("menu", "human")),), {"misunderstood": 1, "last_key": "not_understood"})
    return Move(
        (
            Say(
                "not_understood_again",
                ("human", "topic_help", "topic_job", "language"),
            ),
        ),
        {"misunderstood": situation.misunderstood + 1, "last_key": "not_understood_again"},
    )


def delete(situation: Situation) -> Move:
    """Ask back once before everything is erased."""
    return Move(
        (Say("delete_ask", ("delete_yes", "delete_no")),),
        {"question": "delete_ask", "last_key": "delete_ask"},
    )


def change_language(situation: Situation) -> Move:
    """Change to the language that was named, or ask which."""
    if situation.wanted_language is not None:
        return Move(
            (Say("language_changed", language=situation.wanted_language),),
            {"wish": "language", "wanted_language": situation.wanted_language, "question": None, "last_key": "language_changed"},
        )
    buttons = tuple(f"lang_{code}" for code in LANGUAGES)
    return Move((Say("which_language", buttons),), {"last_key": "which_language"})


def plain(situation: Situation) -> Move:
    """Say the one text that belongs to an act."""
    key, buttons = _PLAIN[situation.act]
    changes: dict[str, Any] = {"last_key": key, "misunderstood": 0}
    if situation.act == "quiet_on":
        changes["wish"] = "quiet"
    elif situation.act == "quiet_off":
        changes["wish"] = "unquiet"
    return Move((Say(key, buttons),), changes)


_PLAIN: Final[Mapping[str, tuple[str, tuple[str, ...]]]] = {
    "nothing_said": ("nothing_said", ("human", "menu")),
    "menu": ("menu", ("topic_help", "topic_job", "report", "topic_who", "human", "language")),
    "ask_hiding": ("hide_tips", ("delete", "quiet")),
    "cannot_call": ("cannot_call", ("human",)),
    "quiet_on": ("quiet_on", ("quiet_off",)),
    "quiet_off": ("quiet_off", ()),
    "joke": ("no_unclear", ("human", "menu")),
}


def repeat(situation: Situation) -> Move:
    """Say the last text again."""
    key = situation.last_key or "menu"
    if key not in situation.told and key in {"delete_ask", "which_language"}:
        return delete(situation) if key == "delete_ask" else change_language(situation)
    return Move((Say(key, ("human",)),), {"last_key": key})
