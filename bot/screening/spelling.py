"""The spelling of a language, put back where a phone left it out; a message is then read in both spellings.

"ciotka kaze mi sprzatac" says to an encoder less than "ciotka każe mi sprzątać", and "kazhut brekhaty" less than "кажуть брехати".
Diacritics are restored when the training rows write a word mostly in one way, letters by `bot/screening/letters.py`; the vectors of both
spellings are averaged, so that a word that was restored wrongly weighs half. What it adds: docs/screening.md.
"""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

import numpy as np

from bot.language.identification import without_diacritics
from bot.language.normalise import words
from bot.language.writing import writings
from bot.screening.encoder import Encoder, Encoding
from bot.screening.letters import in_latin, in_own_letters, learn_letters
from bot.screening.rows import Row

MOSTLY: Final = 0.6  # of a word's spellings in the rows
FEWEST_WORDS: Final = 2
_FILE: Final = "spelling.json"
_LETTERS: Final = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True)
class Spelling:
    """For each language the words that are mostly written with diacritics, by the word without, and the words by their Latin spellings."""

    diacritics: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    letters: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def restored(self, text: str, language: str) -> str:
        """Return a text as its language is spelt; unchanged when it is, when it is very short, or none of its words is known."""
        if language in self.letters:
            return in_own_letters(text, language, self.letters[language]) if in_latin(text) else text
        known = self.diacritics.get(language)
        if known is None or len(words(text)) < FEWEST_WORDS or text != without_diacritics(text):
            return text
        return _LETTERS.sub(lambda word: known.get(word[0].lower(), word[0]), text)

    def read(self, texts: Sequence[str], languages: Sequence[str], plain: Sequence[Encoding], encoder: Encoder) -> list[Encoding]:
        """Return the encodings that are judged: the mean of both spellings where one was put back, else `plain`."""
        restored = [self.restored(text, language) for text, language in zip(texts, languages, strict=True)]
        changed = [place for place, text in enumerate(restored) if text != texts[place]]
        found = list(plain)
        for place, other in zip(changed, encoder.read([restored[place] for place in changed]) if changed else [], strict=True):
            both = np.float32(0.5) * (plain[place].vector + other.vector), np.float32(0.5) * (plain[place].middle + other.middle)
            found[place] = replace(plain[place], vector=both[0], middle=both[1])
        return found

    def save(self, folder: Path) -> None:
        """Write the words to a folder."""
        folder.mkdir(parents=True, exist_ok=True)
        content = {"diacritics": self.diacritics, "letters": self.letters}
        (folder / _FILE).write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> Spelling:
        """Read the words from a folder."""
        content = json.loads((folder / _FILE).read_text(encoding="utf-8"))
        return cls(content["diacritics"], content["letters"])


def learn_spelling(rows: Sequence[Row]) -> Spelling:
    """Return the spellings of the rows."""
    return Spelling(_with_diacritics(rows), learn_letters(rows))


def _with_diacritics(rows: Sequence[Row]) -> dict[str, dict[str, str]]:
    spellings: dict[str, dict[str, Counter[str]]] = {language: defaultdict(Counter) for language in _with_marks()}
    for row in rows:
        if row.language in spellings and row.text != without_diacritics(row.text):
            for word in _LETTERS.findall(row.text.lower()):
                spellings[row.language][without_diacritics(word)][word] += 1
    return {
        language: {bare: best for bare, counts in sorted(found.items()) if (best := _mostly(counts, bare)) != bare}
        for language, found in sorted(spellings.items())
    }


def _with_marks() -> list[str]:
    return sorted(language for language, writing in writings().items() if writing.restore_marks)


def _mostly(counts: Counter[str], bare: str) -> str:
    best, times = counts.most_common(1)[0]
    return best if times >= MOSTLY * counts.total() else bare
