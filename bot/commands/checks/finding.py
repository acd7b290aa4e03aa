"""One thing that was looked at, and how it stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

FindingState = Literal["ready", "off", "missing"]


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at."""

    what: str
    state: FindingState
    sentence: str
