"""What the program says next: pure decisions, from the situation of a conversation to texts and changes.

Rasa's rules choose which of these functions a message leads to; the functions choose words. None of them reads a clock, a
database or a model.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from bot import answering, minors, offer, report, sending, telling
from bot.acts import BUTTON_QUESTIONS
from bot.messages import LANGUAGES, QUESTION_TOPICS, Speaker, Triage
from bot.situation import BUTTONS, Move, Say, Situation, closed, said_once

MAX_GENTLE_QUESTIONS: Final = 2
STATEMENT_WORDS: Final = 4
LONGEST_ANSWER: Final = 4  # words of a no to a gentle question
WAITING_TEXTS: Final = frozenset(
    {
        "handoff_told",
        "handoff_told_night",
        "handoff_already",
        "handoff_accepted",
        "disclose_first",
        "disclose_more",
        "cannot_call",
        "safe_time_noted",
    }
)
HANDOFF_TEXTS: Final = frozenset({"handoff_told", "handoff_told_night", "handoff_already"})


def answer(situation: Situation) -> Move:
    """Answer a question or a courtesy."""
    buttons: tuple[str, ...] = ()
    if situation.act in {"greet", "ask_bot"}:
        buttons = ("topic_help", "topic_job", "report", "human")
    if situation.act == "ask_hotline_hours" and situation.handoff == "queued" and situation.last_key != "handoff_already":
        if not situation.asks and situation.last_key in WAITING_TEXTS:
            return offer.safe_time_said(situation)
        already = offer.ask_for_person(replace(situation, told=(*situation.told, "handoff_told")))
        return Move((Say("handoff_already"), Say(situation.act)), already.changes)
    if telling.asked_in_danger(situation):
        return telling.stay(situation)
    if situation.question == "delete_ask" and situation.act in {"ask_anonymity", "ask_bot"}:
        return not_understood(situation)  # "is it really gone?": not yet
    if (other := minors.answer(situation) or answering.warning(situation)) is not None:
        return other
    greeted = situation.act == "greet" and (situation.greeted or "greet" in situation.told)
    key = answering.key_of(situation)
    if (more := answering.more_of(situation, key)) is not None:
        return said_once(situation, more, ("human", "menu"))
    above = answering.is_above(situation, key)
    if above and not situation.asks and telling.something_told(situation):
        return telling.acknowledge(situation)
    if above:
        return Move((Say("said_above", ("human", "menu")), *telling.also_asked(situation)), {"last_key": "said_above"})
    says = [Say("nothing_said", ("human", "menu")) if greeted else Say(key, buttons)]
    if situation.act in answering.LABOUR_TOPICS and key != "residence_plain" and not situation.triage.needs_person:
        says += [Say("labour_also_hotline")] if "labour_also_hotline" not in situation.told else []
    new = ["labour_also_hotline"] if len(says) > 1 else ["greet"] if situation.act == "greet" and not greeted else []
    new += ["ask_job_offer"] if situation.act == "ask_job_offer" else []
    waits = situation.act == "ask_anonymity" and situation.handoff == "queued" and situation.last_key not in HANDOFF_TEXTS
    if waits and "ask_anonymity" not in situation.told:
        says.append(Say("handoff_already", ("withdraw",)))  # "we see it when you want" is over: it waits already
        new.append("ask_anonymity")
    says += telling.also_asked(situation)
    if situation.question == "report_summary":
        says += sending.report_sum_up(situation).says
    return Move(tuple(says), {"last_key": says[0].key, "misunderstood": 0, "told": [*situation.told, *new]})


def follow_up(situation: Situation) -> Move:
    """Say what happens next: the handoff, one gentle question, or an offer; never more than one question."""
    if situation.handoff == "queued" and "handoff_told" not in situation.told:
        key = "handoff_told" if situation.on_duty or situation.triage is Triage.EMERGENCY else "handoff_told_night"
        if "handoff_declined" in situation.told:
            key = "handoff_after_all"  # they said no, and what they write now is urgent: why it waits is said
        told = [*situation.told, "handoff_told"]
        if situation.form == report.FORM:  # which promised to ask before anything is sent
            return Move((Say("report_urgent", ("withdraw",)),), {"told": told})
        question = _next_question(situation)
        says = [Say(key, () if question or situation.form else ("withdraw", "safe_time"))]
        if question is not None:
            says.append(_ask(question))
            return Move(tuple(says), {"told": told, "question": question, "asked": [*situation.asked, question]})
        return Move(tuple(says), {"told": told})
    if situation.handoff == "queued":
        question = _next_question(situation)
        # A second question comes after a message that tells, or after an answer; whoever skipped one is not asked another.
        asking = situation.act == "disclose_victim" and situation.last_key in {"disclose_first", "disclose_more"}
        answered = situation.act in {"affirm", "deny"} and situation.last_key == "question_thanks"
        if question is not None and situation.question is None and (asking or answered):
            return Move((_ask(question),), {"question": question, "asked": [*situation.asked, question]})
        return Move()
    if situation.last_key in {"yes_unclear", "no_unclear"}:
        return Move()
    if situation.message_triage is Triage.MEDIUM and situation.handoff == "none" and "handoff_offer" not in situation.told:
        return Move() if situation.form or situation.quiet else offer.offer(situation)
    return Move()


def _next_question(situation: Situation) -> str | None:
    if situation.quiet or situation.triage is Triage.EMERGENCY or situation.speaker is not Speaker.VICTIM:
        return None
    if situation.form is not None or situation.also is not None or report.told(situation.report):
        return None
    if len(situation.asked) >= MAX_GENTLE_QUESTIONS or situation.act in QUESTION_TOPICS:
        return None
    for question in ("question_safe_now", "question_can_leave"):
        if question not in situation.asked:
            return question
    return None


def _ask(question: str) -> Say:
    return Say(question, ("safe_yes", "safe_no", "skip") if question == "question_safe_now" else ("yes", "no", "skip"))


def _answers(situation: Situation) -> bool:
    """Say whether a yes or no in words of one's own answers the open question: what cannot be undone needs a plain word."""
    if situation.question == "handoff_offer":
        # "Well, at first it was all right" wants nobody, and "no, on Thursday rather" does not decline.
        return situation.certain and situation.act == "affirm"
    return situation.question is not None and situation.question not in {"delete_ask", "report_summary"}


