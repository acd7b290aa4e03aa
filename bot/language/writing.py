"""How a language is written: its letters, the words that join its clauses, and what people make of it in Latin letters on a phone.

One file a language, `nlu_data/<language>/writing.yml`; docs/translating.md explains each entry. Nothing here is a standard: several
habits for one letter where people differ.
"""

from __future__ import annotations

import sys
import unicodedata
from functools import cache, cached_property
from pathlib import Path
from typing import Any, Final, Literal

import yaml
from phonenumbers import SUPPORTED_REGIONS
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from bot.language.yaml_texts import read_values
from bot.messages import LANGUAGES

NLU_DATA: Final = Path(__file__).resolve().parents[2] / "nlu_data"
FILE: Final = "writing.yml"
LATIN: Final = "LATIN"
Letters = dict[str, str]


class WritingInvalid(Exception):
    """A file that says how a language is written is missing or not of the expected form; the message says where and what to do."""


class _WritingEntry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Names(_WritingEntry):
    """What a language is called in the languages of the console."""

    pl: str = Field(min_length=1)
    en: str = Field(min_length=1)


class InLatin(_WritingEntry):
    """How people write a language of other letters in Latin ones.

    `letters`: for each letter what is mostly written; each of `habits` replaces some of it, one habit a message. `back`: Latin letters and
    the letters of the language that they stand for, the longest first; without it only known words are put back.
    Scripts that leave short vowels out have more. Devanagari: `signs` (of vowels) and `vowels` beside `letters` (consonants), its habits
    replace Latin letters. Arabic: `articles` and `vowels`, letters that are vowels inside a word. `fewest`: how often a word
    must occur in the training rows to be put back, where a language has very many spellings and few are worth their room.
    """

    letters: Letters
    habits: list[Letters] = Field(min_length=1)
    back: str = ""
    signs: Letters = {}
    vowels: Letters = {}
    articles: list[str] = []
    fewest: int = Field(1, ge=1)

    @model_validator(mode="after")
    def _even(self) -> InLatin:
        if len(self.back.split()) % 2:
            raise ValueError("back must hold pairs: Latin letters, then those of the language")
        return self

    @cached_property
    def rules(self) -> list[tuple[str, str]]:
        """Return the pairs of `back`, in order."""
        return pairs_in(self.back)


class Writing(_WritingEntry):
    """How one language is written.

    `names`: of the language, in those of the consultants. `other_codes`: by which browsers and providers know it besides. `regions`:
    countries (ISO 3166) whose numbers are first greeted in it. `script`: as Unicode names it. `sms_without_marks`: people write it without
    its own letters in SMS, in which one such letter halves the room. `own_letters`: no other language that is served has them. `never`:
    letters of the script that the language never has. `restore_marks`: people leave diacritics out, and words are read with them as well.
    `marks_make_words`: words that differ in their marks alone mean different things ("tư vấn" is advice, "tự vẫn" suicide), so that lists
    are matched with them; `spellings`: pairs of what one school writes and what the other does. `question_at_end`: the word that asks may
    end a sentence. `clauses`: words that begin a clause of their own, as they are typed with and without diacritics; words that mean
    something else as often are left out (English "as", Spanish "como"). `fillers`: words that people put in front of a wish, without
    diacritics ("no tak, skasuj"). `not_in_latin`: why a language of other letters has no `in_latin`.
    """

    names: Names
    other_codes: str = ""
    regions: str = Field("", pattern="^([A-Z]{2}( [A-Z]{2})*)?$")
    script: str = Field(pattern="^[A-Z]+$")
    sms_without_marks: bool = False
    right_to_left: bool = False
    own_letters: str = ""
    never: str = ""
    restore_marks: bool = False
    marks_make_words: bool = False
    spellings: str = ""
    question_at_end: bool = False
    clauses: str = Field(min_length=1)
    fillers: str = ""
    in_latin: InLatin | None = None
    not_in_latin: str = ""

    @field_validator("script")
    @classmethod
    def _exists(cls, script: str) -> str:
        letters = (letter for letter in map(chr, range(sys.maxunicode)) if letter.isalpha())
        if not any(unicodedata.name(letter, "").startswith(f"{script} ") for letter in letters):
            raise ValueError(f"no letter that Unicode knows is of the script {script}")
        return script

    @field_validator("regions")
    @classmethod
    def _have_numbers(cls, regions: str) -> str:
        if strange := [region for region in regions.split() if region not in SUPPORTED_REGIONS]:
            raise ValueError(f"{', '.join(strange)}: no country of ISO 3166 that has telephone numbers")
        return regions

    @model_validator(mode="after")
    def _latin_or_why_not(self) -> Writing:
        if self.script != LATIN and self.in_latin is None and not self.not_in_latin:
            raise ValueError("in_latin is missing: how people write it in Latin letters, or `not_in_latin: why nobody does`")
        return self

    @model_validator(mode="after")
    def _even(self) -> Writing:
        if len(self.spellings.split()) % 2:
            raise ValueError("spellings must hold pairs: what one school writes, then the other")
        return self

    @cached_property
    def respellings(self) -> list[tuple[str, str]]:
        """Return the pairs of `spellings`, in order."""
        return pairs_in(self.spellings)

    @cached_property
    def conjunctions(self) -> frozenset[str]:
        """Return the words that begin a clause."""
        return frozenset(self.clauses.split())


