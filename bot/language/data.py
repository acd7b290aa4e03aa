"""Where the files lie that translators and trainers edit."""

from __future__ import annotations

from pathlib import Path

NLU_DATA = Path(__file__).resolve().parents[2] / "nlu_data"
