"""One action for each move of the dialogue."""

from __future__ import annotations

import abc
import functools
from collections.abc import Callable, Mapping
from typing import Any, Final

from rasa_sdk import Action, Tracker
from rasa_sdk.events import ActiveLoop, EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from bot import arrangement, dialogue, forms, offer, report, sending, telling
from bot.messages import QUESTION_TOPICS, Indicator, Speaker, Triage
from bot.situation import Move, Say, Situation
from bot.wording import Form, Wording

MOVES: Final[Mapping[str, Callable[[Situation], Move]]] = {
    "action_answer": dialogue.answer,
    "action_acknowledge": telling.acknowledge,
    "action_emergency": telling.emergency,
    "action_safer": telling.safer,
    "action_read_back": forms.read_back,
    "action_follow_up": dialogue.follow_up,
    "action_affirm": dialogue.affirm,
    "action_deny": dialogue.deny,
    "action_skip": dialogue.skip,
    "action_ask_for_person": offer.ask_for_person,
    "action_offer_person": dialogue.offer_person,
    "action_withdraw": offer.withdraw,
    "action_not_understood": dialogue.not_understood,
    "action_delete": dialogue.delete,
    "action_change_language": dialogue.change_language,
    "action_plain": dialogue.plain,
    "action_repeat": dialogue.repeat,
    "action_report_begin": forms.report_begin,
    "validate_witness_report_form": forms.report_fill,
    "action_report_sum_up": sending.report_sum_up,
    "action_report_correct": forms.report_correct,
    "action_report_drop": dialogue.report_drop,
    "action_safe_time_said": offer.safe_time_said,
    "action_code_word_said": forms.code_word_said,
    "action_report_part": forms.report_part,
    "validate_report_correction_form": forms.report_fill,
    "action_ask_report_more": forms.report_ask_correction,
    "action_arrange": forms.arrange_begin,
    "action_enough": dialogue.enough,
    **{f"action_ask_{slot}": forms.report_ask(slot) for slot in report.SLOTS},
    **{f"action_ask_{slot}": forms.arrange_ask(slot) for slot in arrangement.SLOTS},
    **{f"validate_{slot}_form": forms.arrange_fill for slot in arrangement.SLOTS},
    **{f"action_{slot}_noted": forms.arrange_noted(slot) for slot in arrangement.SLOTS},
}


# "Once more" before these would sound impatient, or stand between a person and a number.
NEVER_ONCE_MORE: Final = frozenset(
    "emergency_victim emergency_witness emergency_child emergency_steps danger_here suicide suicide_again suicide_here"
    " suicide_witness language_changed said_above".split()
)


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
        message_indicators=tuple(Indicator(name) for name in slots.get("message_indicators") or []),
        speaker=Speaker(slots.get("speaker") or "other"),
        handoff=slots.get("handoff") or "none",
        question=slots.get("question"),
        asked=tuple(slots.get("asked") or []),
        last_key=slots.get("last_key"),
        repeats=int(slots.get("repeats") or 0),
        told=tuple(slots.get("told") or []),
        misunderstood=int(slots.get("misunderstood") or 0),
        quiet=bool(slots.get("quiet")),
        on_duty=slots.get("on_duty") is not False,
        report={slot: slots.get(slot) for slot in (*report.SLOTS, report.MORE)},
        requested=slots.get("requested_slot"),
        text=str(tracker.latest_message.get("text") or ""),
        form=tracker.active_loop_name,
        wanted_language=slots.get("wanted_language"),
        also=slots.get("also"),
        asks=bool(slots.get("asks")),
        inquires=bool(slots.get("inquires")),
        at_home=bool(slots.get("at_home")),
        made_up=slots.get("made_up"),
        oneself=bool(slots.get("oneself")),
        done_already=bool(slots.get("done_already")),
        part=tuple(slots["part"]) if slots.get("part") else None,
        danger=slots.get("danger"),
        follows=bool(slots.get("follows")),
        minor=bool(slots.get("minor")),
        told_before=slots.get("told_before"),
        certain=bool(slots.get("certain")),
        greeted=bool(slots.get("greeted")),
        listed=slots.get("listed") is not False,
        safe_time=slots.get("safe_time"),
        code_word=slots.get("code_word"),
        arrangement_asks=int(slots.get(arrangement.ASKS) or 0),
        titles=wording().titles.get(slots.get("language") or "pl", {}),
    )


def manner(say: Say, current: Situation, channel_form: str) -> tuple[Form, bool]:
    """Return the form of a text, and whether "once more" goes before it, so that no text is said twice in a row."""
    repeated = current.repeats + 1 if say.key == current.last_key and say.key not in NEVER_ONCE_MORE else 0
    form: Form = "quiet" if current.quiet and current.act != "quiet_off" else "sms" if channel_form == "sms" else "text"
    return form, repeated % 2 == 1


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
            form, again = manner(say, current, str(tracker.slots.get("form") or "text"))
            buttons = () if current.quiet else say.buttons
            key = say.key
            if form == "quiet" and current.act in QUESTION_TOPICS and not wording().has(key, language, "quiet"):
                key = "quiet_later"
            reply = wording().reply(key, language, form=form, buttons=buttons, **say.values)
            dispatcher.utter_message(
                text=f"{wording().text('again', language)} {reply.text}" if again else reply.text,
                buttons=[{"title": button.title, "payload": button.value} for button in reply.buttons],
                language=language,
                key=say.key,
            )
        changes = dict(move.changes)
        if "last_key" in changes:
            changes["repeats"] = current.repeats + 1 if changes["last_key"] == current.last_key else 0
        events: list[EventType] = [SlotSet(name, value) for name, value in changes.items()]
        resting = current.act in dialogue.RESTING and not move.goes_on and not self.name().startswith("validate_")
        rests = move.rests or (move.says and resting)
        if current.form is not None and rests:
            events += [ActiveLoop(None), SlotSet("requested_slot", None)]
        return events


def _action_named(action_name: str) -> type[MoveAction]:
    return type(action_name, (MoveAction,), {"name": lambda self: action_name, "__module__": __name__})


# One class for each name: Rasa's own action server finds actions as classes and makes them without arguments.
ACTIONS: Final = tuple(_action_named(name) for name in MOVES)