def _stale(situation: Situation) -> Move | None:
    """Return what follows an old button whose question is not open; None for any other answer."""
    questions = BUTTON_QUESTIONS.get(situation.text)
    if questions is None or situation.question in questions:
        return None
    if situation.text == "@delete_yes":
        return delete(situation)
    return Move((Say("told_go_on"),), {"last_key": "told_go_on"})


def _received(situation: Situation) -> Move | None:
    """Receive a yes or no that answers nothing from somebody who is telling; None for anybody else."""
    if telling.danger_open(situation):
        return telling.stay(situation)
    return Move((Say("told_go_on"),), closed("told_go_on")) if telling.something_told(situation) else None


def affirm(situation: Situation) -> Move:
    """Take a yes as the answer to the question that is open; whoever wants a report sent sees it first."""
    if situation.act == "report_send" and situation.question != "report_summary":
        return _send(situation)
    if (stale := _stale(situation)) is not None:
        return stale
    if not situation.listed and not _answers(situation):
        return not_understood(situation)
    match situation.question:
        case "handoff_offer":
            return Move(
                (Say("handoff_accepted", ("withdraw",)),), closed("handoff_accepted", wish="handoff") | offer.queued(situation)
            )
        case "delete_ask":
            # Something else was said in between: a yes may mean that.
            asked = situation.last_key in {"delete_ask", "delete_unclear"} or situation.text.startswith("@")
            return Move((), {"question": None, "wish": "erase"}) if asked else delete(replace(situation, question=None))
        case "report_summary":
            queued = offer.queued(situation)
            queued["told"].append("report_sent")
            return Move((Say("report_sent"),), closed("report_sent", wish="report") | queued)
        case "question_safe_now" | "question_can_leave":
            return Move((Say("question_thanks"),), closed("question_thanks"))
        case _:
            return _received(situation) or Move((Say("yes_unclear", ("human", "menu")),), closed("yes_unclear"))


def _send(situation: Situation) -> Move:
    """Show what would be sent, before it is; what waits for a consultant already is not sent a second time."""
    if (shown := sending.sum_up_told(situation)) is not None:
        return shown
    if situation.handoff == "queued":
        return offer.ask_for_person(situation)
    if (stale := _stale(situation)) is not None:
        return stale
    return _received(situation) or Move((Say("yes_unclear", ("human", "menu")),), closed("yes_unclear"))


