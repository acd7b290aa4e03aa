"""What the conversations of the tests say is not what the dialogue learned from."""

from __future__ import annotations

import re
from pathlib import Path

import yaml

from bot.dialogue.learning import conversation_files, read_conversations
from bot.settings import PROJECT_ROOT

SHORT = 3  # words: "how long" is everybody's


def plain(text: str) -> str:
    return re.sub(r"\W+", " ", text.casefold()).strip()


def messages_of_tests() -> set[str]:
    cases = yaml.safe_load(Path(PROJECT_ROOT, "tests/assistant/turns.yml").read_text(encoding="utf-8"))
    lines = [line for by_language in cases.values() for said in by_language.values() for line in said]
    texts = [line if isinstance(line, str) else next(iter(line)) for line in lines]
    return {plain(text) for text in texts if len(plain(text).split()) >= SHORT}


def test_no_message_of_the_conversation_tests_is_learned_from() -> None:
    conversations = read_conversations(conversation_files(Path(PROJECT_ROOT, "nlu_data"), "training"))
    learned = {plain(turn.text) for conversation in conversations for turn in conversation.turns}
    assert sorted(messages_of_tests() & learned) == []
