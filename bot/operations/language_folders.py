"""What a language that is served consists of, so that whoever adds one sees what is still forgotten."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

import yaml

from bot.language.data import NLU_DATA
from bot.language.word_lists import NAMES
from bot.messages import LANGUAGES

# What must be there for each language, and what it is for. {} is the language's code.
PLACES: Final[Mapping[str, str]] = {
    "{}/writing.yml": "its letters and conjunctions",
    "{}/lexicon.yml": "short words: yes, no, a person please",
    "{}/person.yml": "ways of asking for a person",
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
    "conversations/training/*-{}.yml": "conversations to learn from",
    "tellings/training/{}.yml": "messages to learn from what is told in particular",
}
BUTTONS: Final = "answers/buttons.yml"
LEXICON: Final = "lexicon.yml"
STRANGERS: Final = "other_languages.yml"
STRANGE: Final = f"its messages among its own instead of in {STRANGERS}, which has those of languages that are not served"


def forgotten(root: Path | None = None) -> dict[str, list[str]]:
    """Return for each language that is served what it lacks; no entry for one that is whole.

    That is, the places of PLACES in which it has nothing, and what other languages lack of it: its button, and what people call it.
    """
    root = root or NLU_DATA
    titles = {code: _entries(root / code / BUTTONS) for code in LANGUAGES}
    names = {code: _entries(root / code / LEXICON, NAMES) for code in LANGUAGES}
    strangers = _entries(root / STRANGERS) or set()
    missing = {
        code: [*_places(root, code), *_unnamed(code, titles, names), *((STRANGE,) if code in strangers else ())]
        for code in LANGUAGES
    }
    return {code: lacking for code, lacking in missing.items() if lacking}


def _places(root: Path, code: str) -> Iterator[str]:
    return (place.format(code) for place in PLACES if next(root.glob(place.format(code)), None) is None)


def _unnamed(code: str, titles: Mapping[str, set[str] | None], names: Mapping[str, set[str] | None]) -> Iterator[str]:
    button = f"lang_{code}"
    for name, told, file, known in ((button, button, BUTTONS, titles), (code, f"{NAMES}.{code}", LEXICON, names)):
        if others := [other for other, entries in known.items() if entries and name not in entries]:
            yield f"{told} in {file} of {', '.join(others)}"


def _entries(path: Path, under: str | None = None) -> set[str] | None:
    """Return the keys of a file, or of what stands under one of them; None where there is no such file."""
    if not path.exists():
        return None
    content = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CBaseLoader)  # noqa: S506 - makes strings only
    return set(content if under is None else content.get(under, {}))