def deny(situation: Situation) -> Move:
    """Take a no as the answer to the question that is open."""
    if (stale := _stale(situation)) is not None:
        return stale
    if not situation.listed and not _answers(situation):
        return not_understood(situation)
    took_back = situation.listed and situation.question is None and situation.last_key in HANDOFF_TEXTS
    if took_back and not situation.triage.needs_person:
        return offer.withdraw(situation)
    gentle = situation.question in {"question_safe_now", "question_can_leave"}
    if gentle and not situation.listed and len(situation.text.split()) > LONGEST_ANSWER:
        return telling.acknowledge(replace(situation, question=None))  # "no, nobody should call me" answers something else
    match situation.question:
        case "handoff_offer" if situation.handoff == "queued":
            return offer.withdraw(situation)  # what they wrote since the offer has called somebody already
        case "handoff_offer":
            told = [*situation.told, "handoff_declined"]
            return Move((Say("handoff_declined"),), closed("handoff_declined") | {"handoff": "declined", "told": told})
        case "delete_ask":
            return Move((Say("delete_kept"),), closed("delete_kept"))
        case "report_summary":
            return sending.report_unsent(situation)
        case "question_safe_now":
            return Move(
                (Say("not_safe_now", ("hide", "quiet", "cannot_call")),), closed("not_safe_now") | {"asked": ["all", "asked"]}
            )
        case "question_can_leave":
            return Move((Say("cannot_leave", ("cannot_call",)),), closed("cannot_leave"))
        case _:
            return _received(situation) or Move((Say("no_unclear", ("human", "menu")),), closed("no_unclear"))


def report_drop(situation: Situation) -> Move:
    """Send nothing; who has told nothing for a report means the consultant."""
    if (stale := _stale(situation)) is not None and situation.form is None:
        return stale
    if situation.question == "report_summary" or situation.form == report.FORM or report.told(situation.report):
        return sending.report_unsent(situation)
    return offer.withdraw(situation)


def enough(situation: Situation) -> Move:
    """Let somebody stop where they are."""
    if situation.question == "report_summary":
        return sending.report_sum_up(situation)
    return deny(situation) if situation.question in {"handoff_offer", "delete_ask"} else skip(situation)


def skip(situation: Situation) -> Move:
    """Respect that somebody does not want to answer; a report that was summed up still waits for its answer."""
    if situation.question == "report_summary":
        return sending.report_sum_up(situation)
    return Move((Say("question_skipped"),), closed("question_skipped"))


def offer_person(situation: Situation) -> Move:
    """Ask whether a consultant is wanted, of somebody who may have meant that; not again right after it was asked."""
    if situation.question == "handoff_offer" or situation.quiet:
        return not_understood(situation)
    return offer.offer(situation)


def not_understood(situation: Situation) -> Move:
    """Say once that it was not understood; then offer a person and the menu.

    What is written under the summary of a report is added to it; what somebody writes who is telling of something is received.
    """
    if situation.question == "report_summary" and situation.inquires:
        return Move((Say("question_waits"), *sending.report_sum_up(situation).says), {"last_key": "report_summary"})
    if situation.question == "report_summary":
        return sending.report_add(situation)
    asked_again = situation.last_key == "delete_unclear" and situation.asks  # "is it gone?": not yet
    if situation.question == "delete_ask" and situation.last_key != "delete_ask" and not asked_again:
        meant = not_understood(replace(situation, question=None))  # they write of something else
        return replace(meant, changes={"question": None, **meant.changes})
    if situation.question == "delete_ask":
        return Move((Say("delete_unclear", ("delete_yes", "delete_no")),), {"last_key": "delete_unclear"})
    if telling.danger_open(situation):
        return telling.stay(situation)
    if (welcome := minors.welcome(situation)) is not None:
        return welcome
    if telling.something_told(situation) and not situation.asks:
        return telling.acknowledge(situation)
    if situation.handoff == "queued":
        return Move((Say("question_waits"),), {"last_key": "question_waits"})
    if not situation.asks and len(situation.text.split()) >= STATEMENT_WORDS:
        return telling.go_on(situation)  # most who begin to tell are not understood at once: they are not asked for other words
    more = answering.unsaid_more(situation, situation.last_key)
    if situation.asks and more is not None:  # "and while I wait, may I work?": of the same matter
        return said_once(situation, more, ("human", "menu"))
    if situation.misunderstood == 0:
        return Move((Say("not_understood", ("menu", "human")),), {"misunderstood": 1, "last_key": "not_understood"})
    if situation.last_key == "not_understood_again":  # said once: from here on it is only offered
        return Move((Say("nothing_said", ("human", "menu")),), {"last_key": "nothing_said"})
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
    """Ask back once before everything is erased; who says it again, in plain words, has answered."""
    if situation.question == "delete_ask" and not situation.text.startswith("@") and (situation.listed or situation.certain):
        return Move((), {"question": None, "wish": "erase"})
    return Move(
        (Say("delete_ask", ("delete_yes", "delete_no")),),
        {"question": "delete_ask", "last_key": "delete_ask"},
    )


