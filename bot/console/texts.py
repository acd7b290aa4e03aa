"""The console's own texts, in Polish and English, from one file that is easy to correct.

What a channel's provider alone has, such as its channels' names and its codes, stands in a file of the same form in the provider's folder.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from bot.language.yaml_texts import read_values

FILE: Final = Path(__file__).parent / "texts.yml"
OF_PROVIDERS: Final = Path(__file__).resolve().parents[1] / "channels"
INTERFACE_LANGUAGES: Final = ("pl", "en")


class TextsInvalid(Exception):
    """A text of the console lacks one of its languages, or is there twice; the message names it."""


class Texts:
    """Texts by key and language; keys are the path in the file, joined with dots."""

    def __init__(self, texts: Mapping[str, Mapping[str, str]]) -> None:
        self.texts = texts

    @classmethod
    def load(cls, path: Path = FILE, of_providers: Path = OF_PROVIDERS) -> Texts:
        """Read the file and those of the providers; raises TextsInvalid."""
        texts: dict[str, Mapping[str, str]] = {}
        for file in (path, *sorted(of_providers.glob("*/console.yml"))):
            own = dict(_leaves(read_values(file), (), file))
            if double := sorted(own.keys() & texts.keys()):
                raise TextsInvalid(f"{file}: {double[0]} is there already: two texts of one name cannot be told apart.")
            texts |= own
        return cls(texts)

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


def _leaves(content: Any, path: tuple[str, ...], file: Path) -> list[tuple[str, dict[str, str]]]:
    key = ".".join(path)
    if not isinstance(content, dict) or not content:
        raise TextsInvalid(f"{file}: {key or 'the file'} must hold texts.")
    if any(isinstance(value, str) for value in content.values()):
        if set(content) != set(INTERFACE_LANGUAGES) or not all(isinstance(value, str) for value in content.values()):
            raise TextsInvalid(f"{file}: {key} must have exactly the languages {', '.join(INTERFACE_LANGUAGES)}.")
        return [(key, content)]
    if strange := [name for name in content if not isinstance(name, str)]:
        raise TextsInvalid(f"{file}: put quotes around the key {strange[0]!r} under {key}: YAML reads it as something else.")
    return [leaf for name, value in content.items() for leaf in _leaves(value, (*path, name), file)]
