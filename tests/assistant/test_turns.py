"""The second to the fifth message of conversations, where a message has no meaning without those before it; with the real assistant.

From conversations that people's stand-ins held with the program in five languages. Every line of a case is a message; what follows
`>` are the keys of texts of which one must be heard then, what follows `!` those that must not be, `=` the triage, `+` or `-` whether
a consultant is waited for.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml
from _pytest.mark import ParameterSet

from bot.messages import Triage
from bot.program import Program
from tests.assistant.test_conversations import Person

if TYPE_CHECKING:
    pass

pytestmark = pytest.mark.model

CASES = yaml.load(Path(__file__).with_name("turns.yml").read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)


@dataclass(frozen=True)
class Step:
    """A message and what is expected of the answer."""

    text: str
    heard: tuple[str, ...] = ()
    unheard: tuple[str, ...] = ()
    triage: Triage | None = None
    waits: bool | None = None


def cases() -> Iterator[tuple[str, str, list[Step]]]:
    for name, by_language in CASES.items():
        for language, lines in by_language.items():
            yield name, language, [read(line) for line in lines]


def read(line: str | dict[str, str]) -> Step:
    if isinstance(line, str):
        return Step(line)
    ((text, expected),) = line.items()
    words = expected.split()
    return Step(
        text,
        tuple(word[1:] for word in words if word[0] == ">"),
        tuple(word[1:] for word in words if word[0] == "!"),
        next((Triage(word[1:]) for word in words if word[0] == "="), None),
        next((word == "+" for word in words if word in {"+", "-"}), None),
    )


DANGER_GOES_ON = "in a danger that goes on nothing is not understood and nothing calm is said"
SENT_ON = "a cry for help that somebody sent on is somebody's danger"
# Not understood yet: said here so that it is seen when one of them is (docs/dialogue.md, "What it does not understand yet").
NOT_YET = {
    *((DANGER_GOES_ON, language) for language in ("pl", "en", "ru", "es")),
    ("a yes with more words erases, and a question in between hears that nothing is erased yet", "en"),
    ("who asks whether a person writes here asks for nobody", "es"),
    ("a short question goes on with the one before it", "pl"),
    *((SENT_ON, language) for language in ("pl", "uk", "ru", "es")),
    *(("a wish to die that is denied ends its texts and the case stays", language) for language in ("tr", "vi", "hi")),
    ("who orders to erase in haste is asked back once and obeyed", "en"),
}


def parameters() -> Iterator[ParameterSet]:
    for name, language, steps in cases():
        marks = [pytest.mark.xfail(strict=True, reason="not understood yet")] if (name, language) in NOT_YET else []
        yield pytest.param(name, language, steps, id=f"{name} [{language}]", marks=marks)


@pytest.mark.parametrize(("name", "language", "steps"), list(parameters()))
async def test_a_message_is_answered_in_the_light_of_those_before_it(
    program: Program, name: str, language: str, steps: list[Step]
) -> None:
    person = Person(program, language)
    for step in steps:
        outcome = await person.writes(step.text)
        said = [reply.text for reply in outcome.replies]
        if step.heard:
            assert any(person.hears(outcome, key) for key in step.heard), (name, step.text, said)
        assert not [key for key in step.unheard if person.hears(outcome, key)], (name, step.text, said)
        assert step.triage in {None, outcome.triage}, (name, step.text, outcome.triage)
        assert step.waits in {None, outcome.handoff}, (name, step.text, said)
