"""How many of those who ask for a person are given one: `python -m bench.person`.

`bench/a_person.yml`, and later `another_person.yml`, were written by people who had read neither the lists nor the conversations. Nothing
is trained or chosen on them. Each sentence is read as a first message; a wish also where a consultant was just offered, as some of them
are a yes in other words.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import yaml

from bot.dialogue.archive import Reader, load_reader
from bot.dialogue.features import Context
from bot.dialogue.settle import settle
from bot.dialogue.state import Person, State
from bot.settings import load_settings

SENTENCES = [Path(__file__).with_name(f"{name}.yml") for name in ("a_person", "another_person")]
NEW = State()
OFFERED = State(turns=2, told_self=True, awaits="human", last_said=("handoff_offer",))
WAITING = State(turns=2, told_self=True, person=Person.ASKED, last_said=("handoff_short",))


def does(reader: Reader, text: str, language: str, state: State) -> frozenset[str]:
    """Return what a message does in a conversation that stands so."""
    return settle(text, reader.read(text, language_hint=language, context=Context.of(state)).commands, state).names


def main() -> None:
    """Print the counts by language."""
    reader = load_reader(Path(load_settings().model_dir))
    for path in SENTENCES:
        print(path.name)
        _count(reader, yaml.safe_load(path.read_text(encoding="utf-8")))


def _count(reader: Reader, sentences: Mapping[str, Mapping[str, Sequence[str]]]) -> None:
    print(f"{'':6} {'wanted':>8} {'or offered':>11} {'innocent':>9} {'refused':>8}")
    totals = [0] * 8
    for language, groups in sentences.items():
        alone = [("want:human" in does(reader, text, language, NEW)) for text in groups["wanted"]]
        offered = [("want:human" in does(reader, text, language, OFFERED)) for text in groups["wanted"]]
        innocent = [("want:human" in does(reader, text, language, NEW)) for text in groups["innocent"]]
        refused = [("refuse:human" in does(reader, text, language, WAITING)) for text in groups["refused"]]
        either = [one or other for one, other in zip(alone, offered, strict=True)]
        counts = [(sum(found), len(found)) for found in (alone, either, innocent, refused)]
        print(f"{language:6} " + " ".join(f"{hits:>5}/{of}" for hits, of in counts))
        totals = [known + new for known, new in zip(totals, (part for pair in counts for part in pair), strict=True)]
    print(f"{'all':6} " + " ".join(f"{totals[place]:>5}/{totals[place + 1]}" for place in range(0, 8, 2)))


if __name__ == "__main__":
    main()
