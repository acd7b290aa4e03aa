"""What a person arranges with those who will write to them: a safe time, and a word to know each other by."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from bot.lexicon import QUESTION_MARKS, Lexicon
from bot.report import SHORT_NO, SKIPPED
from bot.screening.language import without_diacritics

SAFE_TIME: Final = "safe_time"
CODE_WORD: Final = "code_word"
SLOTS: Final = (SAFE_TIME, CODE_WORD)
ASKS: Final = "arrangement_asks"  # how often the open question was asked
MOST_ASKS: Final = 2
MAX_TIME: Final = 200  # characters
MAX_WORD: Final = 40
MOST_TIME_WORDS: Final = 25
_MOST_WORDS: Final = {SAFE_TIME: MOST_TIME_WORDS, CODE_WORD: 3}
_QUOTED: Final = re.compile(r"[\"“„”«'‘’](?P<word>[^\"“„”«»'‘’]{2,40})[\"”»'’]")
# "It is me", "it is not me", "if I write": beside words in quotation marks they say what these are for. Without diacritics.
_ITS_ME: Final = tuple(
    "to ja|nie ja|jak napisze|jesli napisze|its me|it's me|not me|isnt me|if i write|if i say|if i answer|це я|не я|якщо я напишу"
    "|як напишу|это я|если я напишу|если напишу|гэта я|soy yo|no soy|si escribo|si digo|c'est moi|si j'ecris|sou eu|se eu escrever"
    "|sunt eu|daca scriu|ako to|hindi ako|benim|la toi|მე ვარ|انا هو|main hu".split("|")
)
# A classifier takes "sunflower" for a greeting and "after ten" for a goodbye: these count only when it is certain.
_COURTESIES: Final = frozenset({"greet", "goodbye", "thanks", "abuse", "ask_bot", "repeat"})
_NO_ANSWER: Final = frozenset(
    {
        "emergency",
        "ask_human",
        "delete_data",
        "change_language",
        "menu",
        "ask_hiding",
        "cannot_call",
        "safe_time",
        "code_word",
        "quiet_on",
        "quiet_off",
        "withdraw",
        "joke",
        "nothing_said",
        "report_start",
        "report_send",
        "report_correct",
    }
)


def taken(act: str, text: str, *, requested: str | None, asks: bool, certain: bool, alarming: bool) -> dict[str, str | None]:
    """Return what a message arranges; nothing when it says or asks something else.

    `asks` says that the text is a question, `certain` that there is no doubt about its act, `alarming` that it tells of something
    that the hotline must see.
    """
    if requested not in SLOTS or alarming or act in _NO_ANSWER or (certain and act in _COURTESIES):
        return {}
    if asks and (act.startswith("ask_") or text.rstrip().endswith(QUESTION_MARKS)):
        return {}
    if act in {"skip", "enough"} or (act == "deny" and len(text.split()) <= SHORT_NO):  # "no, rather on Thursday" names a time
        return {requested: SKIPPED}
    if act == "affirm":
        return {requested: None}  # "ok" is no time and no word: it is asked once more
    return {requested: text.strip()} if fits(text, requested) else {}


def named_value(text: str) -> str | None:
    """Return what a message arranges that names it itself: "code word: mango"; None when it only asks to."""
    _, sign, value = text.partition(":")
    return value.strip() or None if sign else None


def quoted_word(text: str, lexicon: Lexicon, language: str) -> str | None:
    """Return the words in quotation marks of a message that says by them who writes; None when it does not."""
    if (found := _QUOTED.search(text)) is None:
        return None
    plain = f" {' '.join(without_diacritics(text).casefold().replace('’', chr(39)).split())} "
    known = any(f" {phrase} " in plain for phrase in _ITS_ME) or lexicon.says_inside(text, CODE_WORD, language)
    return found["word"].strip() if known else None


def fits(text: str, slot: str) -> bool:
    """Say whether a text is short enough to be a time or a word."""
    return len(text.split()) <= _MOST_WORDS[slot] and len(text.strip()) <= (MAX_WORD if slot == CODE_WORD else MAX_TIME)


def arranged(slots: Mapping[str, object]) -> dict[str, str]:
    """Return what is arranged, by slot."""
    return {slot: value for slot in SLOTS if isinstance(value := slots.get(slot), str) and value != SKIPPED}
