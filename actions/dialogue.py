"""Rasa's custom actions: the sections of a reply, and the forms of a report. Which of them speak, the rules decide.

In the program the turn comes from the front door (`speak_in`); under Rasa's own action server it is rebuilt from the slots and the
message's entities, so that `rasa shell` and `rasa test` lead the same dialogue.
"""

from __future__ import annotations

import abc
import functools
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final

from rasa_sdk import Action, Tracker
from rasa_sdk.events import ActiveLoop, EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from bot.dialogue import report
from bot.dialogue.answers import shared_library
from bot.dialogue.commands import Command, Commands
from bot.dialogue.plan import Say, Section
from bot.dialogue.predicates import alarm_now
from bot.dialogue.state import State
from bot.dialogue.texts import rendered
from bot.dialogue.turn import Around, Speaking, Understood
from bot.language.wording import Wording
from bot.messages import Screening, Triage

FORM: Final = "report_form"
_SPEAKING: list[Speaking] = []  # the one turn that runs in this process


@contextmanager
def speak_in(speaking: Speaking) -> Iterator[None]:
    """Let the actions speak in a turn while Rasa runs it."""
    _SPEAKING.append(speaking)
    try:
        yield
    finally:
        _SPEAKING.pop()


@functools.cache
def wording() -> Wording:
    """Return the texts, read once in a process."""
    return Wording.load()


def _turn_of(tracker: Tracker) -> Speaking:
    """Return the turn that the front door began, or one rebuilt from what Rasa's own server sends."""
    if _SPEAKING:
        return _SPEAKING[-1]
    slots, message = tracker.slots, tracker.latest_message
    before = State.from_json(slots.get("conversation") or {})
    commands = Commands(tuple(_command(entity) for entity in message.get("entities") or []))
    screening = (
        Screening.from_json(message["screening"]) if "screening" in message else Screening(_language(tracker), Triage.NONE)
    )
    around = Around(shared_library(), wording().titles[_language(tracker)], triage=screening.triage)
    return Speaking.begin(str(message.get("text") or ""), Understood(screening, commands), before, around)


def _command(entity: Mapping[str, Any]) -> Command:
    name = str(entity["entity"])
    return Command(name, str(entity["value"])) if name in {"ask", "want:language", "report:part"} else Command(name)


def _language(tracker: Tracker) -> str:
    return str(tracker.slots.get("language") or "pl")


class Speech(Action, abc.ABC):
    """Say something in the turn, in the person's language."""

    @abc.abstractmethod
    def name(self) -> str:
        """Return the name that rules and domain use."""

    @abc.abstractmethod
    def speak(self, speaking: Speaking) -> Sequence[Say]:
        """Add to the reply, and return what was added."""

    def events(self, speaking: Speaking, tracker: Tracker) -> list[EventType]:
        """Return what changes in Rasa besides the words."""
        return []

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        """Speak, and return the changes as events."""
        speaking = _turn_of(tracker)
        language = _language(tracker)
        said = self.speak(speaking)
        kept = rendered(said, speaking.turn, speaking.wording or wording(), language, before=speaking.written)
        speaking.leave_out([say for say in said if say not in [one for one, _ in kept]])
        for say, reply in kept:
            speaking.written += len(reply.text)
            dispatcher.utter_message(
                text=reply.text,
                buttons=[{"title": button.title, "payload": button.value} for button in reply.buttons],
                language=reply.language,
                key=say.text,
                leads=say.leads,
            )
        stored = (
            []
            if _SPEAKING
            else [SlotSet("conversation", speaking.concluded().as_json()), SlotSet("phase", speaking.turn.now.phase)]
        )
        return [*stored, *self.events(speaking, tracker)]


def _slots(state: State) -> list[EventType]:
    return [SlotSet(slot, state.report.get(field)) for slot, field in zip(report.SLOTS, report.FIELDS, strict=True)]


