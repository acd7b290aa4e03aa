"""Labelled conversations: what each message does, who writes, and what the reply must and must not hold."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from bot.dialogue.commands import Commands
from bot.dialogue.state import Who
from bot.language.yaml_texts import read_texts
from bot.messages import LANGUAGES
from bot.screening.rows import RowInvalid

CONVERSATIONS: Final = "conversations"


class ConversationInvalid(RowInvalid):
    """A labelled conversation bears the id of another one, or is not in the language of its file; the message names both."""


@dataclass(frozen=True)
class LabelledTurn:
    """One message of a labelled conversation."""

    text: str
    commands: Commands
    who: Who | None
    must: frozenset[str]
    must_not: frozenset[str]
    after: Mapping[str, str]


@dataclass(frozen=True)
class LabelledConversation:
    """A conversation as its writer labelled it."""

    id: str
    language: str
    kind: str
    turns: tuple[LabelledTurn, ...]


def read_conversations(files: Iterable[Path]) -> list[LabelledConversation]:
    """Read labelled conversations; raises ConversationInvalid."""
    found: dict[str, tuple[LabelledConversation, Path]] = {}
    for path in files:
        named = path.stem.rpartition("-")[2]
        for item in read_texts(path) or []:
            read = _conversation(item)
            if named in LANGUAGES and read.language != named:
                raise ConversationInvalid(
                    f"{path}: the conversation {read.id} says `language: {read.language}`, and its file is of {named}."
                )
            if read.id in found:
                raise ConversationInvalid(f"{path}: the id {read.id} is that of a conversation in {found[read.id][1]} already.")
            found[read.id] = read, path
    return [conversation for conversation, _ in found.values()]


def conversation_files(root: Path, part: str) -> list[Path]:
    """Return the files of `training`, `validation` or `evaluation` conversations, in a fixed order."""
    return sorted((root / CONVERSATIONS / part).glob("*.yml"))


def is_held_out(conversation: LabelledConversation) -> bool:
    """Say whether a training conversation is one of the tenth on which bars are chosen, and from which the encoder learned nothing."""
    return hashlib.sha256(conversation.id.encode()).digest()[0] % 10 == 0


def _conversation(item: Mapping[str, Any]) -> LabelledConversation:
    turns = tuple(
        LabelledTurn(
            text=turn["say"],
            commands=Commands.of(*turn["do"]),
            who=Who(turn["who"]) if "who" in turn else None,
            must=frozenset(turn.get("must", ())),
            must_not=frozenset(turn.get("must_not", ())),
            after=turn.get("after", {}),
        )
        for turn in item["turns"]
    )
    return LabelledConversation(item["id"], item["language"], str(item.get("kind", "")), turns)
