"""How much of what is told in plain words is handed over, alone and beside a question: `python -m bench.told`.

`bench/told.yml` was written by somebody who had read neither the data nor the lists. Nothing is trained or chosen on it. Each message is
read as the first of a conversation.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import Final

import yaml

from bench.settled import Heard, heard_in
from bot.dialogue.archive import Reader, load_reader
from bot.dialogue.state import State
from bot.settings import load_settings

SENTENCES: Final = Path(__file__).with_name("told.yml")
# What a person must see, however plainly it is told; of the other kinds it depends on what else is told.
GRAVE: Final = ("beaten", "threat_harm", "locked", "moved", "papers")
NONE: Final = "none"
FEW_WORDS: Final = 12  # of a message that stands alone; the others have a question beside what they tell
Sentences = Mapping[str, Mapping[str, Sequence[str]]]


def counted(reader: Reader, language: str, kinds: Mapping[str, Sequence[str]]) -> dict[str, list[tuple[str, Heard]]]:
    """Return the messages of a language by kind, with what is heard in each."""
    return {kind: [(text, heard_in(reader, text, language, State())) for text in texts] for kind, texts in kinds.items()}


def sentences(file: Path = SENTENCES) -> Sentences:
    """Return the messages by language and kind."""
    found: Sentences = yaml.safe_load(file.read_text(encoding="utf-8"))
    return found


def handed_over(heard: Sequence[tuple[str, Heard]], *, alone: bool) -> list[bool]:
    """Return which of the messages that stand alone, or of the others, are given to a consultant."""
    return [one.triage.needs_person for text, one in heard if (len(text.split()) <= FEW_WORDS) is alone]


def main() -> None:
    """Print the counts by kind."""
    argparse.ArgumentParser(prog=f"python -m {__spec__.name}", description=__doc__).parse_args()
    reader = load_reader(Path(load_settings().model_dir))
    found = [counted(reader, language, kinds) for language, kinds in sentences().items()]
    print(f"{'handed over':16} {'alone':>9} {'beside a question':>19}")
    for kind in dict.fromkeys(chain.from_iterable(found)):
        heard = list(chain.from_iterable(one[kind] for one in found))
        alone, beside = handed_over(heard, alone=True), handed_over(heard, alone=False)
        print(f"{kind:16} {f'{sum(alone)}/{len(alone)}':>9} {f'{sum(beside)}/{len(beside)}':>19}")


if __name__ == "__main__":
    main()
