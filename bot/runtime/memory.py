"""Memory that the C library keeps although nothing uses it any more."""

from __future__ import annotations

import ctypes


def hand_back_freed() -> None:
    """Give memory that is free back to the system, where the C library can: glibc keeps it otherwise, for this process alone."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
