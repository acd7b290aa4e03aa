"""Learns the screening; what is urgent also from the turns of conversations, as what is said in the middle of one alarms more easily."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain, repeat
from pathlib import Path
from typing import Final

from bot.learning.labelled import conversation_files, is_held_out, read_conversations
from bot.learning.written import FOR_ALARMS, TIMES
from bot.screening.rows import Row
from bot.screening.training import Progress, train_screener
from bot.screening.urgency import AlarmExample

ONE_CALM_TURN_IN: Final = 3
_DANGERS: Final = ("danger:self", "danger:other")


def train_screening(rows: Sequence[Row], strangers: Sequence[Row], root: Path, folder: Path, *, progress: Progress) -> None:
    """Learn from rows and from the conversations in `root`, and write what was learned to a folder. Raises EncoderMissing."""
    turns = [*alarm_turns(root), *written_alarms(root)]
    train_screener(rows, strangers, folder, turns=turns, progress=progress)


def alarm_turns(root: Path) -> list[AlarmExample]:
    """Return the turns of training conversations that tell of a danger or of dying, and one in ONE_CALM_TURN_IN of the others."""
    talks = (talk for talk in read_conversations(conversation_files(root, "training")) if not is_held_out(talk))
    turns = [
        AlarmExample(turn.text, turn.commands.any_of(*_DANGERS), "feel:suicide" in turn.commands)
        for talk in talks
        for turn in talk.turns
    ]
    calm = [turn for turn in turns if not (turn.danger or turn.dying)]
    return [*(turn for turn in turns if turn.danger or turn.dying), *calm[::ONE_CALM_TURN_IN]]


def written_alarms(root: Path) -> list[AlarmExample]:
    """Return the messages that were written for alarms, and what only sounds like one, each as often as it counts."""
    written = (AlarmExample(one.text, one.command in _DANGERS, one.command == "feel:suicide") for one in FOR_ALARMS.read(root))
    return list(chain.from_iterable(repeat(one, TIMES) for one in written))
