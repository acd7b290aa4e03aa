"""The environment of the encoder's training holds what its modules, and those of the program that they read, import."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.layers import ROOT

REQUIREMENTS = ROOT / "encoder" / "requirements.txt"
# Packages that are imported by another name than they are installed by.
CALLED = {"yaml": "pyyaml", "sklearn": "scikit-learn", "marisa_trie": "marisa-trie"}


def _imported(path: Path) -> Iterator[str]:
    """Yield the modules that are imported when a file is, not those inside its functions."""
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{name.name}" for name in node.names)


def _file_of(module: str) -> Path | None:
    place = ROOT.joinpath(*module.split("."))
    return next((path for path in (place.with_suffix(".py"), place / "__init__.py") if path.is_file()), None)


def _imported_with(module: str, seen: set[str]) -> set[str]:
    """Return the packages of others that are imported with a module of ours."""
    path = _file_of(module)
    if module in seen or path is None:
        return set()
    seen.add(module)
    found: set[str] = set()
    for name in _imported(path):
        top = name.partition(".")[0]
        if top in {"bot", "encoder"}:
            found |= _imported_with(name, seen)
        elif top not in sys.stdlib_module_names:
            found.add(top)
    return found


def test_the_encoder_s_environment_holds_what_its_modules_import() -> None:
    listed = set(re.findall(r"^[a-z0-9_]+(?:-[a-z0-9]+)*", REQUIREMENTS.read_text(), re.MULTILINE))
    modules = [f"encoder.{path.stem}" for path in (ROOT / "encoder").glob("*.py")]
    imported = set[str]().union(*(_imported_with(module, set()) for module in modules))
    assert {CALLED.get(name, name) for name in imported} - listed == set()
