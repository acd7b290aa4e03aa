"""The real plan, rules and actions without Rasa: enough of its rule policy and its forms to lead long conversations quickly."""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import yaml
from rasa_sdk.executor import CollectingDispatcher

from actions.dialogue import ACTIONS, FORM, speak_in
from bot.dialogue import report
from bot.dialogue.answers import Library
from bot.dialogue.commands import Command, Commands
from bot.dialogue.exact import exact
from bot.dialogue.features import NEW, Context
from bot.dialogue.rules import sections_of
from bot.dialogue.screened import with_screening
from bot.dialogue.state import Who
from bot.dialogue.turn import Speaking, Understood
from bot.dialogue.understand import plainly
from bot.language.lexicon import Lexicon
from bot.messages import Button, Evidence, Indicator, Reply, Screening, Speaker, Triage
from tests.support import PlainAssistant, PlainSpoken

RULES: Final = Path(__file__).resolve().parents[2] / "nlu_data" / "dialogue" / "rules.yml"


@dataclass(frozen=True)
class Reading:
    """What a message is understood as: its commands, what the screening finds in it, and who writes."""

    commands: tuple[str | Command, ...]
    triage: Triage = Triage.NONE
    signs: tuple[Indicator, ...] = ()
    speaker: Speaker = Speaker.VICTIM
    who: Who = Who.UNKNOWN
    language: str | None = None
    sure: float = 0.9


@dataclass
class Tracker:
    """What an action reads of a conversation."""

    slots: dict[str, Any]
    latest_message: Mapping[str, Any] = field(default_factory=dict)
    active_loop_name: str | None = None


@functools.cache
def own_actions() -> Mapping[str, tuple[str, ...]]:
    """Return the actions of those rules that name others than the sections, by intent; under the form's name those that end it."""
    found: dict[str, tuple[str, ...]] = {}
    for rule in yaml.safe_load(RULES.read_text(encoding="utf-8"))["rules"]:
        actions = tuple(step["action"] for step in rule["steps"] if "action" in step)
        if "condition" in rule:
            found[FORM] = tuple(action for action in actions if action != FORM)
        elif any("report" in action for action in actions):
            found[next(step["intent"] for step in rule["steps"] if "intent" in step)] = actions
    return found


class RulesAssistant(PlainAssistant):
    """Understands what it is told to understand, and speaks by the project's rules, plan and actions."""

    def __init__(self, readings: Mapping[str, Reading] | None = None) -> None:
        super().__init__()
        self.readings = dict(readings or {})

    async def understand(
        self, text: str, *, language_hint: str | None = None, context: Context = NEW, library: Library | None = None
    ) -> Understood:
        self.heard.append(text)
        reading = self.readings.get(text)
        if reading is None:
            return plainly(text, Screening(language_hint or "pl", Triage.NONE), Lexicon.load())
        language = reading.language or language_hint or "pl"
        evidence = tuple(Evidence(sign, text) for sign in reading.signs)
        screening = Screening(language, reading.triage, evidence, reading.speaker, "disclose_victim", 0.9)
        listed = exact(text, language, Lexicon.load())
        told = tuple(one if isinstance(one, Command) else Commands.of(one).all[0] for one in reading.commands)
        commands = Commands(told) if listed is None else listed
        return Understood(screening, with_screening(commands, screening), reading.who)

    async def turn(self, speaking: Speaking, *, language: str, tracker: str | None) -> PlainSpoken:
        loop = json.loads(tracker)["loop"] if tracker else None
        told = zip(report.SLOTS, report.FIELDS, strict=True)
        slots = {"language": language, **{slot: speaking.turn.now.report.get(name) for slot, name in told}}
        turn = _Turn(Tracker(slots, active_loop_name=loop), speaking)
        with speak_in(speaking):
            turn.run()
        return PlainSpoken(tuple(turn.replies), json.dumps({"loop": turn.tracker.active_loop_name}))


class _Turn:
    def __init__(self, tracker: Tracker, speaking: Speaking) -> None:
        self.tracker = tracker
        self.speaking = speaking
        self.replies: list[Reply] = []
        self.actions = {action().name(): action for action in ACTIONS}

    def run(self) -> None:
        if self.tracker.active_loop_name is not None:
            self._act(f"validate_{FORM}")
            self._form()
            return
        intent = self.speaking.turn.commands.main_intent()
        sections = tuple(f"action_{section.value}" for section in sections_of(intent, self.speaking.turn.now.phase))
        for action in own_actions().get(intent, sections):
            if action == FORM:
                self.tracker.active_loop_name = FORM
                if any(self.tracker.slots.get(slot) is not None for slot in report.SLOTS):
                    self._act(f"validate_{FORM}")  # as Rasa does where a form begins with parts that are told already
                self._form()
            else:
                self._act(action)

    def _form(self) -> None:
        slots = self.tracker.slots
        wanted = next((slot for slot in report.SLOTS if slots.get(slot) is None), None)
        if wanted is not None and self.tracker.active_loop_name is not None:
            self._act(f"action_ask_{wanted}")
            return
        self.tracker.active_loop_name = None
        for action in own_actions()[FORM]:
            self._act(action)

    def _act(self, name: str) -> None:
        dispatcher = CollectingDispatcher()
        for event in self.actions[name]().run(dispatcher, self.tracker, {}):  # type: ignore[arg-type]
            if event["event"] == "slot":
                self.tracker.slots[event["name"]] = event["value"]
            elif event["event"] == "active_loop":
                self.tracker.active_loop_name = event["name"]
        for message in dispatcher.messages:
            buttons = tuple(Button(button["title"], button["payload"]) for button in message["buttons"] or [])
            self.replies.append(Reply(message["text"], message.get("language", "pl"), buttons))
