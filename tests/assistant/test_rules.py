"""Rasa decides what a reply says: the rules of the project, in Rasa's own policy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from bot.dialogue.commands import MAIN_INTENTS
from bot.dialogue.rules import sections_of
from bot.dialogue.state import Danger, Person, State
from bot.dialogue.turn import Speaking
from bot.messages import Indicator, Triage
from tests.assistant.rules_only import RULES, train_rules
from tests.dialogue.people import DANGER, QUESTION, READINGS
from tests.dialogue.talk import Person as Somebody
from tests.dialogue.talk import around, heard
from tests.standins.rules_assistant import RulesAssistant
from tests.support import open_program

if TYPE_CHECKING:
    from bot.assistant.assistant import Assistant

pytestmark = pytest.mark.model

GRAVE = {"triage": Triage.HIGH, "signs": [Indicator.DOCUMENTS_TAKEN]}
PHASES = {
    "calm": State(),
    "told": State(told_self=True),
    "waiting": State(person=Person.ASKED),
    "danger": State(danger=Danger.OPEN, said={"emergency_victim": 1}),
    "suicide": State(suicide=Danger.OPEN, said={"suicide": 1}),
}


def begun(*commands: str, state: State | None = None, **known: Any) -> Speaking:
    before = state or State()
    triage = known.get("triage", Triage.NONE)
    return Speaking.begin("…?", heard(*commands, **known), before, around(triage=triage, queued=before.person is Person.ASKED))


@pytest.mark.parametrize("phase", list(PHASES))
async def test_rasa_speaks_the_sections_that_the_rules_name(by_the_rules: Assistant, phase: str) -> None:
    """The stand-in of the other tests, and the learning, read the same file without Rasa: they must agree."""
    state = PHASES[phase]
    for intent, names in MAIN_INTENTS.items():
        if intent.startswith("report") or not names:
            continue
        command = names[0] if names[0] != "ask" else "ask:who_reads"
        rasa, ours = begun(command, state=state), begun(command, state=state)
        await by_the_rules.turn(rasa, language="pl", tracker=None)
        for section in sections_of(ours.turn.commands.main_intent(), ours.turn.now.phase):
            ours.section(section)
        assert rasa.turn.said == ours.turn.said, (intent, phase)


async def test_a_changed_rule_changes_a_reply(by_the_rules: Assistant, tmp_path: Any) -> None:
    told = begun("tell:self", "ask:sleep_tonight", **GRAVE)
    await by_the_rules.turn(told, language="pl", tracker=None)
    assert "answer.sleep_tonight" in told.turn.said
    rules = RULES.read_text(encoding="utf-8")
    changed = train_rules(tmp_path, rules.replace("  - action: action_answer\n", ""))
    try:
        silent = begun("tell:self", "ask:sleep_tonight", **GRAVE)
        await changed.turn(silent, language="pl", tracker=None)
        assert "answer.sleep_tonight" not in silent.turn.said
        assert silent.turn.said
    finally:
        changed.close()


async def test_the_repaired_policy_finds_the_rules_that_rasa_would_find(
    by_the_rules: Assistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    from rasa.core.policies.rule_policy import RulePolicy

    found: list[tuple[set[str], set[str]]] = []
    repaired = RulePolicy._get_possible_keys

    def both(policy: RulePolicy, lookup: dict[str, str], states: list[Any]) -> set[str]:
        fitting: set[str] = repaired(policy, lookup, states)
        tried = list(enumerate(reversed(states)))
        found.append((fitting, {rule for rule in lookup if all(policy._is_rule_applicable(rule, *one) for one in tried)}))
        return fitting

    monkeypatch.setattr(RulePolicy, "_get_possible_keys", both)
    tracker = None
    for state in PHASES.values():
        for names in MAIN_INTENTS.values():
            spoken = await by_the_rules.turn(begun(*names[:1], state=state), language="pl", tracker=tracker)
            tracker = spoken.tracker
    assert len(found) > len(PHASES) * len(MAIN_INTENTS)
    assert any(theirs for _, theirs in found)
    assert all(ours == theirs for ours, theirs in found)


class ByRasa(RulesAssistant):
    """Understands what it is told to understand, and speaks by Rasa."""

    def __init__(self, speaks: Assistant) -> None:
        super().__init__(READINGS)
        self.speaks = speaks

    async def turn(self, speaking: Speaking, *, language: str, tracker: str | None) -> Any:
        return await self.speaks.turn(speaking, language=language, tracker=tracker)


REPORTS = [
    ["@report", "mężczyźni śpią w szopie", "Zalesie koło Grójca", "@send", "@send"],
    ["@report", "mężczyźni śpią w szopie", QUESTION, "Zalesie koło Grójca", "@skip", "@send", "@correct", "@part_where", "Kolno"],
    ["@report", "mężczyźni śpią w szopie", DANGER, "dziękuję", "@report", "Zalesie koło Grójca", "@do_not_send"],
    ["@report", "mężczyźni śpią w szopie", "@human", "Zalesie", "@delete", "@delete_no", "Kolno", "@send", "nie"],
    ["@delete", "nie", "@human", "@withdraw", "@quiet", QUESTION, "@quiet_off", QUESTION],
]


@pytest.mark.parametrize("texts", REPORTS, ids=lambda texts: texts[2])
async def test_a_report_is_led_by_rasas_form_as_by_the_stand_in(by_the_rules: Assistant, tmp_path: Any, texts: list[str]) -> None:
    said: list[list[tuple[str, ...]]] = []
    for number, assistant in enumerate((ByRasa(by_the_rules), RulesAssistant(READINGS))):
        folder = tmp_path / str(number)
        folder.mkdir()
        program = await open_program(folder, assistant)
        somebody = Somebody(program)
        said.append([(await somebody.writes(text)).said for text in texts])
        await program.database.close()
    assert said[0] == said[1]
