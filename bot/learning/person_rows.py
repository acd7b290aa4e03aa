"""Messages that ask for a person, refuse one, or do neither: what a wish for a person is learned from, in every language."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from bot.language.yaml_texts import read_values
from bot.messages import LANGUAGES

FILE: Final = "person.yml"
COMMANDS: Final = {"asks": "want:human", "refuses": "refuse:human", "neither": ""}


def person_files(root: Path) -> list[Path]:
    """Return the files of all languages that have one, in a fixed order."""
    return [path for language in LANGUAGES if (path := root / language / FILE).exists()]


def read_person(root: Path) -> Iterator[tuple[str, str, str]]:
    """Yield language, command and text of each message; the command is empty where neither holds."""
    for path in person_files(root):
        for kind, texts in read_values(path).items():
            for text in texts:
                yield path.parent.name, COMMANDS[kind], text
