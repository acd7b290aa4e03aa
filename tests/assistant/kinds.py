"""What the expectations of whole conversations name: kinds of texts, so that a better text of the same kind is no failure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from bot.dialogue.answers import Library
from bot.dialogue.tellings import shared_tellings
from bot.messages import TOPICS

LIBRARY: Final = Library.load()
TELLINGS: Final = tuple(shared_tellings().values())
MORE: Final = "_more"  # another answer of the same topic
GENERAL: Final = ("disclose_more", "disclose_grave", "heard_noted", "heard_detail", "heard_on", "heard_short", "told_go_on")
RECEIPTS: Final = (*GENERAL, *(kind.text for kind in TELLINGS))
# By the name in an expectation, the texts that are of its kind; a name that is not here is the text with that id.
KINDS: Final[Mapping[str, Sequence[str]]] = {
    "any_answer": tuple(answer.text for answer in LIBRARY.answers.values()),
    "greet": ("greet", "greet_first", "greet_again"),
    "goodbye": ("goodbye", "bye_again"),
    "told_go_on": ("told_go_on", "told_first"),
    "disclose_first": ("disclose_first", "disclose_short", "told_thanks"),
    "heard_danger": tuple(text for kind in TELLINGS if kind.endangers for text in (kind.text, kind.beside)),
    "disclose_more": RECEIPTS,
    "disclose_grave": RECEIPTS,
    "disclose_child": ("disclose_child", "emergency_child"),
    "witness_first": ("witness_first", "witness_short"),
    "handoff_told": ("handoff_told", "handoff_short", "handoff_short_night", "handoff_accepted"),
    "handoff_already": ("handoff_already", "handoff_still", "answer.how_long_until_answer"),
    "handoff_offer": ("handoff_offer", "offer_short"),
    "handoff_declined": ("handoff_declined", "handoff_withdrawn", "handoff_withdrawn_short", "refused_again"),
    "safer_now": ("safer_now", "suicide_denied", "called_ok", "calm_again", "answer.out_where_now", "answer.after_crisis_safe"),
    "afraid": ("afraid", "afraid_again", "answer.feel_afraid"),
    "nothing_said": ("nothing_said", "heard_fine", "unclear_told", *RECEIPTS),
    "not_understood": ("not_understood", "not_understood_again"),
    "question_waits": ("question_waits", "not_known_waiting", "not_known", "not_known_again"),
    "cannot_call": ("cannot_call", "in_writing", "answer.write_instead_of_call", "answer.emergency_silent"),
    "delete_unclear": ("delete_unclear", "delete_ask", "answer.delete_how", "answer.delete_what_stays"),
    "child_secret": ("answer.child_mum_learns",),
    "job_warning": tuple(answer.text for answer in LIBRARY.answers.values() if answer.matter == "offers"),
    "abroad": ("answer.danger_other_country", "answer.hotline_from_abroad", "answer.rel_112_abroad"),
    "other_lines": ("answer.other_lines_languages",),
    "ask_bot": tuple(answer.text for answer in LIBRARY.answers.values() if answer.topic == "ask_bot"),
    "said_above": ("said_above", *(answer.text for answer in LIBRARY.answers.values() if answer.topic == "ask_job_offer")),
    "danger_here": ("danger_here", "danger_reminder"),
    "suicide_here": ("suicide_here", "suicide_short"),
    "abuse": ("abuse", "abuse_again"),
}


def texts_of(kind: str) -> set[str]:
    """Return the ids of the texts that are of a kind; of a topic, all its answers."""
    if kind in KINDS:
        return set(KINDS[kind])
    topic = kind.removesuffix(MORE)
    if topic in TOPICS:
        return {answer.text for answer in LIBRARY.answers.values() if answer.topic == topic}
    return {kind}
