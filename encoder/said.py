"""What is said in conversations and how answers are asked for: the examples from which the encoder learns needs and commands.

Four sources: ways of asking in the library, those that follow another answer, turns of labelled conversations, and listed phrases.
A tenth of the conversations and of the ways of asking is held out, as of the rows.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bot.dialogue.answers import NLU_DATA, Answer, Library
from bot.dialogue.commands import ASK, LABELS
from bot.dialogue.learning import LabelledConversation, conversation_files, from_phrases, read_conversations
from bot.language.word_lists import phrases_by_meaning
from bot.screening.rows import VALIDATION_TENTH

WAY, FOLLOW, TURN, PHRASE = "way", "follow", "turn", "phrase"
_SHORT: Final = 12  # words: longer messages are understood without the question before them


@dataclass(frozen=True)
class Said:
    """A message, the question before it where it is short, the answers it asks for (any of each set) and what it does."""

    text: str
    language: str
    kind: str
    needs: tuple[frozenset[str], ...]
    labels: frozenset[str]
    before: str = ""
    held_out: bool = False


def read_said(root: Path = NLU_DATA) -> tuple[list[Said], tuple[str, ...]]:
    """Read all examples; return them with the ids of the answers that they ask for, in a fixed order."""
    library = Library.load(root)
    conversations = read_conversations(conversation_files(root, "training"))
    found = [
        *ways_of(library),
        *(said for conversation in conversations for said in turns_of(conversation, library)),
        *(
            Said(item.text, item.language, PHRASE, (), item.labels, held_out=_is_held_out(item.text))
            for item in from_phrases(phrases_by_meaning(root))
        ),
    ]
    return found, tuple(sorted(library.answers))


def ways_of(library: Library) -> Iterator[Said]:
    """Yield the ways of asking; those that follow come after a way of asking for an answer that may have been given before."""
    askers = {name: [before for before in library.answers.values() if name in before.next] for name in library.answers}
    for answer in library.answers.values():
        for language, way in answer.ways():
            yield _way(answer, way, language, WAY, "")
        for language, ways in answer.follows.items():
            earlier = [
                way
                for before in (askers[answer.id] or [answer])
                for way in before.asked.get(language, before.asked.get("en", ()))
            ]
            for place, way in enumerate(ways):
                yield _way(answer, way, language, FOLLOW, earlier[place % len(earlier)] if earlier else "")


def _way(answer: Answer, text: str, language: str, kind: str, before: str) -> Said:
    return Said(text, language, kind, (frozenset({answer.id}),), frozenset({ASK}), before, _is_held_out(text))


def turns_of(conversation: LabelledConversation, library: Library) -> Iterator[Said]:
    """Yield the turns of a conversation, short ones with the last question before them."""
    before, out = "", _is_held_out(conversation.id)
    for turn in conversation.turns:
        asked = (frozenset(name for name in command.choices if name in library) for command in turn.commands.asked)
        needs = tuple(names for names in asked if names)
        labels = frozenset(turn.commands.names & set(LABELS))
        short = len(turn.text.split()) <= _SHORT
        yield Said(turn.text, conversation.language, TURN, needs, labels, before if short else "", out)
        before = turn.text if turn.commands.asked else before


def parted(examples: Iterable[Said]) -> tuple[list[Said], list[Said]]:
    """Return the examples that are learned and those that are held out."""
    parts: tuple[list[Said], list[Said]] = ([], [])
    for said in examples:
        parts[said.held_out].append(said)
    return parts


def _is_held_out(text: str) -> bool:
    return hashlib.sha256(text.encode()).digest()[0] % 10 == VALIDATION_TENTH
