"""Which release of the program this is."""

from __future__ import annotations

import tomllib
from functools import cache

from bot.settings import PROJECT_ROOT


@cache
def release() -> str:
    """Return the version, such as 0.1.0."""
    content = tomllib.loads((PROJECT_ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return str(content["project"]["version"])
