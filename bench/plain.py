"""How many plain ways of asking find their answer: `python -m bench.plain`.

`bench/plain.yml` holds one sentence for each of the matters that most people ask about, in everyday words. Each is read as a first
message; an answer counts as given from the bar on from which the program dares to give one.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

import yaml

from bot.dialogue.archive import Reader, load_reader
from bot.dialogue.state import Who
from bot.settings import load_settings

SENTENCES: Final = Path(__file__).with_name("plain.yml")
COLUMNS: Final = ("sentences", "nearest", "given", "other given")


def counted(reader: Reader, language: str, sentences: Iterable[Mapping[str, str]]) -> Counter[str]:
    """Count the sentences of a language: to how many their answer is nearest, is given, and another one is given."""
    bar = reader.understanding.asked.bars.first
    counts: Counter[str] = Counter()
    for sentence in sentences:
        found = reader.asked(sentence["text"], Who(sentence.get("who", Who.UNKNOWN)), language)
        first, sure = (found[0][0].answer, found[0][1]) if found else ("", 0.0)
        right = first == sentence["asks"]
        counts.update(
            {"sentences": 1, "nearest": right, "given": right and sure >= bar, "other given": not right and sure >= bar}
        )
    return counts


def main() -> None:
    """Print the counts by language."""
    argparse.ArgumentParser(prog=f"python -m {__spec__.name}", description=__doc__).parse_args()
    reader = load_reader(Path(load_settings().model_dir))
    print(f"{'':6}" + "".join(f"{column:>13}" for column in COLUMNS))
    total: Counter[str] = Counter()
    for language, sentences in yaml.safe_load(SENTENCES.read_text(encoding="utf-8")).items():
        found = counted(reader, language, sentences)
        _show(language, found)
        total += found
    _show("all", total)


def _show(name: str, counts: Counter[str]) -> None:
    print(f"{name:6}" + "".join(f"{counts[column]:>13}" for column in COLUMNS))


if __name__ == "__main__":
    main()
