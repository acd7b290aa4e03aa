"""How many of those who ask for a person are given one: `python -m bench.person`.

`bench/a_person.yml`, and later `another_person.yml` and `third_person.yml`, were written by people who had read neither the lists nor the
conversations. Nothing is trained or chosen on them. Each sentence is read as a first message; a wish that calls nobody there also where a
consultant was just offered, as some of them are a yes in other words.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import yaml

from bench.settled import heard_in
from bot.dialogue.archive import Reader, load_reader
from bot.dialogue.state import Person, State
from bot.settings import load_settings

SENTENCES = [Path(__file__).with_name(f"{name}.yml") for name in ("a_person", "another_person", "third_person")]
NEW = State()
OFFERED = State(turns=2, told_self=True, awaits="human", last_said=("handoff_offer",))
WAITING = State(turns=2, told_self=True, person=Person.ASKED, last_said=("handoff_short",))


def does(reader: Reader, text: str, language: str, state: State) -> frozenset[str]:
    """Return what a message does in a conversation that stands so."""
    return heard_in(reader, text, language, state).does


@dataclass(frozen=True)
class Counted:
    """Of sentences of one language: which wishes call a person at once, or where one is offered, which innocent ones do, refusals heard."""

    alone: Sequence[bool]
    called: Sequence[bool]
    innocent: Sequence[bool]
    refused: Sequence[bool]

    @classmethod
    def of(cls, reader: Reader, language: str, groups: Mapping[str, Sequence[str]]) -> Counted:
        """Read the sentences of a language."""

        def each(command: str, group: str, state: State) -> list[bool]:
            return [command in does(reader, text, language, state) for text in groups[group]]

        alone = each("want:human", "wanted", NEW)
        wanted = zip(groups["wanted"], alone, strict=True)
        called = [at_once or "want:human" in does(reader, text, language, OFFERED) for text, at_once in wanted]
        return cls(alone, called, each("want:human", "innocent", NEW), each("refuse:human", "refused", WAITING))

    @property
    def groups(self) -> tuple[Sequence[bool], ...]:
        """Return the four in the order of the table."""
        return self.alone, self.called, self.innocent, self.refused


def sentences() -> dict[str, Mapping[str, Mapping[str, Sequence[str]]]]:
    """Return the sentences of all writers by file, language and group."""
    return {path.name: yaml.safe_load(path.read_text(encoding="utf-8")) for path in SENTENCES}


def main() -> None:
    """Print the counts by language."""
    argparse.ArgumentParser(prog=f"python -m {__spec__.name}", description=__doc__).parse_args()
    reader = load_reader(Path(load_settings().model_dir))
    for name, languages in sentences().items():
        print(name)
        print(f"{'':6} {'wanted':>8} {'or offered':>11} {'innocent':>9} {'refused':>8}")
        found = {language: Counted.of(reader, language, groups) for language, groups in languages.items()}
        for language, one in found.items():
            _show(language, one.groups)
        _show("all", [list(chain.from_iterable(group)) for group in zip(*(one.groups for one in found.values()), strict=True)])


def _show(name: str, groups: Sequence[Sequence[bool]]) -> None:
    print(f"{name:6} " + " ".join(f"{sum(group):>5}/{len(group)}" for group in groups))


if __name__ == "__main__":
    main()
