"""Five repairs to Rasa 3.6.21, for this version only: what it does again in each of a turn's six predictions is done once, or not at all.

Processor time of Rasa's part of a turn, on one machine: 25 ms without the third and fourth, 12 ms with them; the fifth takes
away a quarter of the calls that are left.

1. The result of each action is checked against a JSON schema, as it could come from another server. Here actions run in this process,
   and the SDK builds their results: nothing is checked.
2. The class of every stored event is looked up by walking all subclasses. The walk is done once.
3. Each prediction tries every rule against each state, and reads the rule anew for it. Rules are read once, and only those are tried whose
   last step follows the action that was last.
4. dask orders the graph anew for each run. Here the nodes of a target run in their order, which is found once.
5. Each prediction plays all events of the conversation again, to see the states that it went through. Here it goes on from the last
   prediction's, as long as the events are the same.
"""

from __future__ import annotations

import functools
import json
import operator
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from weakref import WeakKeyDictionary

import rasa
from rasa.core.actions.action import RemoteAction
from rasa.core.policies.rule_policy import RulePolicy
from rasa.engine.exceptions import GraphRunError
from rasa.engine.runner.dask import DaskGraphRunner
from rasa.shared.core.constants import PREVIOUS_ACTION
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, Event
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.utils.common import all_subclasses

PATCHED_VERSION = "3.6.21"
State = Mapping[str, Mapping[str, Any]]
_PLAYED: Final = "_played"  # an attribute of Rasa's trackers that is ours
_ORDERS: Final[WeakKeyDictionary[DaskGraphRunner, dict[tuple[str, ...], list[tuple[str, tuple[str, ...]]]]]] = WeakKeyDictionary()


class RasaChanged(Exception):
    """Another version of Rasa is installed than the one these repairs were written for."""


def _validate_action_result(_self: RemoteAction, _result: dict[str, Any]) -> bool:
    return True


@functools.cache
def _event_classes() -> dict[str, type[Event]]:
    return {event.type_name: event for event in reversed(all_subclasses(Event))}


def _resolve_by_type(type_name: str, default: type[Event] | None = None) -> type[Event] | None:
    found = _event_classes().get(type_name, default)
    if found is None:
        raise ValueError(f"Unknown event name '{type_name}'.")
    return found


@functools.lru_cache(maxsize=4096)
def _backwards(rule: str) -> list[State]:
    """Return the states of a rule, the last first."""
    return list(reversed(json.loads(rule)))


@functools.lru_cache(maxsize=64)
def _by_last_action(rules: tuple[str, ...]) -> dict[str | None, list[str]]:
    """Return rules by the action before their last state; None for those that begin a conversation."""
    found: dict[str | None, list[str]] = {}
    for rule in rules:
        found.setdefault(_action_before(_backwards(rule)[0]), []).append(rule)
    return found


def _action_before(state: State) -> str | None:
    return state.get(PREVIOUS_ACTION, {}).get("action_name")


def _possible_rules(_self: RulePolicy, rules: Collection[str], states: list[State]) -> set[str]:
    """Return the rules whose states are those at the end of the conversation."""
    if not states:
        return set(rules)
    possible = _by_last_action(tuple(rules)).get(_action_before(states[-1]), [])
    for back, state in enumerate(reversed(states)):
        possible = [rule for rule in possible if _applies(_backwards(rule), back, state)]
    return set(possible)


def _applies(rule: list[State], back: int, state: State) -> bool:
    """Say whether a rule, the last state first, holds so many states ago; as RulePolicy._is_rule_applicable does."""
    if back >= len(rule):
        return True
    ours, theirs = rule[back].get(PREVIOUS_ACTION), state.get(PREVIOUS_ACTION)
    if not ours or not theirs:
        return not ours and not theirs
    return bool(RulePolicy._does_rule_match_state(rule[back], state))


def _run(self: DaskGraphRunner, inputs: Mapping[str, Any] | None = None, targets: list[str] | None = None) -> dict[str, Any]:
    """Run the nodes that targets need, each after those that it needs; return what the targets gave."""
    wanted = tuple(targets or self._graph_schema.target_names)
    orders = _ORDERS.setdefault(self, {})
    if wanted not in orders:
        orders[wanted] = _order(self._graph_schema.minimal_graph_schema(list(wanted)).nodes)
    given: dict[str, Any] = {name: (name, value) for name, value in (inputs or {}).items()}
    try:
        for name, needs in orders[wanted]:
            given[name] = self._instantiated_nodes[name](*(given.get(need, need) for need in needs))
    except RuntimeError as error:
        raise GraphRunError("Error running runner.") from error
    return dict(given[name] for name in wanted)


def _order(nodes: Mapping[str, Any]) -> list[tuple[str, tuple[str, ...]]]:
    """Return the nodes of a graph with what each needs, each after that."""
    found: dict[str, tuple[str, ...]] = {}

    def add(name: str) -> None:
        if name in nodes and name not in found:
            needs = tuple(nodes[name].needs.values())
            for need in needs:
                add(need)
            found[name] = needs

    for name in nodes:
        add(name)
    return list(found.items())


@dataclass
class _Played:
    """The events of a conversation that were played, the tracker after them, and the state before each action."""

    events: list[Event]
    tracker: DialogueStateTracker
    states: list[State]
    omits: bool  # slots that are not set

    def goes_on_with(self, events: Sequence[Event], omits: bool) -> bool:
        """Say whether the events begin with those that were played."""
        return self.omits is omits and len(self.events) <= len(events) and all(map(operator.is_, self.events, events))


played_anew = Domain.states_for_tracker_history


def _states(
    self: Domain,
    tracker: DialogueStateTracker,
    omit_unset_slots: bool = False,
    ignore_rule_only_turns: bool = False,
    rule_only_data: dict[str, Any] | None = None,
) -> list[State]:
    """Return the states that a conversation went through, the last one as it stands."""
    if ignore_rule_only_turns:
        return played_anew(self, tracker, omit_unset_slots, ignore_rule_only_turns, rule_only_data)
    events = tracker.applied_events()
    played: _Played | None = getattr(tracker, _PLAYED, None)
    if played is None or not played.goes_on_with(events, omit_unset_slots):
        played = _Played([], tracker.init_copy(), [], omit_unset_slots)
    for event in events[len(played.events) :]:
        if isinstance(event, ActionExecuted):
            played.states.append(_state(self, played.tracker, omit_unset_slots))
        played.tracker.update(event)
    played.events = events
    setattr(tracker, _PLAYED, played)
    return [_copied(state) for state in (*played.states, _state(self, played.tracker, omit_unset_slots))]


def _state(domain: Domain, tracker: DialogueStateTracker, omit_unset_slots: bool) -> State:
    return domain._clean_state(domain.get_active_state(tracker, omit_unset_slots=omit_unset_slots))


def _copied(state: State) -> State:
    return {part: dict(values) for part, values in state.items()}


def apply() -> None:
    """Repair Rasa in this process; raises RasaChanged when it is not the version the repairs are for."""
    if rasa.__version__ != PATCHED_VERSION:
        raise RasaChanged(
            f"Rasa {rasa.__version__} is installed, bot/assistant/rasa_patches.py was written for {PATCHED_VERSION}."
            " Check its repairs against the new version before you change the number."
        )
    RemoteAction._validate_action_result = _validate_action_result
    Event.resolve_by_type = staticmethod(_resolve_by_type)
    RulePolicy._get_possible_keys = _possible_rules
    DaskGraphRunner.run = _run
    Domain.states_for_tracker_history = _states
