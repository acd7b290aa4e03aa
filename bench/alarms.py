"""How many alarms in words of strangers are heard, and how many denials and look-alikes are not taken for one: `python -m bench.alarms`.

`bench/alarms.yml`, and `bench/tense.yml` for `--tense`, were each written by somebody who had read neither the data nor the lists. Nothing
is trained or chosen on them. Each message is read as the first of a conversation, a denial after a word of dying.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import Final

import yaml

from bench.settled import Heard, heard_in
from bot.dialogue.archive import Reader, load_reader
from bot.dialogue.state import Danger, State
from bot.settings import load_settings

SENTENCES: Final = Path(__file__).with_name("alarms.yml")
TENSE: Final = Path(__file__).with_name("tense.yml")
NEW: Final = State()
SPOKE_OF_DYING: Final = State(turns=1, suicide=Danger.OPEN, last_said=("suicide",))
DANGERS: Final = ("danger:self", "danger:other")
DYING: Final = ("feel:suicide", "doubt:suicide")  # the lines for it, or the question whether it is meant


# Of each kind of messages, what is counted: for `none` that no alarm is heard, for the others what is wanted.
RIGHT: Final[Mapping[str, Callable[[Heard], bool]]] = {
    "dying": lambda heard: heard.any_of(*DYING),
    "denied": lambda heard: heard.any_of("feel:better") and not heard.any_of("feel:suicide"),
    "danger_self": lambda heard: heard.any_of(*DANGERS),
    "danger_other": lambda heard: heard.any_of(*DANGERS, *DYING),
    "near": lambda heard: heard.any_of("near"),
    "none": lambda heard: not heard.any_of(*DANGERS, *DYING, "near"),
}


def counted(reader: Reader, language: str, kinds: Mapping[str, Sequence[str]]) -> dict[str, list[bool]]:
    """Return for each kind which of its messages are heard rightly, and of all alarms which the screening gives to a consultant."""
    heard = {
        kind: [heard_in(reader, text, language, SPOKE_OF_DYING if kind == "denied" else NEW) for text in texts]
        for kind, texts in kinds.items()
    }
    found = {kind: [right(one) for one in heard.get(kind, ())] for kind, right in RIGHT.items()}
    alarms = chain.from_iterable(heard.get(kind, ()) for kind in ("dying", "danger_self", "danger_other"))
    return found | {"given over": [one.triage.needs_person for one in alarms]}


def sentences(file: Path = SENTENCES) -> dict[str, Mapping[str, Sequence[str]]]:
    """Return the messages of a file by language and kind."""
    found: dict[str, Mapping[str, Sequence[str]]] = yaml.safe_load(file.read_text(encoding="utf-8"))
    return found


def main() -> None:
    """Print the counts by language."""
    parser = argparse.ArgumentParser(prog=f"python -m {__spec__.name}", description=__doc__)
    parser.add_argument(
        "--tense", action="store_true", help="messages that are tense, sad or whispered, and words of dying beside them"
    )
    file = TENSE if parser.parse_args().tense else SENTENCES
    reader = load_reader(Path(load_settings().model_dir))
    columns = (*RIGHT, "given over")
    print(" " * 4 + "".join(f"{name:>14}" for name in columns))
    found = {language: counted(reader, language, kinds) for language, kinds in sentences(file).items()}
    everywhere = {name: list(chain.from_iterable(one[name] for one in found.values())) for name in columns}
    for language, one in (found | {"all": everywhere}).items():
        print(f"{language:4}" + "".join(f"{f'{sum(one[name])}/{len(one[name])}':>14}" for name in columns))


if __name__ == "__main__":
    main()
