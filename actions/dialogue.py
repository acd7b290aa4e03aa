"""One action for each move of the dialogue."""

from __future__ import annotations

import abc
import functools
from collections.abc import Callable, Mapping
from typing import Any, Final

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from bot import dialogue
from bot.dialogue import Move, Say, Situation
from bot.messages import Indicator, Speaker, Triage
from bot.wording import Form, Wording

MOVES: Final[Mapping[str, Callable[[Situation], Move]]] = {
    "action_answer": dialogue.answer,
    "action_acknowledge": dialogue.acknowledge,
    "action_emergency": dialogue.emergency,
    "action_follow_up": dialogue.follow_up,
    "action_affirm": dialogue.affirm,
    "action_deny": dialogue.deny,
    "action_skip": dialogue.skip,
    "action_ask_for_person": dialogue.ask_for_person,
    "action_withdraw": dialogue.withdraw,
    "action_not_understood": dialogue.not_understood,
    "action_delete": dialogue.delete,
    "action_change_language": dialogue.change_language,
    "action_plain": dialogue.plain,
    "action_repeat": dialogue.repeat,
}


@functools.cache
def wording() -> Wording:
    """Return the texts, read once in a process."""
    return Wording.load()


def situation(tracker: Tracker) -> Situation:
    """Read a conversation's slots."""
    slots = tracker.slots
    return Situation(
        act=str(tracker.get_intent_of_latest_message(skip_fallback_intent=False) or "out_of_scope"),
        language=slots.get("language") or "pl",
        triage=Triage(slots.get("triage") or "none"),
        message_triage=Triage(slots.get("message_triage") or "none"),
        indicators=tuple(Indicator(name) for name in slots.get("indicators") or []),
        speaker=Speaker(slots.get("speaker") or "other"),
        handoff=slots.get("handoff") or "none",
        question=slots.get("question"),
        asked=tuple(slots.get("asked") or []),
        last_key=slots.get("last_key"),
        told=tuple(slots.get("told") or []),
        misunderstood=int(slots.get("misunderstood") or 0),
        quiet=bool(slots.get("quiet")),
        on_duty=slots.get("on_duty") is not False,
        wanted_language=slots.get("wanted_language"),
        offered_language=slots.get("offered_language"),
    )


def form_of(say: Say, current: Situation, channel_form: str) -> Form:
    """Return which form of a text fits: quiet when asked for, short on SMS and when a text comes again."""
    if current.quiet:
        return "quiet"
    if channel_form == "sms" or say.short:
        return "sms"
    return "text"


class MoveAction(Action, abc.ABC):
    """Run one move and say its texts in the person's language."""

    @abc.abstractmethod
    def name(self) -> str:
        """Return the name that rules and domain use."""

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        """Decide, speak, and return the changes as events."""
        current = situation(tracker)
        move = MOVES[self.name()](current)
        for say in move.says:
            language = say.language or current.language
            reply = wording().reply(
                say.key,
                language,
                form=form_of(say, current, str(tracker.slots.get("form") or "text")),
                buttons=() if current.quiet else say.buttons,
                **say.values,
            )
            dispatcher.utter_message(
                text=reply.text,
                buttons=[{"title": button.title, "payload": button.value} for button in reply.buttons],
                language=language,
                key=say.key,
            )
        return [SlotSet(name, value) for name, value in move.changes.items()]


def _action_named(action_name: str) -> type[MoveAction]:
    return type(action_name, (MoveAction,), {"name": lambda self: action_name, "__module__": __name__})


# One class for each name: Rasa's own action server finds actions as classes and makes them without arguments.
ACTIONS: Final = tuple(_action_named(name) for name in MOVES)
