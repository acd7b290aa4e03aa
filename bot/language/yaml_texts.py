"""YAML files: of people's words, in which every scalar is a string, as "no" and "on" are words there, and of values."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

import yaml

_PARSED_BEFORE: Final[dict[str, Any]] = {}  # what files hold, by the digest of their content


def read_texts(path: Path) -> Any:
    """Return what a file holds; raises OSError and yaml.YAMLError."""
    content = path.read_bytes()
    if _PARSED_BEFORE and (known := _PARSED_BEFORE.pop(_digest(content), None)) is not None:  # whoever reads it may change it
        return known
    return yaml.load(content.decode(), Loader=yaml.CBaseLoader)  # noqa: S506 - makes strings only


def parse_texts(paths: Iterable[Path]) -> dict[str, Any]:
    """Return what files of texts hold, by the digest of their content: to be kept for the next start, as parsing takes over a second."""
    return {_digest(path.read_bytes()): read_texts(path) for path in paths}


def parsed_before(kept: Mapping[str, Any]) -> None:
    """Take what `parse_texts` returned instead of parsing again, each once: of a file whose content is another since, nothing is taken."""
    _PARSED_BEFORE.clear()
    _PARSED_BEFORE.update(kept)


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


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
    _PARSED_BEFORE.clear()
