"""Learns the second opinions: what is told from the training rows, what is urgent from these and from turns of conversations as well."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from bot.language.classes import INDICATORS, SPEAKERS
from bot.language.normalise import readable
from bot.messages import TOPICS, Indicator, Triage
from bot.screening.heads import Heads, Matrix
from bot.screening.kept_encodings import encoded
from bot.screening.letter_learning import FEW, LettersCourse, learn_letters
from bot.screening.network import Course, train
from bot.screening.rows import Row
from bot.screening.second_opinion import OUTPUTS, SecondOpinion, SecondOpinions
from bot.screening.senses import Senses
from bot.screening.tuned import TunedEncoder
from bot.screening.urgency import OUTPUTS as ALARMS
from bot.screening.urgency import AlarmExample

# Networks half as wide or for more epochs hear less of what is told, wider ones as much; tables of 48 or 96 numbers, the same.
TOLD: Final = Course(members=3, hidden=256, epochs=8, dropout=0.4)
TOLD_LETTERS: Final = LettersCourse(width=64, epochs=6)
URGENCY: Final = Course(members=3, hidden=128, epochs=8, dropout=0.4)


def learn_second_opinions(
    rows: Sequence[Row], turns: Sequence[AlarmExample], encoder: TunedEncoder, heads: Heads
) -> SecondOpinions:
    """Return what was learned from rows and, of what is urgent, from messages beside them; `heads` are the encoder's."""
    alarms = [*(_alarm_of(row) for row in rows), *turns]
    senses, vectors = Senses.learned(heads, encoded((one.text for one in alarms), encoder))

    def learned(
        texts: Sequence[str], targets: Matrix, outputs: tuple[str, ...], course: Course, letters: LettersCourse
    ) -> SecondOpinion:
        network = train(np.stack([vectors[text] for text in texts]), targets, outputs, course)
        return SecondOpinion(network, learn_letters(texts, targets, outputs, letters, exclusive=False))

    told = learned(
        [readable(row.text) for row in rows],
        np.array([said_of(row) for row in rows], dtype=np.float32),
        OUTPUTS,
        TOLD,
        TOLD_LETTERS,
    )
    urgent = learned(
        [readable(one.text) for one in alarms],
        np.array([(one.danger, one.dying) for one in alarms], dtype=np.float32),
        ALARMS,
        URGENCY,
        FEW,
    )
    return SecondOpinions(senses, told, urgent)


def said_of(row: Row) -> list[bool]:
    """Return which of OUTPUTS hold of a row."""
    return [
        row.triage.needs_person,
        row.triage is Triage.EMERGENCY,
        row.triage is not Triage.NONE,
        *(name in row.indicators for name in INDICATORS),
        *(name == row.topic for name in TOPICS),
        *(name == row.speaker.value for name in SPEAKERS),
    ]


def _alarm_of(row: Row) -> AlarmExample:
    dying = Indicator.SUICIDE_RISK in row.indicators
    return AlarmExample(row.text, row.triage is Triage.EMERGENCY and not dying, dying)
