"""What an exported encoder says of the training rows: soft labels for a new one to learn from (distillation)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor
from tqdm import tqdm

from bot.language.normalise import readable
from bot.screening.rows import Row
from bot.screening.tuned import TunedEncoder

HEADS = ("topic", "triage", "indicators")


def taught(rows: Sequence[Row], folder: Path) -> dict[str, Tensor]:
    """Return the logits of the heads of the exported encoder in a folder, one row each."""
    encoder = TunedEncoder(folder)
    with np.load(folder / "heads.npz") as stored:
        arrays = {name: stored[name] for name in stored.files}
    vectors = []
    for start in tqdm(range(0, len(rows), 64), desc="teacher", mininterval=10):
        vectors += [item.vector for item in encoder.read([readable(row.text) for row in rows[start : start + 64]])]
    standard = (np.stack(vectors) - arrays["mean"]) / arrays["scale"]
    return {
        name: torch.from_numpy((standard @ arrays[f"weights.{name}"].T + arrays[f"biases.{name}"]).astype(np.float32))
        for name in HEADS
    }


def distance(logits: dict[str, Tensor], teacher: dict[str, Tensor], alike: Tensor) -> Tensor:
    """Return how far logits are from the teacher's on the rows that are read alike (`alike`: 1 or 0 a row)."""
    total = torch.zeros(())
    for name in ("topic", "triage"):
        apart = F.cross_entropy(logits[name], teacher[name].softmax(-1), reduction="none")
        total = total + (apart * alike).sum() / alike.sum().clamp(min=1)
    signs = F.binary_cross_entropy_with_logits(logits["indicators"], teacher["indicators"].sigmoid(), reduction="none")
    return total + 9 * (signs.mean(1) * alike).sum() / alike.sum().clamp(min=1)  # 9: as the labels' own loss weighs them