def change_language(situation: Situation) -> Move:
    """Change to the language that was named, or ask which; a question that is open is asked again in it."""
    if situation.wanted_language is not None:
        language = situation.wanted_language
        says = [Say("language_changed", language=language)]
        if situation.question in {"handoff_offer", "delete_ask"}:
            says.append(Say(situation.question, _QUESTION_BUTTONS[situation.question], language=language))
        elif situation.question in {"question_safe_now", "question_can_leave"}:
            says.append(replace(_ask(situation.question), language=language))
        elif situation.question == "report_summary":
            says += (replace(say, language=language) for say in sending.report_sum_up(situation).says)
        return Move(tuple(says), {"wish": "language", "language": language, "last_key": "language_changed"})
    buttons = tuple(f"lang_{code}" for code in LANGUAGES)
    return Move((Say("which_language", buttons),), {"last_key": "which_language"})


def plain(situation: Situation) -> Move:
    """Say the one text that belongs to an act."""
    if (child := minors.answer(situation)) is not None:
        return child
    staying = situation.act in {"cannot_call", "afraid", "nothing_said", "lost_document"}
    staying = staying or (situation.act == "doubt" and situation.danger == "suicide")
    if staying and telling.danger_open(situation) and not telling.told_what_to_do(situation):
        return telling.stay(situation)
    key = _PLAIN[situation.act]
    changes: dict[str, Any] = {"last_key": key, "misunderstood": 0}
    if situation.act == "quiet_on":
        changes["wish"] = "quiet"
    elif situation.act == "quiet_off":
        changes["wish"] = "unquiet"
    return Move((Say(key, BUTTONS.get(key, ())),), changes)


_QUESTION_BUTTONS: Final = {"handoff_offer": ("yes", "no"), "delete_ask": ("delete_yes", "delete_no")}
# After these a form is left where it stands: somebody who calls for help, for a person or for silence is not asked for a vehicle.
RESTING: Final = frozenset(
    "emergency ask_human delete_data withdraw menu cannot_call ask_hiding quiet_on goodbye report_drop".split()
)
_PLAIN: Final[Mapping[str, str]] = {
    "nothing_said": "nothing_said",
    "menu": "menu",
    "ask_hiding": "hide_tips",
    "cannot_call": "cannot_call",
    "quiet_on": "quiet_on",
    "quiet_off": "quiet_off",
    "joke": "no_unclear",
    "afraid": "afraid",
    "lost_document": "lost_document",
    "someone_near": "someone_near",
    "request": "request_noted",
    "doubt": "doubt",
    "alone_now": "alone_now",
    "abroad": "abroad",
    "other_lines": "other_lines",
    "nothing_here": "nothing_here",
}


def repeat(situation: Situation) -> Move:
    """Say the last text again; an open form asks again by itself."""
    if situation.form is not None:
        return Move()
    key = situation.last_key or "menu"
    match key:
        case "delete_ask":
            return delete(situation)
        case "which_language":
            return change_language(situation)
        case "report_summary":
            return sending.report_sum_up(situation)
        case "safe_time_noted" | "code_word_noted":
            value = situation.safe_time if key == "safe_time_noted" else situation.code_word
            return Move((Say(key, values={"_value": value or ""}),), {"last_key": key})
        case _:
            return Move((Say(key, ("human",)),), {"last_key": key})
