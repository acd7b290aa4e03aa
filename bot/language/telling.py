"""Words that would tell somebody who glances at the screen what a conversation is about, by stem."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

TELLING: Final[Mapping[str, tuple[str, ...]]] = {
    "pl": ("handel", "handlu", "ofiar", "policj", "wyzysk"),
    "en": ("traffick", "victim", "police", "exploit", "hotline"),
    "uk": ("торгівл", "жертв", "поліці", "експлуат"),
    "ru": ("торговл", "жертв", "полици", "эксплуат"),
    "es": ("trata", "víctim", "victim", "policía", "policia", "explota"),
}
PREVIEW: Final = 40  # characters of an SMS that a locked phone shows


def preview(text: str) -> str:
    """Return what a locked phone shows of an SMS, in small letters."""
    return next(iter(text.splitlines()), "")[:PREVIEW].lower()


def telling(text: str, language: str) -> tuple[str, ...]:
    """Return the telling words of a text, as far as they are known in its language."""
    shown = text.lower()
    return tuple(word for word in TELLING.get(language, ()) if word in shown)
