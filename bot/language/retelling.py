"""Says again in another language what the program has said: for who changes the language in the middle of a conversation.

Only texts of ours can be said again, whole or paragraph by paragraph; whatever holds anybody's own words stays as it is, and so does
a quiet text, which must not come back as a telling one.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from bot.language.wording import Wording
from bot.messages import Button, Reply

_BETWEEN: Final = "\n\n"
_SPACE: Final = re.compile(r"\s+")


class Retelling:
    """The program's texts, found by what they say."""

    def __init__(self, wording: Wording) -> None:
        self.wording = wording
        self._keys: dict[str, dict[str, str]] = {}

    def reply(self, reply: Reply, language: str) -> Reply:
        """Return a reply in another language; one that is not the program's, or not known, unchanged."""
        if reply.author != "bot" or reply.language == language:
            return reply
        keys = self._told(reply.text.split(_BETWEEN), self._known(reply.language))
        if keys is None:
            return reply
        text = _BETWEEN.join(self.wording.text(key, language) for key in keys)
        return replace(reply, text=text, language=language, buttons=tuple(self._button(one, language) for one in reply.buttons))

    def _told(self, paragraphs: Sequence[str], known: dict[str, str]) -> list[str] | None:
        """Return the keys of the texts that paragraphs consist of, each as long as it can be."""
        keys: list[str] = []
        while paragraphs:
            for end in range(len(paragraphs), 0, -1):
                key = known.get(_shape(_BETWEEN.join(paragraphs[:end])))
                if key is not None:
                    keys.append(key)
                    paragraphs = paragraphs[end:]
                    break
            else:
                return None
        return keys

    def _known(self, language: str) -> dict[str, str]:
        if language not in self._keys:
            self._keys[language] = dict(self._shapes(language))
        return self._keys[language]

    def _shapes(self, language: str) -> list[tuple[str, str]]:
        found = []
        for key in self.wording.texts.get(language, {}):
            try:
                shape = _shape(self.wording.text(key, language))
            except KeyError:  # a text with a value of its own, such as a report's summary
                continue
            quiet = self.wording.has(key, language, "quiet") and _shape(self.wording.text(key, language, form="quiet")) == shape
            if not quiet:
                found.append((shape, key))
        return found

    def _button(self, button: Button, language: str) -> Button:
        try:
            return self.wording.button(button.value.removeprefix("@"), language)
        except KeyError:
            return button


def _shape(text: str) -> str:
    return _SPACE.sub(" ", text).strip()
