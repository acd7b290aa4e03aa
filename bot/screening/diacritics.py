"""Diacritics that a phone left out, put back from the words of the training rows; a message is then read in both spellings.

"ciotka kaze mi sprzatac" says to an encoder less than "ciotka każe mi sprzątać". A word is restored when the rows write it mostly in
one way; the vectors of both spellings are averaged, so that a word that was restored wrongly weighs half. What it adds: docs/screening.md.
"""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np

from bot.screening.encoder import Encoder, Vectors
from bot.screening.language import without_diacritics
from bot.screening.normalise import words
from bot.screening.rows import Row

LANGUAGES_WITH_DIACRITICS: Final = frozenset({"pl", "ro", "vi", "es", "tr", "fr", "pt"})
MOSTLY: Final = 0.6  # of a word's spellings in the rows
FEWEST_WORDS: Final = 2
_FILE: Final = "diacritics.json"
_LETTERS: Final = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True)
class Diacritics:
    """For each language the words that are mostly written with diacritics, by the word without them."""

    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def restored(self, text: str, language: str) -> str:
        """Return a text with diacritics put back; unchanged when it has some, is very short, or none of its words is known."""
        known = self.words.get(language)
        if known is None or len(words(text)) < FEWEST_WORDS or text != without_diacritics(text):
            return text
        return _LETTERS.sub(lambda word: known.get(word[0].lower(), word[0]), text)

    def vectors(
        self, texts: Sequence[str], languages: Sequence[str], plain: Sequence[Vectors], encoder: Encoder
    ) -> list[Vectors]:
        """Return the vectors that the heads read: the mean of both spellings where diacritics were left out, else `plain`."""
        restored = [self.restored(text, language) for text, language in zip(texts, languages, strict=True)]
        changed = [place for place, text in enumerate(restored) if text != texts[place]]
        found = list(plain)
        for place, encoding in zip(changed, encoder.read([restored[place] for place in changed]) if changed else [], strict=True):
            found[place] = np.asarray((plain[place] + encoding.vector) / 2, dtype=np.float32)
        return found

    def save(self, folder: Path) -> None:
        """Write the words to a folder."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / _FILE).write_text(json.dumps(self.words, ensure_ascii=False), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> Diacritics:
        """Read the words from a folder."""
        return cls(json.loads((folder / _FILE).read_text(encoding="utf-8")))


def learn_diacritics(rows: Sequence[Row]) -> Diacritics:
    """Return the spellings of the rows that are written with diacritics."""
    spellings: dict[str, dict[str, Counter[str]]] = {language: defaultdict(Counter) for language in LANGUAGES_WITH_DIACRITICS}
    for row in rows:
        if row.language in spellings and row.text != without_diacritics(row.text):
            for word in _LETTERS.findall(row.text.lower()):
                spellings[row.language][without_diacritics(word)][word] += 1
    return Diacritics(
        {
            language: {bare: best for bare, counts in sorted(found.items()) if (best := _mostly(counts, bare)) != bare}
            for language, found in sorted(spellings.items())
        }
    )


def _mostly(counts: Counter[str], bare: str) -> str:
    best, times = counts.most_common(1)[0]
    return best if times >= MOSTLY * counts.total() else bare
