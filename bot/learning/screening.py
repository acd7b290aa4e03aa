"""Learns the screening; what is urgent also from the turns of conversations, as what is said in the middle of one alarms more easily."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain, repeat
from pathlib import Path
from typing import Final

from bot.language.normalise import readable, words
from bot.learning.labelled import conversation_files, is_held_out, read_conversations
from bot.learning.written import FOR_ALARMS, TIMES
from bot.screening.rows import Row
from bot.screening.training import Progress, train_screener
from bot.screening.urgency import AlarmExample

ONE_CALM_TURN_IN: Final = 3
ONE_HELD_OUT_IN: Final = 2  # of the turns held out: some 6,000 of them say enough
_DANGERS: Final = ("danger:self", "danger:other")


def train_screening(rows: Sequence[Row], strangers: Sequence[Row], root: Path, folder: Path, *, progress: Progress) -> None:
    """Learn from rows and from the conversations in `root`, and write what was learned to a folder. Raises EncoderMissing."""
    turns = [*alarm_turns(root), *written_alarms(root)]
    talks = [turn for turn in turns_of(root, held_out=True)[::ONE_HELD_OUT_IN] if words(readable(turn.text))]
    train_screener(rows, strangers, folder, turns=turns, talks=talks, progress=progress)


def alarm_turns(root: Path) -> list[AlarmExample]:
    """Return the turns of training conversations that tell of a danger or of dying, and one in ONE_CALM_TURN_IN of the others."""
    turns = turns_of(root, held_out=False)
    calm = [turn for turn in turns if not turn.alarms]
    return [*(turn for turn in turns if turn.alarms), *calm[::ONE_CALM_TURN_IN]]


def turns_of(root: Path, *, held_out: bool) -> list[AlarmExample]:
    """Return the turns of the training conversations that are held out, or of the others."""
    talks = (talk for talk in read_conversations(conversation_files(root, "training")) if is_held_out(talk) is held_out)
    return [
        AlarmExample(turn.text, turn.commands.any_of(*_DANGERS), "feel:suicide" in turn.commands, talk.language)
        for talk in talks
        for turn in talk.turns
    ]


def written_alarms(root: Path) -> list[AlarmExample]:
    """Return the messages that were written for alarms, and what only sounds like one, each as often as it counts."""
    written = (AlarmExample(one.text, one.command in _DANGERS, one.command == "feel:suicide") for one in FOR_ALARMS.read(root))
    return list(chain.from_iterable(repeat(one, TIMES) for one in written))
