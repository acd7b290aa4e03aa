"""What the training looks at on the validation rows after each epoch."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from encoder.labels import NAMES, Labels

FALSE_ALARMS = 0.03  # of rows with triage none: where the recall of handoffs is read


def softmax(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the likelihoods of one-of-many logits, row by row."""
    powers = np.exp(logits - logits.max(1, keepdims=True))
    return np.asarray(powers / powers.sum(1, keepdims=True), dtype=np.float32)


def measure(logits: Mapping[str, NDArray[np.float32]], labels: Labels) -> dict[str, float]:
    """Return the figures that the choice of an epoch rests on, and a `score` that sums them up."""
    triage = softmax(logits["triage"])
    emergency = NAMES["triage"].index("emergency")
    handoff, needs, _calm, threshold = _handoffs(triage, labels)
    is_emergency = labels.triage == emergency
    seen = (handoff > threshold) & (triage[:, emergency] > 0.4 * handoff)
    figures = {
        "handoff": float((handoff[needs] > threshold).mean()),
        "emergency": float(seen[is_emergency].mean()),
        "emergency_precision": float(is_emergency[seen].mean()) if seen.any() else 0.0,
        "indicators": _best_f1(logits["indicators"], labels.indicators),
        "triage": float((triage.argmax(1) == labels.triage).mean()),
    }
    for name in ("topic", "speaker", "language"):
        figures[name] = float((logits[name].argmax(1) == getattr(labels, name)).mean())
    figures["score"] = (
        figures["handoff"]
        + 0.5 * figures["emergency"]
        + 0.5 * figures["emergency_precision"]
        + figures["indicators"]
        + 0.7 * figures["topic"]
        + 0.2 * figures["speaker"]
    )
    return figures


def _handoffs(
    triage: NDArray[np.float32], labels: Labels
) -> tuple[NDArray[np.float32], NDArray[np.bool_], NDArray[np.bool_], float]:
    """Return the likelihood of a handoff, which rows are due for one, which are calm, and the threshold at the allowed false alarms."""
    high, emergency, none = (NAMES["triage"].index(name) for name in ("high", "emergency", "none"))
    handoff = triage[:, high] + triage[:, emergency]
    calm = labels.triage == none
    threshold = float(np.sort(handoff[calm])[-int(FALSE_ALARMS * calm.sum()) - 1])
    return handoff, np.isin(labels.triage, (high, emergency)), calm, threshold


def by_language(logits: Mapping[str, NDArray[np.float32]], labels: Labels) -> dict[str, dict[str, float]]:
    """Return a few figures for each language, handoffs at the threshold of all languages together, with how many rows there are."""
    handoff, needs, calm, threshold = _handoffs(softmax(logits["triage"]), labels)
    found = {}
    for place, language in enumerate(NAMES["language"]):
        here = labels.language == place
        found[language] = {
            "rows": float(here.sum()),
            "handoff": float((handoff[here & needs] > threshold).mean()),
            "false_alarms": float((handoff[here & calm] > threshold).mean()),
            "topic": float((logits["topic"].argmax(1) == labels.topic)[here].mean()),
            "language": float((logits["language"].argmax(1) == place)[here].mean()),
        }
    return found


def _best_f1(logits: NDArray[np.float32], truth: NDArray[np.float32]) -> float:
    best = 0.0
    for threshold in np.arange(-2.5, 1.5, 0.1):
        found = logits > threshold
        hits = float((found & (truth > 0)).sum())
        best = max(best, 2 * hits / max(float(found.sum() + truth.sum()), 1.0))
    return best
