"""What a message does: the acts that Rasa's rules know, from a pressed button, a short word, or the screening."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from bot.messages import LANGUAGES, QUESTION_TOPICS, Screening, Speaker, Triage
from bot.screening.normalise import says_something

BUTTON_ACTS: Final[Mapping[str, str]] = {
    "human": "ask_human",
    "yes": "affirm",
    "no": "deny",
    "safe_yes": "affirm",
    "safe_no": "deny",
    "skip": "skip",
    "menu": "menu",
    "language": "change_language",
    "delete": "delete_data",
    "delete_yes": "affirm",
    "delete_no": "deny",
    "hide": "ask_hiding",
    "quiet": "quiet_on",
    "quiet_off": "quiet_off",
    "cannot_call": "cannot_call",
    "withdraw": "withdraw",
    "report": "report_start",
    "send": "report_send",
    "correct": "report_correct",
    "do_not_send": "deny",
    "emergency": "ask_emergency_number",
    "more": "menu",
    "topic_what": "ask_what_is_trafficking",
    "topic_job": "ask_job_offer",
    "topic_help": "ask_support",
    "topic_who": "ask_anonymity",
}
LEXICON_ACTS: Final[Mapping[str, str]] = {
    "yes": "affirm",
    "no": "deny",
    "skip": "skip",
    "human": "ask_human",
    "delete": "delete_data",
    "quiet": "quiet_on",
    "unquiet": "quiet_off",
    "joke": "joke",
    "help": "menu",
    "withdraw": "withdraw",
    "report": "report_start",
    "language": "change_language",
    "hide": "ask_hiding",
}

INNOCENT_MEANINGS: Final = frozenset(
    {"yes", "no", "skip", "human", "delete", "unquiet", "joke", "withdraw", "report", "language", "hide"}
)


def choose_act(text: str, screening: Screening, *, meaning: str | None, named_language: str | None, trusted: bool) -> str:
    """Return the act of a message: the intent that Rasa's rules know.

    `meaning` and `named_language` are the lexicon's findings; `trusted` says whether the topic is confident enough.
    """
    if text.startswith("@") and (act := button_act(text)) is not None:
        return act
    if not says_something(text):
        return "nothing_said"
    if screening.triage is Triage.EMERGENCY:
        return "emergency"
    if meaning is not None and meaning in LEXICON_ACTS:
        return LEXICON_ACTS[meaning]
    if named_language is not None and not screening.triage.needs_person:
        return "change_language"
    if screening.triage.needs_person and screening.topic not in QUESTION_TOPICS and screening.topic != "ask_human":
        return "report_witness" if screening.speaker is Speaker.WITNESS else "disclose_victim"
    if not trusted:
        return "out_of_scope" if screening.triage is Triage.NONE else _told(screening)
    if screening.topic in {"affirm", "deny"} and len(text.split()) > 8:
        return _told(screening) if screening.triage is not Triage.NONE else "out_of_scope"
    return screening.topic


def button_act(text: str) -> str | None:
    """Return the act that a pressed button stands for; None when the text is no button's value."""
    name = text.removeprefix("@").strip()
    if name.startswith("lang_") and name.removeprefix("lang_") in LANGUAGES:
        return "change_language"
    return BUTTON_ACTS.get(name)


def button_language(text: str) -> str | None:
    """Return the language of a pressed language button."""
    code = text.removeprefix("@lang_").strip()
    return code if text.startswith("@lang_") and code in LANGUAGES else None


def _told(screening: Screening) -> str:
    return "report_witness" if screening.speaker is Speaker.WITNESS else "disclose_victim"
