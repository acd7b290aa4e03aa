"""What consultants corrected: phrases whose labels decide for themselves and for messages that say nearly the same.

The phrases stand in `nlu_data/corrections.yml`, one line each. Nearness is measured in the space of the sentence encoder. Looser
paraphrases and other languages are mostly too far away: they need lines of their own.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from bot.language.classes import INDICATORS, SPEAKERS, TRIAGES
from bot.language.identification import without_diacritics
from bot.language.normalise import readable
from bot.language.romanise import romanised_variants
from bot.messages import TOPICS, Indicator, Speaker, Triage
from bot.screening.encoder import Encoder
from bot.screening.heads import Heads, Likelihoods, Matrix
from bot.screening.rows import CORRECTIONS, Row

_VECTORS, _LABELS = "corrections.npy", "corrections.json"
_CALMING = 0.4  # of the way from the nearness that suffices for an alarm to identity
_SURE = 0.97  # the likelihood of a corrected label
_HARDLY = 0.1  # below it nothing is a handoff, whatever the working point
_FOUND = 0.3  # from here on a sign may have been found, and is not taken away beside another


@dataclass(frozen=True)
class Correction:
    """The labels of one corrected phrase."""

    topic: str
    triage: Triage
    indicators: tuple[Indicator, ...]
    speaker: Speaker

    def likelihoods(self, before: Likelihoods, *, alone: bool) -> Likelihoods:
        """Return likelihoods after the correction, `before` being what was found without it.

        One that alarms raises: its own signs and triage, beside whatever else was found. One that calms takes a sign away only where
        the message says nothing else: `alone`, a single clause, in which at most one sign was found.
        """
        if not self.triage.needs_person and not self.indicators:
            return self._told(before) if alone and int((before.indicators >= _FOUND).sum()) <= 1 else before
        own = np.array([_SURE if name in self.indicators else 0.0 for name in INDICATORS], dtype=np.float32)
        found = replace(before, indicators=np.maximum(before.indicators, own))
        if self.triage.rank < int(np.argmax(before.triage)):
            return found
        # What may be an emergency is not less of one because a phrase in it is known to be serious.
        told, urgent = self._told(before), float(before.triage[-1]) / max(before.handoff, _HARDLY)
        triage = told.triage * (1 - urgent)
        triage[-1] += urgent
        return replace(told, indicators=found.indicators, triage=triage.astype(np.float32))

    def _told(self, before: Likelihoods) -> Likelihoods:
        return replace(
            before,
            topic=_told(len(TOPICS), TOPICS.index(self.topic)),
            triage=_told(len(TRIAGES), self.triage.rank),
            indicators=np.array([_SURE if name in self.indicators else 0.0 for name in INDICATORS], dtype=np.float32),
            speaker=_told(len(SPEAKERS), SPEAKERS.index(self.speaker.value)),
        )


@dataclass(frozen=True)
class Memory:
    """The corrected phrases as unit vectors, one row each, with their labels."""

    vectors: Matrix
    corrections: tuple[Correction, ...]

    def recall(self, standard: Matrix, nearness: float) -> Correction | None:
        """Return the correction nearest to a standardised vector, if its cosine is at least `nearness`.

        One that calls no person must be nearer still: it could silence a message that only resembles it.
        """
        if not self.corrections:
            return None
        cosines = self.vectors @ (standard / (np.linalg.norm(standard) + 1e-9))
        best = int(np.argmax(cosines))
        nearest = self.corrections[best]
        needed = nearness if nearest.triage.needs_person else nearness + (1 - nearness) * _CALMING
        return nearest if cosines[best] >= needed else None

    def save(self, folder: Path) -> None:
        """Write the memory to a folder."""
        folder.mkdir(parents=True, exist_ok=True)
        np.save(folder / _VECTORS, self.vectors, allow_pickle=False)
        labels = [[item.topic, item.triage, item.indicators, item.speaker] for item in self.corrections]
        (folder / _LABELS).write_text(json.dumps(labels))

    @classmethod
    def load(cls, folder: Path) -> Memory:
        """Read the memory from a folder."""
        labels = json.loads((folder / _LABELS).read_text())
        return cls(
            np.load(folder / _VECTORS, allow_pickle=False),
            tuple(
                Correction(topic, Triage(triage), tuple(Indicator(name) for name in indicators), Speaker(speaker))
                for topic, triage, indicators, speaker in labels
            ),
        )


def is_correction(row: Row) -> bool:
    """Say whether a row comes from the consultants' file."""
    return row.source.endswith(CORRECTIONS)


def remember(rows: Sequence[Row], encoder: Encoder, heads: Heads) -> Memory:
    """Return the memory of the corrections among the rows.

    Each spelling is remembered once: as the line says that has these very words, else as the first says that may be spelt so.
    """
    lines = [(readable(row.text), row) for row in rows if is_correction(row)]
    spelt = {own: row for text, row in lines for own in (text, text.lower())}
    for text, row in lines:
        for other in _other_spellings(text, row.language):
            spelt.setdefault(other, row)
    vectors = np.zeros((len(spelt), encoder.width), dtype=np.float32)
    for place, encoding in enumerate(encoder.read(list(spelt))):
        standard = heads.standardise(encoding.vector)
        vectors[place] = standard / (np.linalg.norm(standard) + 1e-9)
    return Memory(
        vectors,
        tuple(Correction(row.topic, row.triage, tuple(sorted(row.indicators)), row.speaker) for row in spelt.values()),
    )


def _other_spellings(text: str, language: str) -> list[str]:
    """Return the phrase as phones without its letters would write it: without diacritics, in Latin letters."""
    return [without_diacritics(text).lower(), *romanised_variants(text, language)]


def _told(size: int, place: int) -> Matrix:
    likelihood = np.full(size, (1 - _SURE) / (size - 1), dtype=np.float32)
    likelihood[place] = _SURE
    return likelihood
