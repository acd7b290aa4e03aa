"""Imports point one way: see tests/layers.py for the table."""

import ast
from collections import defaultdict

import pytest

from tests.layers import (
    BOT,
    MAY_IMPORT,
    MODULES,
    PAGE,
    SINGLE_MODULES,
    arrows,
    drawn,
    imported,
    imports,
    may_import,
    package_of,
)

LIBRARIES = {
    "rasa": {"assistant", "actions"},
    "rasa_sdk": {"assistant", "actions"},
    "twilio": {"channels", "channels.twilio"},
    "telegram": {"channels", "channels.telegram", "commands"},
}
PACKAGES = sorted({package_of(module) for module in MODULES} - {"bot"})


@pytest.mark.parametrize("module", MODULES)
def test_a_module_imports_only_what_its_package_may(module: str) -> None:
    package, used = package_of(module), imports(MODULES[module])
    others = {package_of(name) for name in used if name.partition(".")[0] in {"bot", "actions"}} - {package, "bot"}
    missing = sorted(others - set(MAY_IMPORT.get(package, "").split()))
    assert not missing, f"the row of {package} in tests/layers.py does not allow {', '.join(missing)}"
    assert {name.partition(".")[0] for name in used} & LIBRARIES.keys() <= {
        name for name, packages in LIBRARIES.items() if package in packages
    }


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("from ..console import times", "bot.console.times"),
        ("from ..console.times import spoken", "bot.console.times.spoken"),
        ("from .. import console", "bot.console"),
        ("from . import triage", "bot.screening.triage"),
        ("def late():\n    from ..console import times", "bot.console.times"),
    ],
)
def test_an_import_that_counts_from_its_own_folder_is_known_by_the_whole_name(said: str, meant: str) -> None:
    assert imported(said, ("bot", "screening")) == {meant}


def test_every_package_has_a_row_and_no_row_allows_more_than_is_used() -> None:
    used = arrows()
    assert sorted(MAY_IMPORT) == PACKAGES, "each folder of bot/ has a row in tests/layers.py"
    assert {package: sorted(names.split()) for package, names in MAY_IMPORT.items()} == {
        package: sorted(packages) for package, packages in used.items()
    }


def test_arrows_run_one_way() -> None:
    above: set[str] = set()
    for package, names in MAY_IMPORT.items():
        assert set(names.split()) <= above, package
        above.add(package)


@pytest.mark.parametrize("package", sorted(set(PACKAGES) - SINGLE_MODULES - {"actions"}))
def test_a_package_says_what_it_is_for_and_what_it_may_import(package: str) -> None:
    said = ast.get_docstring(ast.parse(BOT.joinpath(*package.split("."), "__init__.py").read_text(encoding="utf-8"))) or ""
    purpose, _, imported = said.rpartition("\n\n")
    assert purpose.endswith(".")
    assert " ".join(imported.split()) == may_import(package)


def test_at_the_top_are_only_the_values_the_settings_and_what_puts_the_parts_together() -> None:
    assert {path.stem for path in BOT.glob("*.py")} == {*SINGLE_MODULES, "__init__"}


def test_the_picture_in_the_documentation_is_that_of_the_code() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert drawn(page) == page, "run: python -m tests.layers"


def test_no_module_is_longer_than_one_idea() -> None:
    assert [path.name for path in MODULES.values() if len(path.read_text(encoding="utf-8").splitlines()) > 400] == []


def public_types(source: str) -> set[str]:
    """Return the public classes of a module, and what it calls a closed set of values (`Name = Literal[...]`)."""
    body = ast.parse(source).body
    literals = [
        node.targets[0].id
        for node in body
        if isinstance(node, ast.Assign)
        and isinstance(node.targets[0], ast.Name)
        and isinstance(node.value, ast.Subscript)
        and isinstance(node.value.value, ast.Name)
        and node.value.value.id == "Literal"
    ]
    return {name for name in [*literals, *(node.name for node in body if isinstance(node, ast.ClassDef))] if name[0] != "_"}


def test_a_name_of_a_type_says_which_one_it_is() -> None:
    named: defaultdict[str, list[str]] = defaultdict(list)
    for module, path in MODULES.items():
        for name in public_types(path.read_text(encoding="utf-8")):
            named[name].append(module)
    assert {name: modules for name, modules in named.items() if len(modules) > 1} == {}
