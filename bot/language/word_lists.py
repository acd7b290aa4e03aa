"""The lists of short words, `nlu_data/<language>/lexicon.yml`: what their names mean, and reading them.

A meaning's phrases are matched as whole short messages, and some also inside longer ones; a list's words are looked for where a question
of the lexicon needs them. docs/translating.md explains each name to translators.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import yaml

from bot.language.data import NLU_DATA
from bot.language.yaml_texts import read_texts
from bot.messages import LANGUAGES

CRY: Final = "cry"  # a cry for help that is the whole message
MEANINGS: Final = (
    CRY,
    "yes",
    "no",
    "skip",
    "stop",
    "start",
    "help",
    "human",
    "delete",
    "quiet",
    "unquiet",
    "joke",
    "withdraw",
    "report",
    "language",
    "hide",
    "cannot_call",
    "safe_time",
    "code_word",
    "enough",
    "greet",
    "what_now",
    "insult",
    "waiting",
    "send",
    "dont_send",
    "afraid",
    "lost_document",
    "someone_near",
    "request",
    "goodbye",
    "safer",
    "doubt",
    "alone_now",
    "read_back",
    "abroad",
    "myself",
    "dying",  # a word for suicide that somebody may send and nothing else
)
# Lists that hold in their own language.
ASKING: Final = "asking"  # words that begin a question, or end one
AGE_BEFORE, AGE_AFTER = "age_before", "age_after"  # words right before and after one's own age
TIMES: Final = "times"  # words that name a time
DONE_ALREADY: Final = "done_already"  # pills taken, a wound made: said of oneself
# Lists that hold in every language, as people mix them; a word that means something else in another language is left out.
CONNECTING: Final = "connecting"  # and, but, so: before a question, after an age
DENYING: Final = "denying"  # not, never; Spanish "no" is none, as in Polish it means "well"
BESIDE_AGE: Final = "beside_age"  # after an age: f, m, old
HAVING: Final = "having"  # "I have" ten: of money too, so that only years make it an age
COURTESIES: Final = "courtesies"  # around the name of a language: "english please"
HOURS_TO, HOURS_BETWEEN = "hours_to", "hours_between"  # 10 to 12, between 10 and 12
HOURS_AFTER: Final = "hours_after"  # 10 am, 10 h
HOW_OFTEN: Final = "how_often"  # after a range that is no hours: "5-6 times"
BEFORE_NUMBER: Final = "before_number"  # of a choice: no 2
HELP_ON_PHONES: Final = "help_on_phones"  # single words that networks and providers take for HELP
STOP_ON_PHONES: Final = "stop_on_phones"  # those of `stop` that mean something else where no network listens
LISTS: Final = (ASKING, AGE_BEFORE, AGE_AFTER, TIMES, DONE_ALREADY)
SHARED: Final = (
    *(CONNECTING, DENYING, BESIDE_AGE, HAVING, COURTESIES),
    *(HOURS_TO, HOURS_BETWEEN, HOURS_AFTER, HOW_OFTEN, BEFORE_NUMBER, HELP_ON_PHONES, STOP_ON_PHONES),
)
NAMES: Final = "language_names"
WHOLE: Final = "."  # at the end of a listed phrase: it counts only as a whole message


class LexiconInvalid(Exception):
    """A file of short words is missing or not of the expected form; the message says where and what to do."""


def lexicon_files(root: Path = NLU_DATA) -> list[Path]:
    """Return the files of short words, in a fixed order."""
    return [root / language / "lexicon.yml" for language in LANGUAGES]


def phrases_by_meaning(root: Path = NLU_DATA) -> list[tuple[str, str, str]]:
    """Return all listed phrases as they are written, with language and meaning: what the dialogue learns such messages from."""
    found: list[tuple[str, str, str]] = []
    for path in lexicon_files(root):
        content = read_lists(path)
        for name in MEANINGS:
            listed = [phrase.removesuffix(WHOLE) for phrase in phrases_of(content.get(name, []), path, name)]
            found += [(path.parent.name, name, text) for text in dict.fromkeys(listed)]
    return found


def read_lists(path: Path) -> dict[str, Any]:
    """Return what a file holds by name; raises LexiconInvalid."""
    try:
        content = read_texts(path)
    except (OSError, yaml.YAMLError) as error:
        raise LexiconInvalid(f"The list of short words {path} cannot be read: {error}. Correct or restore the file.") from error
    if not isinstance(content, dict):
        raise LexiconInvalid(f'{path} must hold meanings with lists under them, such as "yes": [tak, jasne]. Correct the file.')
    unknown = set(content) - {*MEANINGS, *LISTS, *SHARED, NAMES}
    if unknown:
        raise LexiconInvalid(f"{path} names {', '.join(sorted(unknown))}, which means nothing here: a misspelt meaning?")
    if not isinstance(content.get(NAMES, {}), dict) or set(content.get(NAMES, {})) - set(LANGUAGES):
        raise LexiconInvalid(f"{path}: {NAMES} must hold a list for each language code, such as pl: [polski].")
    return content


def phrases_of(listed: Any, path: Path, name: str) -> list[str]:
    """Return one list of a file; raises LexiconInvalid."""
    if not isinstance(listed, list) or not all(isinstance(phrase, str) for phrase in listed):
        raise LexiconInvalid(f"{path}: {name} must be a list in brackets, such as [tak, jasne]. Correct the file.")
    return listed