def pairs_in(listed: str) -> list[tuple[str, str]]:
    """Return what a list of pairs, word after word, holds."""
    parts = listed.split()
    return list(zip(parts[::2], parts[1::2], strict=True))


def writing_files(root: Path = NLU_DATA) -> list[Path]:
    """Return the files of all languages, in a fixed order."""
    return [root / language / FILE for language in LANGUAGES]


def read_writing(path: Path) -> Writing:
    """Read one file; raises WritingInvalid."""
    try:
        content: Any = read_values(path)
        return Writing.model_validate(content)
    except (OSError, yaml.YAMLError) as error:
        raise WritingInvalid(f"{path} cannot be read: {error}. docs/translating.md says what stands in it.") from error
    except ValidationError as error:
        wrong = "; ".join(f"{'.'.join(map(str, item['loc']))}: {item['msg']}" for item in error.errors())
        raise WritingInvalid(
            f"{path} is not of the expected form ({wrong}). docs/translating.md says what stands in it."
        ) from error


@cache
def writings() -> dict[str, Writing]:
    """Return how each language that is served is written; raises WritingInvalid."""
    return {language: read_writing(path) for language, path in zip(LANGUAGES, writing_files(), strict=True)}


def written_in(script: str) -> tuple[str, ...]:
    """Return the languages that are served and written in a script."""
    return tuple(language for language, writing in writings().items() if writing.script == script)


def romanised_languages() -> tuple[str, ...]:
    """Return the languages that people also write in Latin letters, which are not their own."""
    return tuple(language for language, writing in writings().items() if writing.in_latin is not None)


def without_marks_in_sms() -> frozenset[str]:
    """Return the languages that people write without their own letters in SMS."""
    return frozenset(language for language, writing in writings().items() if writing.sms_without_marks)


def right_to_left() -> frozenset[str]:
    """Return the languages that are written from right to left."""
    return frozenset(language for language, writing in writings().items() if writing.right_to_left)


def direction(language: str) -> Literal["rtl", "ltr"]:
    """Return the direction that a language is written in, as HTML names it."""
    return "rtl" if language in right_to_left() else "ltr"


def other_codes() -> dict[str, str]:
    """Return the languages that are served by the other codes under which browsers and providers know them."""
    return {code: language for language, writing in writings().items() for code in writing.other_codes.split()}


def served_code(code: str) -> str | None:
    """Return the language that is served under a code; None when none is."""
    code = other_codes().get(code, code)
    return code if code in LANGUAGES else None
