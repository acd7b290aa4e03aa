"""What a decision of the dialogue starts from and ends in: the situation of a conversation, a move, its texts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from bot.messages import Indicator, Speaker, Triage

# Buttons of texts that are said by one act, or beside another text.
BUTTONS: Final[Mapping[str, tuple[str, ...]]] = {
    "nothing_said": ("human", "menu"),
    "menu": ("topic_help", "topic_job", "report", "topic_who", "human", "language"),
    "hide_tips": ("delete", "quiet"),
    "cannot_call": ("human", "safe_time", "code_word"),
    "quiet_on": ("quiet_off",),
    "no_unclear": ("human", "menu"),
    "afraid": ("human", "hide"),
    "lost_document": ("human", "menu"),
    "doubt": ("human", "menu"),
    "alone_now": ("human", "hide"),
    "abroad": ("human", "menu"),
    "other_lines": ("human", "menu"),
    "nothing_here": ("human", "menu"),
}


@dataclass(frozen=True)
class Say:
    """A text to say: its key, its buttons, the values it needs; `language` only when it differs from the conversation's."""

    key: str
    buttons: tuple[str, ...] = ()
    values: Mapping[str, str] = field(default_factory=dict)
    language: str | None = None


@dataclass(frozen=True)
class Move:
    """What to say, and which slots change.

    `rests`: a form that is open is left where it stands; `goes_on`: it asks on even after words after which it would rest.
    """

    says: tuple[Say, ...] = ()
    changes: Mapping[str, Any] = field(default_factory=dict)
    rests: bool = False
    goes_on: bool = False


@dataclass(frozen=True)
class Situation:
    """What a decision may depend on: the slots of the conversation and the message at hand."""

    act: str
    language: str = "pl"
    triage: Triage = Triage.NONE
    message_triage: Triage = Triage.NONE
    indicators: tuple[Indicator, ...] = ()  # of the conversation so far
    message_indicators: tuple[Indicator, ...] = ()
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
    form: str | None = None
    text: str = ""
    wanted_language: str | None = None
    also: str | None = None
    asks: bool = False
    inquires: bool = False  # a question beyond doubt: with its mark and a word that asks
    at_home: bool = False  # a relative or partner is named
    oneself: bool = False  # "I", "me" or "we" is said
    done_already: bool = False  # pills are taken, a wound is made
    made_up: str | None = None  # a last word that no list knows: a code word, where one is arranged
    part: tuple[str, str] | None = None  # the slot of a report that the message names, and what it says of it
    danger: str | None = None  # one of the last messages told of: "danger" or "suicide"; see bot.thread
    follows: bool = False  # the message asks on from the question before it
    minor: bool = False  # the person told that they are under age
    told_before: str | None = None  # what was told as a witness, before a report was begun
    certain: bool = False
    listed: bool = True
    greeted: bool = False
    safe_time: str | None = None
    code_word: str | None = None
    arrangement_asks: int = 0
    titles: Mapping[str, str] = field(default_factory=dict)  # of buttons, in the person's language

    @property
    def child(self) -> bool:
        """Say whether somebody under 18 is concerned."""
        return Indicator.CHILD_EXPLOITATION in self.indicators

    @property
    def alarming(self) -> bool:
        """Say whether the message at hand is one that the hotline must see."""
        return self.message_triage.needs_person


def said_once(situation: Situation, key: str, buttons: tuple[str, ...]) -> Move:
    """Return the move that says a text which is said once in a conversation."""
    return Move((Say(key, buttons),), {"last_key": key, "misunderstood": 0, "told": [*situation.told, key]})


def closed(key: str, *, wish: str | None = None) -> dict[str, Any]:
    """Return the changes after a text that leaves no question open."""
    changes: dict[str, Any] = {"question": None, "last_key": key, "misunderstood": 0}
    if wish is not None:
        changes["wish"] = wish
    return changes
