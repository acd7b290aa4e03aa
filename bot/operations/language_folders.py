"""What a language that is served consists of, so that whoever adds one sees what is still forgotten."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from bot.language.data import NLU_DATA
from bot.language.word_lists import LISTS, MEANINGS, NAMES
from bot.language.yaml_texts import read_shared
from bot.messages import LANGUAGES

CONVERSATIONS: Final = "conversations/training/*-{}.yml"
# What must be there for each language, and what it is for. {} is the language's code.
PLACES: Final[Mapping[str, str]] = {
    "{}/writing.yml": "its letters and conjunctions",
    "{}/lexicon.yml": "short words: yes, no, a person please",
    "{}/person.yml": "ways of asking for a person",
    "{}/alarms.yml": "messages that alarm, that deny it, or only sound so",
    "{}/telling.yml": "stems that tell over somebody's shoulder what a conversation is about; an empty list where none is chosen",
    "{}/answers/answers.yml": "answers",
    "{}/answers/dialogue.yml": "what is said in a conversation",
    "{}/answers/turns.yml": "what is said in a conversation",
    "{}/answers/tellings.yml": "how what is told in particular is received",
    "{}/answers/again.yml": "what is said a second time",
    "{}/answers/buttons.yml": "buttons",
    "{}/answers/page.yml": "labels of the web page",
    "{}/answers/phrasebook.yml": "checked phrases of consultants",
    "{}/answers/library/*.yml": "the answers that are found by meaning",
    "{}/messages/*.yml": "messages to learn from",
    "concepts/{}.yml": "phrases that name a sign",
    "validation/{}/*.yml": "messages of strangers, on which thresholds are chosen",
    "evaluation/{}/*.yml": "messages on which nothing is chosen",
    "evaluation_urgent/{}/*.yml": "hard messages on what is urgent, on which nothing is chosen",
    CONVERSATIONS: "conversations to learn from",
    "tellings/training/{}.yml": "messages to learn from what is told in particular",
}
# What has a line of each language, under its code.
LINES: Final[Mapping[str, str]] = {
    "telegram.yml": "the title of /start in the menu of Telegram",
    "numbers.yml": "words for one to ten, for who chooses in words",
}
BUTTONS: Final = "answers/buttons.yml"
LEXICON: Final = "lexicon.yml"
STRANGERS: Final = "other_languages.yml"
STRANGE: Final = f"its messages among its own instead of in {STRANGERS}, which has those of languages that are not served"


def forgotten(root: Path | None = None) -> dict[str, list[str]]:
    """Return for each language that is served what it lacks; no entry for one that is whole.

    That is, the places of PLACES in which it has nothing, the lines of LINES, short words without which something that people write is
    not heard, and what other languages lack of it: its button, and what people call it.
    """
    root = root or NLU_DATA
    titles = {code: _entries(root / code / BUTTONS) for code in LANGUAGES}
    lexicons = {code: _content(root / code / LEXICON) for code in LANGUAGES}
    names = {code: None if lists is None else set(lists.get(NAMES, {})) for code, lists in lexicons.items()}
    strangers = _entries(root / STRANGERS) or set()
    lines = {file: _entries(root / file) or set() for file in LINES}
    missing = {
        code: [
            *_places(root, code),
            *(f"{code} in {file}" for file, codes in lines.items() if code not in codes),
            *_unheard(code, lexicons[code]),
            *_unnamed(code, titles, names),
            *((STRANGE,) if code in strangers else ()),
        ]
        for code in LANGUAGES
    }
    return {code: lacking for code, lacking in missing.items() if lacking}


def _places(root: Path, code: str) -> Iterator[str]:
    for place in PLACES:
        paths = [*root.glob(place.format(code))]
        if not paths:
            yield place.format(code)
        elif place == CONVERSATIONS and not any(_is_said_in(code, path) for path in paths):
            yield f"{place.format(code)} with `language: {code}` in them"


def _is_said_in(code: str, conversations: Path) -> bool:
    return re.search(rf"\blanguage: *[\"']?{code}\b", conversations.read_text(encoding="utf-8")) is not None


def _unheard(code: str, lists: Mapping[str, Any] | None) -> Iterator[str]:
    if lists is not None:
        yield from (f"{name} in {code}/{LEXICON}" for name in (*MEANINGS, *LISTS) if not lists.get(name))


def _unnamed(code: str, titles: Mapping[str, set[str] | None], names: Mapping[str, set[str] | None]) -> Iterator[str]:
    button = f"lang_{code}"
    for name, told, file, known in ((button, button, BUTTONS, titles), (code, f"{NAMES}.{code}", LEXICON, names)):
        if others := [other for other, entries in known.items() if entries and name not in entries]:
            yield f"{told} in {file} of {', '.join(others)}"


def _entries(path: Path) -> set[str] | None:
    """Return the keys of a file; None where there is no such file."""
    content = _content(path)
    return None if content is None else set(content)


def _content(path: Path) -> dict[str, Any] | None:
    if not path.exists():
        return None
    return dict(read_shared(path) or {})
