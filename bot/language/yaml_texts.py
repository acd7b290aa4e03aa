"""YAML files: of people's words, in which every scalar is a string, as "no" and "on" are words there, and of values."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any

import yaml


def read_texts(path: Path) -> Any:
    """Return what a file holds; raises OSError and yaml.YAMLError."""
    return yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CBaseLoader)  # noqa: S506 - makes strings only


def read_values(path: Path) -> Any:
    """Return what a file of numbers, lists and tables holds; raises OSError and yaml.YAMLError."""
    return yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)


def read_shared(path: Path) -> Any:
    """Return what a file holds that several readers need, parsed once while it stays as it is: not to be changed.

    Raises as `read_texts` does.
    """
    status = path.stat()
    return _parsed(path, status.st_mtime_ns, status.st_size)


@functools.cache
def _parsed(path: Path, _changed: int, _size: int) -> Any:
    return read_texts(path)


def forget_shared() -> None:
    """Let go of what was parsed: a program that has started holds it in its own form."""
    _parsed.cache_clear()
