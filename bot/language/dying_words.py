"""Words for dying by one's own hand that are a whole message, `nlu_data/<language>/dying.yml`.

A network hears little in a single noun: of sixteen five were not understood. Whoever types such a word into a help line, in whatever
language, hears what is there for who may die; inside a sentence none of them decides anything.
"""

from __future__ import annotations

import functools
import unicodedata
from pathlib import Path
from typing import Final

import yaml

from bot.language.data import NLU_DATA
from bot.messages import LANGUAGES

FILE: Final = "dying.yml"
_AROUND: Final = " .,;:!?…؟।\"'“”„«»()"


def names_dying(text: str, root: Path = NLU_DATA) -> bool:
    """Say whether a text is nothing but such a word, of any language; its marks count, as "tư vấn" is advice and "tự vẫn" is not."""
    return _plain(text) in _listed(root)


@functools.cache
def _listed(root: Path) -> frozenset[str]:
    files = (root / language / FILE for language in LANGUAGES)
    return frozenset(_plain(word) for path in files for word in yaml.safe_load(path.read_text(encoding="utf-8")))


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).casefold().strip(_AROUND).split())
