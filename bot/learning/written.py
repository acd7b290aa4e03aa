"""Messages written for one network alone, by what they do: a file in each language, `nlu_data/<language>/person.yml` or `alarms.yml`.

Beside those that do something stand others that do nothing of the kind although they have the same words.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bot.language.yaml_texts import read_values
from bot.messages import LANGUAGES

TIMES: Final = 3  # how often such a message counts beside a turn of a conversation


@dataclass(frozen=True)
class WrittenMessage:
    """A message, its language, and the command that it is, "" where it is none of those that its file is about."""

    language: str
    command: str
    text: str


@dataclass(frozen=True)
class WrittenFor:
    """A file name, and the command of each kind of messages in such files."""

    file: str
    commands: Mapping[str, str]

    def files(self, root: Path) -> list[Path]:
        """Return the files of all languages that have one, in a fixed order."""
        return [path for language in LANGUAGES if (path := root / language / self.file).exists()]

    def read(self, root: Path) -> Iterator[WrittenMessage]:
        """Yield the messages of all languages."""
        for path in self.files(root):
            for kind, texts in read_values(path).items():
                yield from (WrittenMessage(path.parent.name, self.commands[kind], text) for text in texts)


FOR_PERSON: Final = WrittenFor(
    "person.yml", {"asks": "want:human", "refuses": "refuse:human", "erases": "want:erase", "neither": ""}
)
FOR_ALARMS: Final = WrittenFor(
    "alarms.yml",
    {
        "dying": "feel:suicide",
        "denied": "feel:better",
        "danger_self": "danger:self",
        "danger_other": "danger:other",
        "near": "near",
        "none": "",
    },
)
