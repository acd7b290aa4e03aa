"""Numbered choices, where a channel has no buttons: "2", "2.", "dwa" and the title itself choose the second.

A title may be typed in the Latin letters of chats: "otmenit" is "Отменить", each letter by any of the habits of its language.
"""

from __future__ import annotations

import functools
import random
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from bot.dialogue.exact import ASK_BUTTON
from bot.dialogue.exact import PART_BUTTON as PART
from bot.language.identification import without_diacritics
from bot.language.lexicon import shared_lexicon
from bot.language.normalise import readable
from bot.language.romanise import romanised
from bot.language.word_lists import BEFORE_NUMBER
from bot.language.wording import SOURCE_LANGUAGES
from bot.language.writing import romanised_languages, writings
from bot.language.yaml_texts import read_values
from bot.messages import Button, Reply
from bot.storage.conversations import OpenedMessage

NUMBERS_FILE: Final = Path(__file__).resolve().parents[2] / "nlu_data" / "numbers.yml"
SKIP: Final = "@skip"
_LANGUAGE: Final = "@lang_"
MOST: Final = 12  # a longer list, such as that of the languages, stands in the text itself and is chosen by name
MAX_SHAPE: Final = 40  # characters: whoever writes more is not choosing
_AROUND: Final = re.compile(r"^[\W_]+|[\W_]+$")
_NOT_LATIN: Final = re.compile(r"[^a-z0-9]")
_VOWELS_LEFT_OUT: Final = frozenset({"DEVANAGARI", "ARABIC"})  # scripts whose words are put into Latin letters as a whole
_SPELLINGS: Final = 500  # of such a word that are tried


def choices_before(turn: Sequence[OpenedMessage], said: OpenedMessage) -> int:
    """Return how many choices of the same turn come before those of one reply."""
    return sum(len(other.buttons) for other in turn if other.number < said.number)


def numbered(buttons: Sequence[Button], *, before: int = 0, in_turn: int | None = None) -> str:
    """Return the lines that offer buttons as numbers; empty when there are none.

    A question that may only be skipped gets no number: "1" could be its answer.
    """
    total = len(buttons) if in_turn is None else in_turn
    if total > MOST:
        return ""
    if total == 1 and buttons and buttons[0].value == SKIP:
        return f"({buttons[0].title})"
    return "\n".join(f"{before + place} {button.title}" for place, button in enumerate(buttons, start=1))


def in_words(reply: Reply, *, before: int, in_turn: int, quiet: bool) -> Reply:
    """Return a reply whose buttons are numbered lines of its text, for a channel that has none; in quiet mode it offers nothing."""
    lines = "" if quiet else numbered(reply.buttons, before=before, in_turn=in_turn)
    return replace(reply, text=f"{reply.text}\n{lines}" if lines else reply.text, buttons=())


def offered_language(buttons: Sequence[Button]) -> str | None:
    """Return the language that a reply offers, when that is all that it offers."""
    values = [button.value for button in buttons]
    return values[0].removeprefix(_LANGUAGE) if len(values) == 1 and values[0].startswith(_LANGUAGE) else None


def chosen(text: str, buttons: Sequence[Button], language: str, *, by_number: bool = True) -> str | None:
    """Return the value of the button that a short message chooses by number, number word or title; None when it chooses none."""
    shape = _shape(text)
    if not shape or len(shape) > MAX_SHAPE:
        return None
    for button in buttons:
        if _shape(button.title) == shape:
            return button.value
    spelled = {button.value for button in buttons if _spells(text, button.title, language)}
    if len(spelled) == 1:
        return spelled.pop()
    if not by_number or (len(buttons) == 1 and buttons[0].value == SKIP) or len(buttons) > MOST:
        return None
    number = _number(shape, language)
    return buttons[number - 1].value if number is not None and 1 <= number <= len(buttons) else None


def titled(text: str, titles: Mapping[str, str]) -> str | None:
    """Return the value of the button whose title somebody typed, from all titles of a language by name.

    A plain yes or no is none: it answers whatever is asked. Nor is "number" or "place", nor a question ("Take it back?" is no order to
    take it back): those are buttons only where they are offered.
    """
    shape = _shape(text)
    names = (
        name
        for name, title in titles.items()
        if name not in {"yes", "no"} and not name.startswith((PART, ASK_BUTTON)) and _title_shape(title) == shape
    )
    return next((f"@{name}" for name in names), None) if shape else None


def _number(shape: str, language: str) -> int | None:
    digits = _digits().fullmatch(shape)
    if digits is not None:
        return int(digits[1])  # in any script's digits
    words = number_words()
    # Only in the languages that this person is likely to use: "do" is two in Hindi and a word of others.
    return next((words[code][shape] for code in (language, *SOURCE_LANGUAGES) if shape in words.get(code, {})), None)


@functools.cache
def _digits() -> re.Pattern[str]:
    before = "|".join(map(re.escape, shared_lexicon().shared[BEFORE_NUMBER]))
    return re.compile(rf"(?:{before})?\W*(\d{{1,2}})")


def _shape(text: str) -> str:
    plain = unicodedata.normalize("NFKC", readable(text)).casefold().replace("\u20e3", "").replace("\ufe0f", "")
    return without_diacritics(_AROUND.sub("", plain))


@functools.lru_cache(maxsize=4096)  # titles only, which are everybody's: no person's words are kept
def _title_shape(title: str) -> str:
    return _shape(title)


def _spells(text: str, title: str, language: str) -> bool:
    """Say whether a text is a title in the Latin letters of chats, word for word."""
    if language not in romanised_languages():
        return False
    typed = [word for word in map(_latin, text.split()) if word]
    if not typed:
        return False  # what is written in a language's own letters needs no spellings, of which some take a while to find
    spellings = [one for one in (_spellings(word, language) for word in title.split()) if one != ""]
    return len(typed) == len(spellings) and all(re.fullmatch(one, word) for one, word in zip(spellings, typed, strict=True))


@functools.lru_cache(maxsize=4096)
def _spellings(word: str, language: str) -> str:
    """Return a pattern of how a word may be spelled in Latin letters; "" of what has no letters."""
    writing, table = writings()[language], writings()[language].in_latin
    if table is None:
        return ""
    if writing.script in _VOWELS_LEFT_OUT:
        words = (romanised(word, language, random.Random(seed)) for seed in range(_SPELLINGS))  # noqa: S311 - no secret
        return _any_of(_latin(one or word) for one in words)
    habits = [table.letters | habit for habit in table.habits]
    return "".join(_any_of(_latin(habit.get(letter, letter)) for habit in habits) for letter in word.lower())


def _any_of(spellings: Iterable[str]) -> str:
    found = sorted(set(spellings))
    return f"(?:{'|'.join(found)})" if any(found) else ""


def _latin(text: str) -> str:
    return _NOT_LATIN.sub("", without_diacritics(readable(text).lower()))


@functools.cache
def number_words() -> Mapping[str, Mapping[str, int]]:
    """Return the words for small numbers by language."""
    content: dict[str, list[str]] = read_values(NUMBERS_FILE)
    return {language: dict(_spelled(spellings)) for language, spellings in content.items()}


def _spelled(spellings: Sequence[str]) -> Iterator[tuple[str, int]]:
    for number, variants in enumerate(spellings, start=1):
        for word in str(variants).split("/"):
            yield _shape(word), number
