"""Names that look like settings and are none: a misspelt one is silently not set."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final

from dotenv import dotenv_values

from bot.settings import ENV_FILE, Settings

ALIKE: Final = 0.6  # of difflib's measure; a file of settings holds nothing else
NEARLY_THE_SAME: Final = 0.86  # the environment holds much that is not ours


@dataclass(frozen=True)
class UnknownSetting:
    """A name that is no setting; `meant` is the one that it is nearest to."""

    name: str
    place: str
    meant: str | None


def unknown_settings() -> list[UnknownSetting]:
    """Return what stands in the file of settings and is none, and names in the environment that look like a misspelt one."""
    known = [name.upper() for name in Settings.model_fields]
    in_file = [name.upper() for name in dotenv_values(ENV_FILE)]
    unknown = [UnknownSetting(name, ENV_FILE, _nearest(name, known, ALIKE)) for name in in_file if name not in known]
    for name in (name.upper() for name in os.environ):
        if name not in {*known, *in_file} and (meant := _nearest(name, known, NEARLY_THE_SAME)) is not None:
            unknown.append(UnknownSetting(name, "the environment", meant))
    return unknown


def _nearest(name: str, known: Sequence[str], likeness: float) -> str | None:
    return next(iter(get_close_matches(name, known, n=1, cutoff=likeness)), None)
