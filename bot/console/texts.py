"""The console's own texts, in Polish and English, from one file that is easy to correct."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from bot.language.yaml_texts import read_values

FILE: Final = Path(__file__).parent / "texts.yml"
INTERFACE_LANGUAGES: Final = ("pl", "en")


class TextsInvalid(Exception):
    """A text of the console lacks one of its languages; the message names it."""


class Texts:
    """Texts by key and language; keys are the path in the file, joined with dots."""

    def __init__(self, texts: Mapping[str, Mapping[str, str]]) -> None:
        self.texts = texts

    @classmethod
    def load(cls, path: Path = FILE) -> Texts:
        """Read the file; raises TextsInvalid."""
        content = read_values(path)
        return cls(dict(_leaves(content, ())))

    def has(self, key: str) -> bool:
        """Say whether there is a text of this key."""
        return key in self.texts

    def text(self, key: str, language: str, /, **values: object) -> str:
        """Return a text with its values filled in."""
        text = self.texts[key][language]
        return text.format_map(values) if values else text

    def name(self, group: str, code: str, language: str) -> str:
        """Return the name of a code such as a channel; the code itself when it is newer than the texts."""
        key = f"{group}.{code}"
        return self.texts[key][language] if key in self.texts else code


def _leaves(content: Any, path: tuple[str, ...]) -> list[tuple[str, dict[str, str]]]:
    key = ".".join(path)
    if not isinstance(content, dict) or not content:
        raise TextsInvalid(f"{FILE.name}: {key or 'the file'} must hold texts.")
    if any(isinstance(value, str) for value in content.values()):
        if set(content) != set(INTERFACE_LANGUAGES) or not all(isinstance(value, str) for value in content.values()):
            raise TextsInvalid(f"{FILE.name}: {key} must have exactly the languages {', '.join(INTERFACE_LANGUAGES)}.")
        return [(key, content)]
    if strange := [name for name in content if not isinstance(name, str)]:
        raise TextsInvalid(f"{FILE.name}: put quotes around the key {strange[0]!r} under {key}: YAML reads it as something else.")
    return [leaf for name, value in content.items() for leaf in _leaves(value, (*path, name))]
