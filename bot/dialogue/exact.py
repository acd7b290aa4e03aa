"""What needs no understanding: a pressed button, and a short message that is wholly one listed phrase.

Nothing here looks inside a sentence: what stands there means something else too often.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from bot.dialogue.commands import ASK, Command, Commands
from bot.language.lexicon import Lexicon
from bot.language.normalise import words
from bot.messages import LANGUAGES

ASK_BUTTON: Final = "ask_"  # buttons that ask for an answer of the library: @ask_passport_back
PART_BUTTON: Final = "part_"  # buttons that name a part of a report: @part_where
LANGUAGE_BUTTON: Final = "lang_"
ENOUGH: Final = "enough"  # the value of a refusal that is of more than one question

BUTTONS: Final[Mapping[str, str]] = {
    "human": "want:human",
    "yes": "answer:yes",
    "no": "answer:no",
    "safe_yes": "answer:yes",
    "safe_no": "answer:no",
    "skip": "refuse:question",
    "menu": "menu",
    "more": "menu",
    "language": "want:language",
    "delete": "want:erase",
    "delete_yes": "erase:yes",
    "delete_no": "erase:no",
    "hide": "ask:hide_chat",
    "quiet": "want:quiet",
    "quiet_off": "want:normal",
    "cannot_call": "ask:write_instead_of_call",
    "safe_time": "arrange:time",
    "code_word": "arrange:word",
    "withdraw": "refuse:human",
    "report": "want:report",
    "send": "report:send",
    "correct": "report:correct",
    "do_not_send": "report:drop",
    "emergency": "ask:when_call_112",
    "topic_what": "ask:what_is_trafficking",
    "topic_job": "ask:offer_safe",
    "topic_help": "ask:what_help",
    "topic_who": "ask:who_reads",
    "tired": "feel:tired",
    "hurting": "feel:suicide",
}
LISTED: Final[Mapping[str, str]] = {
    "yes": "answer:yes",
    "no": "answer:no",
    "skip": "refuse:question",
    "human": "want:human",
    "delete": "want:erase",
    "quiet": "want:quiet",
    "unquiet": "want:normal",
    "joke": "correct:joke",
    "help": "menu",
    "withdraw": "refuse:human",
    "report": "want:report",
    "language": "want:language",
    "hide": "ask:hide_chat",
    "cannot_call": "ask:write_instead_of_call",
    "safe_time": "arrange:time",
    "code_word": "arrange:word",
    "enough": "refuse:question",
    "stop": "refuse:question",
    "greet": "greet",
    "what_now": "ask:where_to_begin",
    "insult": "feel:angry",
    "send": "report:send",
    "dont_send": "report:drop",
    "afraid": "feel:afraid",
    "someone_near": "near",
    "goodbye": "bye",
    "safer": "feel:better",
    "doubt": "feel:unsure",
    "read_back": "want:readback",
    "myself": "correct:person",
    "cry": "danger:self",
    "dying": "feel:suicide",
}

# What a number that is written alone asks.
ONLY_A_NUMBER: Final[Mapping[str, str]] = {
    "112": "when_call_112",
    "226280120": "hotline_number",
    "48226280120": "hotline_number",
    "116123": "crisis_line_adults",
    "8007022222": "crisis_line_adults",
    "116111": "child_chat_line",
}


def exact(text: str, language: str, lexicon: Lexicon) -> Commands | None:
    """Return what a button or a wholly listed message does; None for every other text."""
    if text.startswith("@"):
        return _button(text.removeprefix("@"))
    meaning = lexicon.meaning(text, language)
    named = lexicon.language_named(text) if meaning is None else None  # "hindi" is a no in Filipino
    if named is not None:
        return Commands((Command("want:language", named),))
    if not words(text):
        number = ONLY_A_NUMBER.get("".join(filter(str.isdigit, text)))
        return Commands((Command(ASK, number),)) if number is not None else None
    found = LISTED.get(meaning or "")
    return Commands((_listed(found, meaning),)) if found is not None else None


def _listed(found: str, meaning: str | None) -> Command:
    if found.startswith("ask:"):
        return Command(ASK, found.removeprefix("ask:"))
    return Command(found, ENOUGH if meaning in {"enough", "stop"} else "")


def _button(name: str) -> Commands | None:
    if name.startswith(ASK_BUTTON):
        return Commands((Command(ASK, name.removeprefix(ASK_BUTTON)),))
    if name.startswith(PART_BUTTON):
        return Commands((Command("report:part", name.removeprefix(PART_BUTTON)),))
    if name.startswith(LANGUAGE_BUTTON) and (language := name.removeprefix(LANGUAGE_BUTTON)) in LANGUAGES:
        return Commands((Command("want:language", language),))
    found = BUTTONS.get(name)
    return Commands.of(found) if found is not None else None
