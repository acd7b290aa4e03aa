"""Which rows an epoch of the encoder's training reads."""

from __future__ import annotations

import random

from bot.messages import Speaker, Triage
from bot.screening.rows import Row
from encoder.batches import Rows
from encoder.labels import labels_of
from encoder.plan import Plan


def test_an_epoch_of_some_rows_reads_others_each_time() -> None:
    rows = [Row(f"row {number}", "en", "greet", Triage.NONE, frozenset(), Speaker.OTHER) for number in range(100)]
    some = Rows(rows, labels_of(rows), Plan(batch=8, rows_an_epoch=20))
    chance = random.Random(1)
    first, second = ({number for batch in some.batches([5] * 100, chance) for number in batch} for _ in range(2))
    assert len(first) == len(second) == 20
    assert first != second
    assert some.batches_an_epoch == 3
