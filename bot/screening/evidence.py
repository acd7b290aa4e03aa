"""Which words of a message gave rise to an indicator."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from bot.language.classes import INDICATORS
from bot.language.sentences import CLAUSE_ENDS, DASHES
from bot.messages import Evidence, Indicator
from bot.screening.clauses import Reading, without_conjunction
from bot.screening.encoder import Encoding, Vectors
from bot.screening.heads import Heads

FEWEST_WORDS, MOST_WORDS = 3, 8  # of a phrase: enough to understand, short enough to see at a glance
_MARKS_AROUND: Final = f' {CLAUSE_ENDS}{DASHES}:"“”„«»()'


def find_evidence(reading: Reading, indicators: Sequence[Indicator], heads: Heads) -> tuple[Evidence, ...]:
    """Return for each indicator the words that carry it most: a phrase of the clause that, read alone, says it loudest."""
    if not indicators:
        return ()
    scores = np.stack([heads.read(item.vector).indicators for item in reading.encodings])
    found = []
    for indicator in indicators:
        best = int(scores[:, INDICATORS.index(indicator.value)].argmax())
        phrase = _phrase_of(reading.clauses[best], indicator, heads, reading.encodings[best])
        found.append(Evidence(indicator, without_conjunction(phrase, reading.language)))
    return tuple(found)


def _phrase_of(clause: str, indicator: Indicator, heads: Heads, encoding: Encoding) -> str:
    words = clause.split()
    if encoding.pieces is None or len(words) <= MOST_WORDS:
        return clause.strip(_MARKS_AROUND) or clause
    return _phrase(words, _weights_of_words(len(words), indicator, heads, encoding)) or clause


def _weights_of_words(count: int, indicator: Indicator, heads: Heads, encoding: Encoding) -> Vectors:
    """Return what each word's pieces add to the indicator's logit, above the clause's mean."""
    assert encoding.pieces is not None
    added = heads.contributions(encoding.pieces, INDICATORS.index(indicator.value))
    owners = np.array(encoding.owners)
    inside = owners >= 0
    weights = np.zeros(count, dtype=np.float32)
    np.add.at(weights, owners[inside], added[inside] - added[inside].mean())
    return weights


def _phrase(words: list[str], weights: Vectors) -> str:
    """Return the contiguous words whose weights sum to the most."""
    sums = np.concatenate([[0.0], np.cumsum(weights)])
    spans = [
        (first, last)
        for first in range(len(words) - FEWEST_WORDS + 1)
        for last in range(first + FEWEST_WORDS, min(first + MOST_WORDS, len(words)) + 1)
    ]
    first, last = max(spans, key=lambda span: float(sums[span[1]] - sums[span[0]]))
    return " ".join(words[first:last]).strip(_MARKS_AROUND)
