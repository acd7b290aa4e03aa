"""The real rules and actions without Rasa: enough of its rule policy and its forms to lead long conversations quickly."""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from rasa_sdk.executor import CollectingDispatcher

from actions.dialogue import ACTIONS
from bot.messages import Button, Reply
from tests.support import PlainAssistant, PlainTurn

ROOT = Path(__file__).resolve().parents[2]


@dataclass
class Tracker:
    """What an action reads of a conversation."""

    slots: dict[str, Any]
    act: str
    text: str
    active_loop_name: str | None

    @property
    def latest_message(self) -> dict[str, Any]:
        return {"text": self.text}

    def get_intent_of_latest_message(self, skip_fallback_intent: bool = True) -> str:
        return self.act


@functools.cache
def rules() -> tuple[Mapping[str, list[str]], Mapping[str, str], Mapping[str, list[str]]]:
    """Return the actions of each intent, the action that ends each form, and the slots of each form."""
    steps: dict[str, list[str]] = {}
    endings: dict[str, str] = {}
    for path in sorted((ROOT / "nlu_data" / "dialogue").glob("*.yml")):
        for rule in yaml.safe_load(path.read_text(encoding="utf-8"))["rules"]:
            actions = [step["action"] for step in rule["steps"] if "action" in step]
            if "condition" in rule:
                endings[rule["condition"][0]["active_loop"]] = actions[-1]
            else:
                steps[rule["steps"][0]["intent"]] = actions
    forms = yaml.safe_load((ROOT / "domain.yml").read_text(encoding="utf-8"))["forms"]
    return steps, endings, {name: form["required_slots"] for name, form in forms.items()}


class RulesAssistant(PlainAssistant):
    """Understands like the plain stand-in, and speaks by the project's rules and actions."""

    async def turn(self, text: str, act: str, *, slots: Mapping[str, Any], state: str | None) -> PlainTurn:
        kept = json.loads(state) if state else {"slots": {}, "loop": None}
        turn = _Turn(Tracker({**kept["slots"], **slots}, act, text, kept["loop"]))
        turn.run()
        after = {"slots": turn.tracker.slots, "loop": turn.tracker.active_loop_name}
        return PlainTurn(tuple(turn.replies), dict(turn.tracker.slots), json.dumps(after))


class _Turn:
    def __init__(self, tracker: Tracker) -> None:
        self.tracker = tracker
        self.replies: list[Reply] = []
        self.actions = {action().name(): action for action in ACTIONS}
        self.steps, self.endings, self.forms = rules()

    def run(self) -> None:
        loop = self.tracker.active_loop_name
        if loop is not None and self._act(f"validate_{loop}"):
            self._form(loop)
            return
        for action in self.steps[self.tracker.act]:
            if action in self.forms:
                self.tracker.active_loop_name = action
                self._form(action)
            else:
                self._act(action)
        if loop is not None and self.tracker.active_loop_name == loop and loop not in self.steps[self.tracker.act]:
            self._form(loop)

    def _form(self, form: str) -> None:
        slots = self.tracker.slots
        wanted = next((slot for slot in self.forms[form] if slots.get(slot) is None), None)
        slots["requested_slot"] = wanted
        if wanted is not None:
            self._act(f"action_ask_{wanted}")
        if wanted is None or self.tracker.active_loop_name is None:
            self.tracker.active_loop_name = None
            self._act(self.endings[form])

    def _act(self, name: str) -> bool:
        """Run one action; say whether it changed anything but the requested slot."""
        dispatcher = CollectingDispatcher()
        changed = False
        for event in self.actions[name]().run(dispatcher, self.tracker, {}):  # type: ignore[arg-type]
            if event["event"] == "slot":
                self.tracker.slots[event["name"]] = event["value"]
                changed = changed or event["name"] != "requested_slot"
            elif event["event"] == "active_loop":
                self.tracker.active_loop_name = event["name"]
        for message in dispatcher.messages:
            buttons = tuple(Button(button["title"], button["payload"]) for button in message["buttons"] or [])
            self.replies.append(Reply(message["text"], message.get("language", "pl"), buttons))
        return changed
