"""Checked phrases for consultants: searched in Polish, inserted in the person's language, read back in Polish.

The phrases stand with the other texts, in `nlu_data/<language>/answers/phrasebook.yml`, under keys `phrase_<group>_<name>`.
Reading back also knows the program's own answers, so that a consultant sees in Polish what the program said in a language that
they do not read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from bot.language.wording import FORMS, Wording
from bot.messages import LANGUAGES

PREFIX: Final = "phrase_"
READ_BACK_IN: Final = "pl"
GROUPS: Final = ("greeting", "safety", "talk", "ask", "help", "where", "emergency", "rights", "calm", "end")
_SPACE: Final = re.compile(r"\s+")
_ISOLATES: Final = re.compile("[\u2066-\u2069]")


@dataclass(frozen=True)
class Phrase:
    """A phrase in Polish, in English, and in the language of a person. `language` is English where that one lacks it."""

    key: str
    group: str
    polish: str
    english: str
    text: str
    language: str


@dataclass(frozen=True)
class Piece:
    """A piece of a text, and its Polish where it is one of our own texts; None where it is somebody's own words."""

    words: str
    polish: str | None


class Phrasebook:
    """The phrases of all languages."""

    def __init__(self, wording: Wording) -> None:
        self.wording = wording
        self._keys: dict[str, Mapping[str, Sequence[tuple[str, str]]]] = {}

    def keys(self) -> list[str]:
        """Return the keys of all phrases, group by group, in the order of the Polish file."""
        keys = [key for key in self.wording.texts[READ_BACK_IN] if key.startswith(PREFIX)]
        return sorted(keys, key=lambda key: GROUPS.index(_group(key)))

    def phrases(self, language: str) -> list[Phrase]:
        """Return all phrases for a person's language; a phrase that it lacks comes in English, and says so."""
        return [
            Phrase(
                key=key,
                group=_group(key),
                polish=self.wording.text(key, READ_BACK_IN),
                english=self.wording.text(key, "en"),
                text=self.wording.text(key, language),
                language=language if self.wording.has(key, language) else "en",
            )
            for key in self.keys()
        ]

    def missing(self, language: str) -> list[str]:
        """Return the keys that a language lacks."""
        return [key for key in self.keys() if not self.wording.has(key, language)]

    def read_back(self, text: str, language: str) -> list[Piece]:
        """Return a text in pieces: phrases and answers of ours with their Polish, anything else as somebody's own words."""
        heard: list[Piece] = []
        own = ""
        place = 0
        known = self._known(language)
        while place < len(text):
            found = next(((shape, key) for shape, key in known.get(text[place], ()) if _starts(text, place, shape)), None)
            if found is None:
                own += text[place]
                place += 1
                continue
            if own.strip():
                heard.append(Piece(own.strip(), None))
            own = ""
            end = _end(text, place, found[0])
            heard.append(Piece(text[place:end], self.wording.text(found[1], READ_BACK_IN)))
            place = end
        if own.strip():
            heard.append(Piece(own.strip(), None))
        return heard

    def polish(self, text: str, language: str) -> str | None:
        """Return a text of ours in Polish; None when it is not one, or holds somebody's own words."""
        if language == READ_BACK_IN or not (heard := self.read_back(text, language)):
            return None
        parts = [piece.polish for piece in heard if piece.polish is not None]
        return "\n\n".join(parts) if len(parts) == len(heard) else None

    def _known(self, language: str) -> Mapping[str, Sequence[tuple[str, str]]]:
        """Return our texts in a language with their keys, the longest first, by the letter that they begin with."""
        if language not in self._keys:
            by_letter: dict[str, list[tuple[str, str]]] = {}
            for shape, key in sorted(self._shapes(language), key=lambda pair: -len(pair[0])):
                by_letter.setdefault(shape[:1], []).append((shape, key))
            self._keys[language] = by_letter
        return self._keys[language]

    def _shapes(self, language: str) -> Iterator[tuple[str, str]]:
        for source in dict.fromkeys((language, "en")) if language in LANGUAGES else ("en",):
            for key in self.wording.texts[source]:
                for form in FORMS:
                    if self.wording.has(key, source, form):
                        try:
                            yield _shape(self.wording.text(key, source, form=form)), key
                        except KeyError:  # a text with a value of its own, such as a report's summary
                            continue


def _group(key: str) -> str:
    group = key.removeprefix(PREFIX).partition("_")[0]
    return group if group in GROUPS else GROUPS[-1]


def _shape(text: str) -> str:
    return _SPACE.sub(" ", _ISOLATES.sub("", text)).strip()


def _starts(text: str, place: int, shape: str) -> bool:
    return _end(text, place, shape) > place


def _end(text: str, place: int, shape: str) -> int:
    """Return where a shape that begins at a place ends; the place itself when it does not. Spaces and isolates may differ."""
    if not shape or text[place] != shape[0]:
        return place
    at = place
    for character in shape:
        while at < len(text) and _ISOLATES.match(text[at]):
            at += 1
        if character == " ":
            spaces = _SPACE.match(text, at)
            if spaces is None:
                return place
            at = spaces.end()
        elif at < len(text) and text[at] == character:
            at += 1
        else:
            return place
    return at
