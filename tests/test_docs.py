"""What the operator reads is true: every setting, every counter, every command."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.__main__ import parser
from bot.settings import PROJECT_ROOT, Settings

OPERATIONS = (PROJECT_ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
DOCUMENTS = [*sorted((PROJECT_ROOT / "docs").glob("*.md")), PROJECT_ROOT / "README.md"]


def settings_table() -> list[str]:
    """Return the rows of the table as the settings themselves tell them."""
    return [
        f"| `{name.upper()}` | {_default(field.default)} | {field.description} |" for name, field in Settings.model_fields.items()
    ]


def _default(value: object) -> str:
    if isinstance(value, Path):
        return f"`{value.relative_to(PROJECT_ROOT)}`"
    return "" if value in {None, ""} else f"`{str(value).lower() if isinstance(value, bool) else value}`"


@pytest.mark.parametrize("row", settings_table())
def test_a_setting_is_documented_with_its_default_and_its_meaning(row: str) -> None:
    assert row in OPERATIONS.splitlines()


def test_no_setting_is_documented_that_does_not_exist() -> None:
    documented = set(re.findall(r"^\| `([A-Z_]+)` \|", OPERATIONS, re.MULTILINE))
    assert documented == {name.upper() for name in Settings.model_fields}


def test_every_counter_that_the_operator_is_told_to_watch_exists() -> None:
    source = "".join(path.read_text(encoding="utf-8") for path in (PROJECT_ROOT / "bot").rglob("*.py"))
    told = set(re.findall(r"frontdoor_[a-z_]+[a-z]", OPERATIONS)) - {"frontdoor_sqlite"}
    assert told
    assert {name for name in told if f'"{name.removesuffix("_total")}"' not in source} == set()


def test_every_command_that_the_documents_name_exists() -> None:
    known = set(parser()._subparsers._group_actions[0].choices)  # type: ignore[union-attr,arg-type]
    named = {
        command
        for path in DOCUMENTS
        for command in re.findall(r"python -m bot ([a-z]+(?:-[a-z]+)*)", path.read_text(encoding="utf-8"))
    }
    assert named - known == set()
