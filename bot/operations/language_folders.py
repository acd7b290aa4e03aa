"""What a language that is served consists of, so that whoever adds one sees what is still forgotten."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from bot.language.data import NLU_DATA
from bot.messages import LANGUAGES

# What must be there for each language, and what it is for. {} is the language's code.
PLACES: Final[Mapping[str, str]] = {
    "{}/writing.yml": "its letters and conjunctions",
    "{}/lexicon.yml": "short words: yes, no, a person please",
    "{}/person.yml": "ways of asking for a person",
    "{}/answers/answers.yml": "answers",
    "{}/answers/dialogue.yml": "what is said in a conversation",
    "{}/answers/turns.yml": "what is said in a conversation",
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
}


def forgotten(root: Path | None = None) -> dict[str, list[str]]:
    """Return for each language that is served the places of PLACES in which it has nothing; no entry for one that is whole."""
    root = root or NLU_DATA
    missing = {
        language: [place.format(language) for place in PLACES if next(root.glob(place.format(language)), None) is None]
        for language in LANGUAGES
    }
    return {language: places for language, places in missing.items() if places}
