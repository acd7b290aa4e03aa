"""How what somebody tells on is received: with a word on what they tell, once for each thing, and never twice the same in a row."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from bot.messages import Indicator
from bot.situation import Situation

# What is said of one thing that somebody tells of themselves: that it is heard, what is true of it, what can be done.
HEARD: Final[Mapping[Indicator, str]] = {
    Indicator.SEXUAL_EXPLOITATION: "heard_sexual",
    Indicator.SEXUAL_VIOLENCE: "heard_sexual",
    Indicator.VIOLENCE: "heard_violence",
    Indicator.MOVEMENT_RESTRICTED: "heard_locked",
    Indicator.DOCUMENTS_TAKEN: "heard_documents",
    Indicator.THREATS: "heard_threats",
    Indicator.DEBT_BONDAGE: "heard_debt",
    Indicator.SURVEILLANCE: "heard_watched",
    Indicator.ISOLATION: "heard_watched",
    Indicator.WAGES_WITHHELD: "heard_wages",
}
HEARD_TEXTS: Final = frozenset(HEARD.values())
ASKED: Final = "question_waits"


def receipt(situation: Situation) -> str:
    """Return the text that receives what somebody tells of themselves after a first time.

    Who waits for a consultant hears what is true of the thing they tell; a grave one without a text of its own is called grave; a
    question without an answer is for the consultant.
    """
    if situation.handoff != "queued":
        return _other_than(situation.last_key, "disclose_more", "told_go_on")
    if not situation.quiet:
        signs = set(situation.message_indicators)
        texts = (text for sign, text in HEARD.items() if sign in signs and text not in situation.told)
        if (text := next(texts, None)) is not None:
            return text
    if situation.alarming and situation.last_key != "disclose_grave":
        return "disclose_grave"
    if situation.asks and situation.also is None and situation.last_key != ASKED:
        return ASKED
    return _other_than(situation.last_key, "disclose_more", "told_go_on")


def _other_than(last: str | None, text: str, other: str) -> str:
    return other if last == text else text
