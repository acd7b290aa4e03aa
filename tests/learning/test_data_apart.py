"""What the conversations of tests and evaluation say is not what the dialogue learned from."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest
import yaml

from bot.dialogue.answers import shared_library
from bot.learning.labelled import ConversationInvalid, conversation_files, read_conversations
from bot.learning.written import FOR_ALARMS, FOR_PERSON, WrittenFor
from bot.settings import PROJECT_ROOT

BENCHES = ("a_person", "another_person", "third_person", "alarms")
ANSWERS = ("kept_requests", "kept_words")
SHORT = 3  # words: "how long" is everybody's


def plain(text: str) -> str:
    return re.sub(r"\W+", " ", text.casefold()).strip()


def messages_of_tests() -> set[str]:
    cases = yaml.safe_load(Path(PROJECT_ROOT, "tests/assistant/turns.yml").read_text(encoding="utf-8"))
    lines = [line for by_language in cases.values() for said in by_language.values() for line in said]
    texts = [line if isinstance(line, str) else next(iter(line)) for line in lines]
    for name in ANSWERS:
        groups = yaml.safe_load(Path(PROJECT_ROOT, f"tests/assistant/{name}.yml").read_text(encoding="utf-8"))
        texts += [text for by_kind in groups.values() for said in by_kind.values() for text in said]
    return {plain(text) for text in texts if len(plain(text).split()) >= SHORT}


@cache
def every_message_of(part: str) -> frozenset[str]:
    conversations = read_conversations(conversation_files(Path(PROJECT_ROOT, "nlu_data"), part))
    return frozenset(plain(turn.text) for conversation in conversations for turn in conversation.turns)


def messages_of(part: str) -> frozenset[str]:
    return frozenset(text for text in every_message_of(part) if len(text.split()) >= SHORT)


def test_no_message_of_the_conversation_tests_is_learned_from() -> None:
    assert sorted(messages_of_tests() & messages_of("training")) == []


@pytest.mark.parametrize("part", ["evaluation", "evaluation_long"])
def test_no_message_of_the_evaluation_is_learned_from(part: str) -> None:
    assert messages_of(part)
    assert sorted(messages_of(part) & messages_of("training")) == []


def test_no_plain_way_of_asking_of_the_bench_is_learned_from() -> None:
    bench = yaml.safe_load(Path(PROJECT_ROOT, "bench", "plain.yml").read_text(encoding="utf-8"))
    asked = {plain(sentence["text"]) for sentences in bench.values() for sentence in sentences}
    ways = {plain(way) for answer in shared_library().answers.values() for _, way in answer.ways()}
    assert asked
    assert sorted(asked & (every_message_of("training") | ways)) == []


def test_a_conversation_whose_id_another_one_has_is_refused_with_both_files(tmp_path: Path) -> None:
    paths = [tmp_path / "live-en.yml", tmp_path / "more-en.yml"]
    for path in paths:
        path.write_text("- {id: live-en-001, language: en, turns: [{say: hello, do: [greet]}]}\n", encoding="utf-8")
    assert len(read_conversations(paths[:1])) == 1
    with pytest.raises(ConversationInvalid, match=r"more-en\.yml: the id live-en-001 .*live-en\.yml"):
        read_conversations(paths)


@pytest.mark.parametrize("written", [FOR_PERSON, FOR_ALARMS], ids=lambda written: written.file)
def test_no_message_of_the_tests_and_benches_is_written_for_a_network(written: WrittenFor) -> None:
    benches = [yaml.safe_load(Path(PROJECT_ROOT, "bench", f"{name}.yml").read_text(encoding="utf-8")) for name in BENCHES]
    heard = {plain(text) for languages in benches for groups in languages.values() for texts in groups.values() for text in texts}
    known = {plain(one.text) for one in written.read(Path(PROJECT_ROOT, "nlu_data"))}
    assert known
    assert sorted(text for text in known & (heard | messages_of_tests()) if len(text.split()) >= SHORT) == []
