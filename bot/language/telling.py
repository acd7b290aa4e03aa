"""Words that would tell somebody who glances at the screen what a conversation is about, by stem."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Final

from bot.language.data import NLU_DATA
from bot.language.yaml_texts import read_values

PREVIEW: Final = 40  # characters of an SMS that a locked phone shows


@functools.cache
def telling_words() -> Mapping[str, tuple[str, ...]]:
    """Return the stems by language, from the folders of the languages that have them."""
    files = {path.parent.name: path for path in sorted(NLU_DATA.glob("*/telling.yml"))}
    return {language: tuple(read_values(path)) for language, path in files.items()}


def preview(text: str) -> str:
    """Return what a locked phone shows of an SMS, in small letters."""
    return next(iter(text.splitlines()), "")[:PREVIEW].lower()


def telling(text: str, language: str) -> tuple[str, ...]:
    """Return the telling words of a text, as far as they are known in its language."""
    shown = text.lower()
    return tuple(word for word in telling_words().get(language, ()) if word in shown)
