"""The labels of the rows as arrays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bot.language.classes import CLASSES
from bot.messages import LANGUAGES, TOPICS
from bot.screening.rows import Row

NAMES: Final = CLASSES
_GOLD_SHARE = 0.8  # of the topic's likelihood when a row has further accepted topics; they share the rest


@dataclass(frozen=True)
class Labels:
    """One entry a row; `topics` is soft, shape (rows, 47)."""

    topic: NDArray[np.int64]
    topics: NDArray[np.float32]
    triage: NDArray[np.int64]
    indicators: NDArray[np.float32]
    speaker: NDArray[np.int64]
    language: NDArray[np.int64]


def labels_of(rows: Sequence[Row]) -> Labels:
    """Return the labels of rows."""
    topics = np.zeros((len(rows), len(TOPICS)), dtype=np.float32)
    indicators = np.zeros((len(rows), len(NAMES["indicators"])), dtype=np.float32)
    for number, row in enumerate(rows):
        also = [name for name in row.also if name != row.topic]
        topics[number, TOPICS.index(row.topic)] = _GOLD_SHARE if also else 1.0
        for name in also:
            topics[number, TOPICS.index(name)] = (1 - _GOLD_SHARE) / len(also)
        for indicator in row.indicators:
            indicators[number, NAMES["indicators"].index(indicator.value)] = 1.0
    return Labels(
        topic=np.array([TOPICS.index(row.topic) for row in rows]),
        topics=topics,
        triage=np.array([row.triage.rank for row in rows]),
        indicators=indicators,
        speaker=np.array([NAMES["speaker"].index(row.speaker.value) for row in rows]),
        language=np.array([LANGUAGES.index(row.language) for row in rows]),
    )
