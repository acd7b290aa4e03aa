"""What the encoder learns needs and commands from: conversations and a library, made small here."""

from __future__ import annotations

import random
from collections.abc import Mapping

import pytest

from bot.dialogue.answers import Answer, Library
from bot.dialogue.commands import Commands
from bot.dialogue.learning import LabelledConversation, LabelledTurn
from bot.messages import Speaker, Triage
from bot.screening.rows import Row
from encoder.batches import Rows
from encoder.labels import labels_of
from encoder.plan import Plan
from encoder.said import FOLLOW, parted, turns_of, ways_of


def _answer(name: str, asked: Mapping[str, tuple[str, ...]], follows: Mapping[str, tuple[str, ...]], *after: str) -> Answer:
    return Answer(name, "papers", "ask_undocumented", frozenset(), frozenset({"calm"}), ("N24",), asked, follows, after)


@pytest.fixture
def library() -> Library:
    kept = _answer("passport_kept", {"en": ("can he keep my passport",)}, {}, "passport_back")
    back = _answer("passport_back", {"en": ("how do i get it back",)}, {"en": ("and how do i get it",)})
    return Library({answer.id: answer for answer in (kept, back)})


def _turn(text: str, *does: str) -> LabelledTurn:
    return LabelledTurn(text, Commands.of(*does), None, frozenset(), frozenset(), {})


def test_a_way_that_follows_stands_after_a_question_for_the_answer_before_it(library: Library) -> None:
    (follow,) = (said for said in ways_of(library) if said.kind == FOLLOW)
    assert (follow.text, follow.before) == ("and how do i get it", "can he keep my passport")
    assert follow.needs == (frozenset({"passport_back"}),)


def test_a_short_turn_knows_the_last_question_and_a_long_one_stands_alone(library: Library) -> None:
    long = "so what i really mean is how on earth do i get that passport back from him"
    turns = (
        _turn("can he keep it", "ask:passport_kept"),
        _turn("ok", "thanks"),
        _turn("and back?", "ask:passport_back"),
        _turn(long, "ask"),
    )
    said = list(turns_of(LabelledConversation("en-x", "en", "1", turns), library))
    assert [one.before for one in said] == ["", "can he keep it", "can he keep it", ""]
    assert said[1].labels == {"thanks"}
    assert said[1].needs == ()


def test_an_answer_that_the_library_no_longer_has_is_not_learned(library: Library) -> None:
    turns = (_turn("a", "ask:gone|passport_back"), _turn("b", "ask:gone"), _turn("c", "ask:none"))
    said = list(turns_of(LabelledConversation("en-x", "en", "1", turns), library))
    assert [one.needs for one in said] == [(frozenset({"passport_back"}),), (), ()]


def test_all_turns_of_a_conversation_are_held_out_or_none(library: Library) -> None:
    turns = (_turn("a", "greet"), _turn("b", "bye"))
    said = [one for number in range(200) for one in turns_of(LabelledConversation(f"en-{number}", "en", "1", turns), library)]
    learned, held = parted(said)
    assert len(learned) + len(held) == 400
    assert 10 < len(held) < 80
    assert len(held) % 2 == 0


def test_an_epoch_of_some_rows_reads_others_each_time() -> None:
    rows = [Row(f"row {number}", "en", "greet", Triage.NONE, frozenset(), Speaker.OTHER) for number in range(100)]
    some = Rows(rows, labels_of(rows), Plan(batch=8, rows_an_epoch=20))
    chance = random.Random(1)
    first, second = ({number for batch in some.batches([5] * 100, chance) for number in batch} for _ in range(2))
    assert len(first) == len(second) == 20
    assert first != second
    assert some.batches_an_epoch == 3
