"""Answers that were written in the console as files of the project: what is put at the end of which file of `nlu_data/`."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import PurePosixPath
from typing import Any

import yaml

from bot.dialogue.answers import FOLDER, Library
from bot.dialogue.entry import Entry
from bot.language.wording import LIBRARY
from bot.messages import LANGUAGES


def as_files(entries: Iterable[Entry], library: Library) -> dict[PurePosixPath, str]:
    """Return YAML by the path of the file to whose end it belongs: the catalogue's, and those of the languages that have words."""
    found: dict[PurePosixPath, dict[str, Any]] = {}
    for entry in entries:
        name = f"{entry.matter}.yml"
        found.setdefault(PurePosixPath(FOLDER, name), {})[entry.id] = entry.catalogued(library)
        for language in LANGUAGES:
            if words := entry.worded(language):
                found.setdefault(PurePosixPath(language, "answers", LIBRARY, name), {})[entry.id] = words
    return {path: yaml.safe_dump(content, allow_unicode=True, sort_keys=False, width=140) for path, content in found.items()}
