"""What Rasa only names is not installed, nobody else needs it, and whoever uses it is told."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from importlib.metadata import distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from rasa_placeholders import LIBRARIES

from bot.settings import PROJECT_ROOT

RASAS = {"rasa", "rasa-sdk", "structlog-sentry"}


def left_out() -> set[str]:
    """Return the names of what pyproject.toml leaves out."""
    overrides = tomllib.loads((PROJECT_ROOT / "pyproject.toml").read_text())["tool"]["uv"]["override-dependencies"]
    return {plain(Requirement(line).name) for line in overrides if "python_version < '3'" in line}


def plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def python(script: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-W", "ignore", "-c", script], capture_output=True, text=True, timeout=300, check=False
    )


def test_nothing_that_is_installed_needs_what_is_left_out() -> None:
    gone = left_out()
    assert {"pymongo", "aiogram", "matplotlib"} <= gone
    needed = {
        f"{one.name} needs {requirement.name}"
        for one in distributions()
        if plain(one.name) not in RASAS
        for requirement in map(Requirement, one.requires or ())
        if plain(requirement.name) in gone and (requirement.marker is None or requirement.marker.evaluate({"extra": ""}))
    }
    # They are only called when something is fetched from a model hub, which this program never does.
    assert needed <= {"tokenizers needs huggingface-hub", "skops needs huggingface-hub", "sanic needs uvloop"}


def test_this_program_imports_none_of_them() -> None:
    for folder in ("bot", "actions", "encoder", "bench"):
        for path in (PROJECT_ROOT / folder).rglob("*.py"):
            if ".venv" in path.parts:
                continue
            for node in ast.walk(ast.parse(path.read_bytes())):
                names = [name.name for name in node.names] if isinstance(node, ast.Import) else []
                names += [node.module] if isinstance(node, ast.ImportFrom) and node.module and not node.level else []
                used = [name for name in names for library in LIBRARIES if f"{name}.".startswith(f"{library}.")]
                assert not used, f"{path} imports {used}"


@pytest.mark.model
def test_all_that_rasas_commands_load_loads_without_them() -> None:
    done = python(
        "import sys, rasa.__main__, rasa.core.run, rasa.core.test, rasa.nlu.test, rasa.model_testing, rasa.model_training, rasa.server\n"
        "import rasa_placeholders as p\n"
        "for name in p.LIBRARIES: assert not getattr(sys.modules.get(name), '__file__', None), name"
    )
    assert done.returncode == 0, done.stderr[-2000:]


@pytest.mark.parametrize("library", LIBRARIES)
def test_whoever_uses_one_is_told_which_and_what_to_do(library: str) -> None:
    done = python(
        f"import {library} as one\n"
        f"from {library}.inner import Client, NotThereError\n"
        "class Ours(Client): pass\n"
        "try: raise ValueError\n"
        "except (NotThereError, ValueError): pass\n"
        "one.connect()"
    )
    assert f"LibraryMissing: {library}.connect was used" in done.stderr


def test_nothing_is_a_tensor() -> None:
    done = python("import tensorflow\nassert not tensorflow.is_tensor(3)")
    assert done.returncode == 0, done.stderr[-2000:]


def test_a_library_that_is_installed_after_all_is_used_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "redis.py").write_text("def connect():\n    return 'real'\n")
    done = python(f"import sys; sys.path.insert(0, {str(tmp_path)!r})\nimport redis\nassert redis.connect() == 'real'")
    assert done.returncode == 0, done.stderr[-2000:]


@pytest.mark.model
def test_rasa_goes_on_without_pictures_and_says_so() -> None:
    done = python("import rasa.utils.plotting as plotting\nplotting.plot_confusion_matrix([], [])\nplotting.plot_curve('a', [])")
    assert done.returncode == 0, done.stderr[-2000:]
    assert "No picture is drawn" in done.stderr
