"""`tests/` mirrors `bot/`: what is tested stands in the folder of the same name."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from tests.layers import MAY_IMPORT, MODULES, ROOT, SINGLE_MODULES, imports, package_of

TESTS: Final = Path(__file__).parent
# The folders that are of no package, and what their tests are of.
ACROSS: Final = {
    "": "the repository itself, and the modules at the top of bot/",
    "assistant": "the trained model, with all that stands on it",
    "e2e": "the running program in a browser",
    "encoder": "the folder of the same name at the top of the repository",
    "postgres": "the promises of other folders, on PostgreSQL",
    "promises": "the promises of docs/threat-model.md, each through all packages",
}
# What puts the packages together or is used by all of them says nothing of what a test is about.
COMMON_MODULES: Final = {"bot", "bot.storage.tables", *(f"bot.{name}" for name in SINGLE_MODULES)}
TEST_MODULES: Final = {".".join(path.relative_to(ROOT).with_suffix("").parts): path for path in TESTS.rglob("*.py")}


def folder_of(test: Path) -> str:
    """Return the folder of a test as a row of the table of packages is named."""
    return ".".join(test.relative_to(TESTS).parent.parts)


MIRRORED: Final = sorted(path for path in TESTS.rglob("test_*.py") if folder_of(path) not in ACROSS)


def named_in(names: set[str], modules: dict[str, Path]) -> set[str]:
    """Return the modules that imported names are, or are of."""
    parents = {name: [name, *(name.rsplit(".", cut)[0] for cut in range(1, name.count(".") + 1))] for name in names}
    return {next(name for name in up if name in modules) for up in parents.values() if not modules.keys().isdisjoint(up)}


def program_modules(path: Path) -> set[str]:
    """Return the modules of the program that a file of tests imports itself."""
    return named_in(imports(path), MODULES)


def with_helpers(test: Path) -> Iterator[Path]:
    """Return a test, the fixtures of its folder, and the helpers in folders that any of them imports."""
    seen: set[Path] = set()
    waiting = [test, *test.parent.glob("conftest.py")]
    while waiting:
        path = waiting.pop()
        if path not in seen:
            seen.add(path)
            yield path
            waiting += [
                TEST_MODULES[name] for name in named_in(imports(path), TEST_MODULES) if TEST_MODULES[name].parent != TESTS
            ]


def is_of(module: str, folder: str) -> bool:
    """Say whether a module is of the package that a folder of tests mirrors, or of one within it."""
    return f"{package_of(module)}.".startswith(f"{folder}.")


def tells(test: Path, module: str) -> bool:
    """Say whether a test has the name of a module, or begins with it."""
    name, stem = test.stem.removeprefix("test_"), module.rpartition(".")[2]
    return stem in {name, f"{name}s"} or f"{name}_".startswith((f"{stem}_", f"{stem}s_"))


def test_every_folder_of_tests_is_that_of_a_package_or_says_what_it_is_of() -> None:
    assert {folder_of(path) for path in TESTS.rglob("test_*.py")} - MAY_IMPORT.keys() == {*ACROSS} - {"assistant"}


@pytest.mark.parametrize("test", MIRRORED, ids=lambda test: str(test.relative_to(TESTS)))
def test_a_test_that_has_the_name_of_a_module_stands_in_the_folder_of_its_package(test: Path) -> None:
    namesakes = {module for module in program_modules(test) - COMMON_MODULES if tells(test, module)}
    assert not namesakes or any(is_of(module, folder_of(test)) for module in namesakes)


@pytest.mark.parametrize("test", MIRRORED, ids=lambda test: str(test.relative_to(TESTS)))
def test_a_test_reaches_the_package_whose_folder_it_stands_in(test: Path) -> None:
    imported = program_modules(test) - COMMON_MODULES
    reached = {module for path in with_helpers(test) for module in program_modules(path)}
    through_the_program = reached & {"bot.program", "bot.server", "bot.__main__"}
    assert not imported or through_the_program or any(is_of(module, folder_of(test)) for module in reached)
