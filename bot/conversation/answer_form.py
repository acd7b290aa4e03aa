"""What an answer must be like before anybody is told it: the same of those in the files and of those that are written in the console."""

from __future__ import annotations

import re
import string
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from bot.delivery.segments import plain, segments
from bot.dialogue.answers import Library, doubles
from bot.dialogue.entry import NEEDED, OTHERWISE, Entry
from bot.language.telling import preview, telling
from bot.language.wording import SOURCE_LANGUAGES, TITLE
from bot.language.writing import without_marks_in_sms
from bot.messages import LANGUAGES

MOST_TITLE: Final = 34  # characters of the button that asks for it
MOST_TEXT: Final = 310  # characters: what the longest of the files has
SMS_SEGMENTS: Final = 3
WAYS: Final[Mapping[str, int]] = {"pl": 4, "en": 4, "uk": 3}  # of asking; every other language is reached by meaning
_DIGITS: Final = re.compile(r"[0-9٠-٩०-९]")
_SHOWN: Final = 20  # characters
_NO_NUMBER: Final = ("Alarm112",)  # the name of an application


@dataclass(frozen=True)
class Fault:
    """What keeps an answer from being published: a code, and where it is."""

    code: str
    language: str = ""
    form: str = ""
    detail: str = ""


def faults(entry: Entry, *, library: Library, numbers: Mapping[str, str], facts: Mapping[str, str]) -> list[Fault]:
    """Return everything that keeps an answer from being said.

    `library` is that of the files; `numbers` are the values that texts name in braces, `facts` what an answer may rest on.
    """
    return [*_about(entry, library, facts), *(fault for code in LANGUAGES for fault in _in_language(entry, code, numbers))]


def ways_taken(entry: Entry, said: Library) -> list[Fault]:
    """Return the ways of asking that keep a draft from being published: an answer for the same people that is said has them."""
    others = [answer for answer in said.answers.values() if answer.id != entry.id]
    found = doubles([*others, entry.answer(said)], entry.asked)
    return [
        Fault("way_taken", double.language, detail=f"{double.first.id} (“{double.way}”)")
        for double in found
        if double.second.id == entry.id
    ]


def _about(entry: Entry, library: Library, facts: Mapping[str, str]) -> Iterator[Fault]:
    if entry.id in library:
        yield Fault("id_taken", detail=entry.id)
    if not entry.facts:
        yield Fault("no_fact")
    for name in entry.facts:
        if name not in facts:
            yield Fault("fact_unknown", detail=name)
    for name in entry.next:
        if name not in library:
            yield Fault("next_unknown", detail=name)
    if not entry.when:
        yield Fault("no_moment")
    for language, least in WAYS.items():
        if len(entry.asked.get(language, ())) < least:
            yield Fault("few_ways", language, detail=str(least))
    for language in SOURCE_LANGUAGES:
        if language not in entry.languages:
            yield Fault("no_text", language)
    if entry.in_english and OTHERWISE not in entry.languages:
        yield Fault("no_text", OTHERWISE)


def _in_language(entry: Entry, language: str, numbers: Mapping[str, str]) -> Iterator[Fault]:
    words = {form: text for form, text in entry.words.get(language, {}).items() if text}
    if not words:
        return
    for form in NEEDED:
        if form not in words:
            yield Fault("form_missing", language, form)
    for form, text in words.items():
        if form != TITLE and _DIGITS.search(_without_names(text)):
            yield Fault("digits", language, form)
        unknown = _unknown(text, numbers)
        if unknown is not None:
            yield Fault("number_unknown", language, form, unknown)
    filled = {form: with_numbers(text, numbers) for form, text in words.items()}
    for form, most in ((TITLE, MOST_TITLE), ("text", MOST_TEXT), ("again", MOST_TEXT), ("quiet", MOST_TEXT)):
        if len(filled.get(form, "")) > most:
            yield Fault("too_long", language, form, str(most))
    if segments(plain(_by_sms(filled, language), language)) > SMS_SEGMENTS:
        yield Fault("sms_too_long", language)
    if "{" in words.get("quiet", ""):
        yield Fault("quiet_number", language, "quiet")
    for word in telling(words.get("quiet", ""), language):
        yield Fault("telling", language, "quiet", word)
    for word in telling(preview(filled.get("sms", "")), language):
        yield Fault("telling", language, "sms", word)


def with_numbers(text: str, numbers: Mapping[str, str]) -> str:
    """Return a text with the numbers that it names in braces; one whose braces do not fit as it is."""
    return text if _unknown(text, numbers) is not None else text.format_map(numbers)


def _by_sms(filled: Mapping[str, str], language: str) -> str:
    """Return what is said by SMS: its own form, or the shorter words where a segment carries 67 letters."""
    usual = "text" if language in without_marks_in_sms() else "again"
    return filled.get("sms") or filled.get(usual) or filled.get("text", "")


def _without_names(text: str) -> str:
    for name in _NO_NUMBER:
        text = text.replace(name, "")
    return text


def _unknown(text: str, numbers: Mapping[str, str]) -> str | None:
    """Return what a text names in braces that is no number of the facts, or its beginning where the braces do not fit."""
    try:
        named = [(name, spec, conversion) for _, name, spec, conversion in string.Formatter().parse(text) if name is not None]
    except ValueError:
        return text[:_SHOWN]
    return next((name or text[:_SHOWN] for name, *form in named if name not in numbers or any(form)), None)
