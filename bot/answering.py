"""Which text answers a question, and what is said to somebody who asks on."""

from __future__ import annotations

from typing import Final

from bot.messages import QUESTION_TOPICS, Triage
from bot.situation import Move, Situation, said_once

LABOUR_TOPICS: Final = frozenset({"ask_unpaid_wages", "ask_residence", "ask_refugee_ukraine"})
# What is said to somebody who asks on: "and without a contract?".
MORE_TEXTS: Final = frozenset(
    {"ask_unpaid_wages_more", "ask_job_offer_more", "ask_shelter_more", "residence_more", "ask_help_friend_more"}
)
WARNING: Final = "job_warning"
MORE_OF: Final = dict.fromkeys(("residence_plain", "ask_residence", "ask_refugee_ukraine"), "residence_more")


def key_of(situation: Situation) -> str:
    """Return the text of a question: who told of nothing wrong and asks about a stay asks about an ordinary one."""
    ordinary = situation.act == "ask_residence" and situation.triage is Triage.NONE
    return "residence_plain" if ordinary else situation.act


def more_of(situation: Situation, key: str) -> str | None:
    """Return the text with more on the same matter, for who asks on; None when there is none or it was said."""
    typed = not situation.text.startswith("@")
    asks_on = situation.follows or (key == situation.last_key and situation.asks and typed)
    return unsaid_more(situation, key) if asks_on else None


def unsaid_more(situation: Situation, key: str | None) -> str | None:
    """Return the text with more on the matter of a text; None when there is none or it was said."""
    more = MORE_OF.get(key or "", f"{key}_more")
    return more if more in MORE_TEXTS and more not in situation.told else None


def is_above(situation: Situation, key: str) -> bool:
    """Say whether the same answer stands right above: who asks on means something else; a button asks for the text itself."""
    typed = not situation.text.startswith("@")
    again = key == situation.last_key or (situation.follows and situation.last_key != "said_above")
    return situation.act in QUESTION_TOPICS and again and typed and not situation.quiet


def warning(situation: Situation) -> Move | None:
    """Warn somebody who tells more of an offer, once: "they pay the flight and I work it off"; None to whoever asks about one."""
    offered = situation.act == "ask_job_offer" and "ask_job_offer" in situation.told and not situation.asks
    if not offered or WARNING in situation.told:
        return None
    return said_once(situation, WARNING, ("human", "menu"))