class _SectionSpeech(Speech):
    section: Section

    def speak(self, speaking: Speaking) -> Sequence[Say]:
        return speaking.section(self.section)


class _FillReport(Speech):
    """Take what belongs to the report; answer the rest, and leave the report where somebody is in danger or goes away from it."""

    def name(self) -> str:
        return f"validate_{FORM}"

    def speak(self, speaking: Speaking) -> Sequence[Say]:
        if speaking.turn.does("report:show", "report:drop"):
            speaking.change(report.finished(speaking.turn.now))
            return ()
        spoken = [
            say
            for section in (Section.SAFETY, Section.HEARD, Section.ANSWER, Section.NEXT)
            for say in self._heard(speaking, section)
        ]
        return spoken

    @staticmethod
    def _heard(speaking: Speaking, section: Section) -> Sequence[Say]:
        filled = speaking.turn.does("report:value")
        return () if filled and section in {Section.HEARD, Section.ANSWER} else speaking.section(section)

    def events(self, speaking: Speaking, tracker: Tracker) -> list[EventType]:
        leaves = speaking.ended or alarm_now(speaking.turn)
        return [*_slots(speaking.turn.now), *([ActiveLoop(None), SlotSet("requested_slot", None)] if leaves else [])]


class _BeginReport(Speech):
    """Say what a report is, or go on with one that was left half way; a part is asked for anew."""

    def name(self) -> str:
        return "action_report_begin"

    def speak(self, speaking: Speaking) -> Sequence[Say]:
        turn = speaking.turn
        part = turn.commands.first("report:part")
        if part is not None:
            speaking.change(report.cleared(turn.now, part.value))
            return ()
        begins = not report.told(turn.now.report)
        speaking.change(report.begun(turn.now, None))
        return speaking.say(Say("report_intro")) if begins else ()

    def events(self, speaking: Speaking, tracker: Tracker) -> list[EventType]:
        return _slots(speaking.turn.now)


class _AskReport(Speech):
    field: str

    def speak(self, speaking: Speaking) -> Sequence[Say]:
        return speaking.say(report.ask(self.field, speaking.turn))


class _SumUpReport(Speech):
    """Show the report before it is sent; one that is not wanted is kept unsent."""

    def name(self) -> str:
        return "action_report_sum_up"

    def speak(self, speaking: Speaking) -> Sequence[Say]:
        if speaking.ended or alarm_now(speaking.turn):
            return ()  # left half way: it can be gone on with
        if speaking.turn.does("report:drop"):
            return speaking.say(Say("report_kept_unsent"))
        return speaking.say(report.sum_up(speaking.turn, speaking.titles))


class _SettleReport(Speech):
    """Send, correct or drop the report that was summed up; show it first to who wants it sent unseen."""

    def name(self) -> str:
        return "action_report_settle"

    def speak(self, speaking: Speaking) -> Sequence[Say]:
        turn = speaking.turn
        if turn.does("report:correct"):
            return speaking.say(report.which_part(turn))
        if turn.does("report:drop"):
            return speaking.say(Say("report_kept_unsent"))
        if turn.does("report:send") and report.told(turn.now.report):
            return speaking.say(Say("report_sent"))
        return speaking.say(report.sum_up(turn, speaking.titles))


def _named(base: type, action_name: str, **attributes: Any) -> type[Speech]:
    named: Callable[[Speech], str] = lambda self: action_name  # noqa: E731 - a method of the class that is made here
    return type(action_name, (base,), {"name": named, "__module__": __name__, **attributes})


# One class for each name: Rasa's own action server finds actions as classes and makes them without arguments.
ACTIONS: Final[tuple[Callable[[], Action], ...]] = (
    *(_named(_SectionSpeech, f"action_{section.value}", section=section) for section in Section),
    *(_named(_AskReport, f"action_ask_{slot}", field=field) for slot, field in zip(report.SLOTS, report.FIELDS, strict=True)),
    _FillReport,
    _BeginReport,
    _SumUpReport,
    _SettleReport,
)
