"""What is said to somebody under age: that they may write here, and whom the program tells."""

from __future__ import annotations

from typing import Final

from bot.situation import Move, Situation, said_once

WELCOME: Final = "child_here"
PRIVACY: Final = "child_secret"
_KNOWN: Final = frozenset({WELCOME, "disclose_child", "emergency_child"})  # texts that are for them already


def welcome(situation: Situation) -> Move | None:
    """Tell somebody who says that they are under age, once, that they may write here; None to everybody else."""
    if not situation.minor or situation.triage.needs_person or not _KNOWN.isdisjoint(situation.told):
        return None
    return said_once(situation, WELCOME, ("human", "hide"))


def answer(situation: Situation) -> Move | None:
    """Answer a greeting, or once whom the program tells, in words for somebody under age; None for any other act."""
    if situation.act in {"greet", "ask_bot", "ask_child"}:
        return welcome(situation)
    asked = situation.minor and situation.act in {"ask_anonymity", "request"} and PRIVACY not in situation.told
    return said_once(situation, PRIVACY, ("human",)) if asked else None
