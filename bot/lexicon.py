"""Short words that mean one thing, in every language: yes, no, stop, a person please.

A classifier reads "ok" and "?" as anything; a list does not. Only whole short messages are matched, never words inside a sentence.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from bot.messages import LANGUAGES
from bot.screening.language import without_diacritics
from bot.screening.normalise import readable, words
from bot.wording import NLU_DATA

MEANINGS = (
    "yes",
    "no",
    "skip",
    "stop",
    "start",
    "help",
    "human",
    "delete",
    "quiet",
    "unquiet",
    "joke",
    "withdraw",
    "report",
    "language",
    "hide",
)
SHORT_WORDS = 6
# Words around the name of a language that change nothing: "english please", "po polsku proszę", "можна українською", without diacritics.
_COURTESIES = frozenset(
    [
        "please",
        "pls",
        "plz",
        "do",
        "you",
        "speak",
        "prosze",
        "poprosze",
        "mozna",
        "czy",
        "jest",
        "i",
        "in",
        "будь",
        "ласка",
        "bud",
        "laska",
        "можна",
        "mozhna",
        "пожалуйста",
        "пожалуиста",
        "pozhaluista",
        "pozhalujsta",
        "можно",
        "mozhno",
        "кали",
        "калі",
        "kali",
        "por",
        "favor",
        "puede",
        "vous",
        "plait",
        "sil",
        "parlez",
        "lutfen",
        "va",
        "rog",
        "te",
        "моля",
        "molq",
        "molya",
        "vui",
        "long",
        "xin",
        "გთხოვთ",
        "من",
        "فضلك",
        "कृपया",
    ]
)


class Lexicon:
    """Meanings of short messages by language."""

    def __init__(self, phrases: Mapping[str, Mapping[str, frozenset[str]]], names: Mapping[str, str]) -> None:
        self.phrases = phrases
        self.names = names

    @classmethod
    def load(cls, root: Path = NLU_DATA) -> Lexicon:
        """Read all lists; a language without a file has none."""
        phrases: dict[str, dict[str, frozenset[str]]] = {}
        names: dict[str, str] = {}
        for language in LANGUAGES:
            path = root / language / "lexicon.yml"
            content: dict[str, Any] = _read(path) if path.exists() else {}
            phrases[language] = {
                meaning: frozenset(_shape(str(phrase)) for phrase in content.get(meaning) or []) for meaning in MEANINGS
            }
            for code, spellings in (content.get("language_names") or {}).items():
                for spelling in spellings or []:
                    names.setdefault(_shape(str(spelling)), code)
        return cls(phrases, names)

    def meaning(self, text: str, language: str) -> str | None:
        """Return what a short message means, in the given language first, then in any other; None when it is not on a list."""
        shape = _shape(text)
        if not shape or len(shape.split()) > SHORT_WORDS or any(character.isdigit() for character in text):
            return None  # "5 человек" answers how many, it does not ask for a person
        for candidate in (language, *(code for code in LANGUAGES if code != language)):
            for meaning, listed in self.phrases.get(candidate, {}).items():
                if shape in listed:
                    return meaning
            if candidate == language and shape in self.names:
                return None  # "hindi" is no in Filipino; to everybody else it is a language
            if candidate == language and len(shape) <= 2:
                return None  # "no", "da", "ta": two letters mean different things in different languages
        return None

    def language_named(self, text: str) -> str | None:
        """Return the language that a message names and nothing else, such as "english?" or "po polsku proszę"."""
        shape = " ".join(word for word in _shape(text).split() if word not in _COURTESIES)
        return self.names.get(shape)


def _shape(text: str) -> str:
    # Python lowers İ to two characters; without diacritics first it is an i like any other.
    return without_diacritics(" ".join(words(without_diacritics(readable(text)).lower())))


def _read(path: Path) -> dict[str, Any]:
    content = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CBaseLoader)  # noqa: S506 - makes strings only: "no" is a word
    return content if isinstance(content, dict) else {}
