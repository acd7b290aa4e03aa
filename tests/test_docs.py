"""What the operator reads is true: every setting, every counter, every command."""

from __future__ import annotations

import argparse
import ast
import functools
import re
from dataclasses import fields
from pathlib import Path

import pytest
from sqlalchemy import ForeignKey
from sqlalchemy import Table as AnyTable

from bot.__main__ import parser
from bot.alarms import rounds as alarm_rounds
from bot.console import logins, verdicts
from bot.delivery import provider_erasures
from bot.language.wording import Wording
from bot.messages import LANGUAGES
from bot.settings import PROJECT_ROOT, Settings
from bot.storage import case_events, gaps, receipts
from bot.storage.sealed import SEALED
from bot.storage.tables_outward import Table
from encoder.plan import Plan
from tests.layers import drawing
from tests.pictures import words_of_the_picture

OPERATIONS = (PROJECT_ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
PRIVACY = (PROJECT_ROOT / "docs" / "privacy.md").read_text(encoding="utf-8")
COUNTS = {16: "sixteen", 17: "seventeen", 18: "eighteen", 19: "nineteen", 20: "twenty"}
COUNTS_IN_POLISH = {16: "szesnaście", 17: "siedemnaście", 18: "osiemnaście", 19: "dziewiętnaście", 20: "dwadzieścia"}
README = (PROJECT_ROOT / "README.md").read_text(encoding="utf-8")
DOCUMENTS = [*sorted((PROJECT_ROOT / "docs").glob("*.md")), PROJECT_ROOT / "README.md"]

# Where commands are told that are of no document for the operator, beside those that are.
TELLING_COMMANDS = [
    path
    for path in [
        *DOCUMENTS,
        *(PROJECT_ROOT / name for name in ("CONTRIBUTING.md", "CHANGELOG.md", "Makefile")),
        *sorted(path for name in ("bench", "deploy", "encoder", "learned") for path in (PROJECT_ROOT / name).rglob("*.*")),
    ]
    if path.suffix in {"", ".md", ".py", ".service", ".sh", ".timer", ".yml"} and ".venv" not in path.parts
]


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


def test_every_counter_that_the_operator_is_told_to_watch_exists_under_the_name_that_prometheus_sees() -> None:
    source = "".join(path.read_text(encoding="utf-8") for path in (PROJECT_ROOT / "bot").rglob("*.py"))
    made = re.findall(r'(Counter|Series|Gauge|Histogram)\(\s*"(frontdoor_[a-z_]+)"', source)
    exported = {f"{name}_total" if kind in {"Counter", "Series"} else name for kind, name in made}
    told = {name for path in DOCUMENTS for name in re.findall(r"frontdoor_[a-z_]+[a-z]", path.read_text(encoding="utf-8"))} - {
        "frontdoor_sqlite"
    }
    assert len(told) > 20
    assert told - exported == set()


@functools.cache
def options_of_commands() -> dict[str, set[str]]:
    """Return the options of each command of the program, with those of the acts that it has."""

    def of(one: argparse.ArgumentParser) -> set[str]:
        below = [
            sub for action in one._actions if isinstance(action, argparse._SubParsersAction) for sub in action.choices.values()
        ]
        return {*one._option_string_actions}.union(*map(of, below))

    [commands] = [action for action in parser()._actions if isinstance(action, argparse._SubParsersAction)]
    return {name: of(command) for name, command in commands.choices.items()}


@pytest.mark.parametrize("path", TELLING_COMMANDS, ids=lambda path: str(path.relative_to(PROJECT_ROOT)))
def test_every_command_that_somebody_is_told_exists_and_has_the_options(path: Path) -> None:
    told = re.findall(r"python -m bot ([a-z]+(?:-[a-z]+)*)([^`\n#|;]*)", path.read_text(encoding="utf-8"))
    known = options_of_commands()
    assert {command for command, _ in told} - known.keys() == set()
    assert [
        f"{command} {option}"
        for command, rest in told
        for option in re.findall(r"--[\w-]+", rest)
        if option not in known[command]
    ] == []


@functools.cache
def options_of(module: str) -> set[str] | None:
    """Return the options of a module that is run by itself, None where there is none; read, as to import one may need PyTorch."""
    path = PROJECT_ROOT.joinpath(*module.split("."))
    source = path / "__main__.py" if path.is_dir() else path.with_suffix(".py")
    if not source.exists() or "__main__" not in f"{source.name} {source.read_text(encoding='utf-8')}":
        return None
    calls = [node for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))) if isinstance(node, ast.Call)]
    added = [call for call in calls if isinstance(call.func, ast.Attribute) and call.func.attr == "add_argument"]
    names = {name.value for call in added for name in call.args if isinstance(name, ast.Constant) and isinstance(name.value, str)}
    made_of_fields = {f"--{field.name.replace('_', '-')}" for field in fields(Plan)} if module == "encoder.train" else set()
    return names | made_of_fields | ({"--help"} if added else set())


@pytest.mark.parametrize("path", TELLING_COMMANDS, ids=lambda path: str(path.relative_to(PROJECT_ROOT)))
def test_every_other_module_that_somebody_is_told_to_run_exists_and_has_the_options(path: Path) -> None:
    told = re.findall(r"python -m ((?:bench|encoder|tests)(?:\.\w+)+)([^`\n#|]*)", path.read_text(encoding="utf-8"))
    known = {module: options_of(module) for module, _ in told}
    assert [module for module, options in known.items() if options is None] == []
    assert [
        f"{module} {option}"
        for module, rest in told
        for option in re.findall(r"--[\w-]+", rest)
        if option not in (known[module] or ())
    ] == []


def privacy_row(table: AnyTable) -> list[str]:
    [row] = [line for line in PRIVACY.splitlines() if line.startswith(f"| `{table.name}` |")]
    return [cell.strip() for cell in row.strip("|").split("|")]


@pytest.mark.parametrize("table", Table.metadata.sorted_tables, ids=lambda table: table.name)
def test_what_is_stored_of_whom_is_told_column_by_column(table: AnyTable) -> None:
    sealed = {one.column for one in SEALED if one.table.__tablename__ == table.name}
    _, whose, told_sealed, told_clear, kept = privacy_row(table)
    assert set(re.findall(r"`(\w+)`", told_sealed)) == sealed
    assert set(re.findall(r"`(\w+)`", told_clear)) == {column.name for column in table.columns} - sealed
    assert whose
    assert kept
    owners = {key.column.table.name for key in table.foreign_keys if _with_its_owner(key)}
    if owners & {"conversations", "messages", "handoffs"}:
        assert "with their conversation" in kept or "with its conversation" in kept
    assert ("without end" in kept) == ("expires_at" not in table.columns and not owners)


def _with_its_owner(key: ForeignKey) -> bool:
    return key.ondelete == "CASCADE"


@pytest.mark.parametrize(
    ("table", "kept"),
    [
        ("conversations", f"{Settings.model_fields['retention_days'].default} days after the last message"),
        ("conversations", f"{Settings.model_fields['case_retention_days'].default} days after it was opened"),
        ("conversations", f"{Settings.model_fields['address_keep_hours'].default} hours"),
        ("alarms", f"others {alarm_rounds.KEEP_TESTS.days} days"),
        ("farewells", f"{provider_erasures.GIVE_UP.days} days at most"),
        ("receipts", f"{receipts.KEEP.days} days"),
        ("case_events", f"{case_events.KEEP.days} days"),
        ("answer_gaps", f"{gaps.KEEP.days // 7} weeks"),
        ("evaluation_rows", f"{verdicts.KEPT.days} days"),
        ("staff_sessions", f"{logins.SHIFT.total_seconds() / 3600:.0f} hours at most"),
    ],
)
def test_how_long_it_is_kept_is_what_the_code_does(table: str, kept: str) -> None:
    assert kept in privacy_row(Table.metadata.tables[table])[-1]


def test_backups_are_told_with_their_days() -> None:
    days = Settings.model_fields["backup_keep_days"].default
    assert f"{days} days (`BACKUP_KEEP_DAYS`)" in PRIVACY
    assert PRIVACY.count(f"{days} dni") == 3


@pytest.mark.parametrize("language", re.findall(r'src="docs/pictures/chat-(\w+)\.png"', README))
def test_the_readmes_pictures_of_the_chat_show_the_words_that_it_has(language: str) -> None:
    shown = (PROJECT_ROOT / "docs" / "pictures" / f"chat-{language}.txt").read_text(encoding="utf-8")
    assert shown == words_of_the_picture(Wording.load(), language), (
        "make the pictures anew, look at them, and commit what is written beside them:"
        " SCREENSHOTS=docs/pictures .venv/bin/python -m pytest -m browser tests/e2e/test_chat_states.py"
        f" -k 'choices and [{language}]'"
    )


def test_the_answer_on_languages_counts_them() -> None:
    wording = Wording.load()
    for language, counts in {"en": COUNTS, "pl": COUNTS_IN_POLISH}.items():
        assert f" {counts[len(LANGUAGES)]} " in wording.text("answer.languages_here", language)


# What was measured, or written, when there were so many languages.
RECORDS = {"dialogue-measured.md", "encoder.md", "review.md", "screening.md"}


@pytest.mark.parametrize(
    "path", [path for path in DOCUMENTS if path.name not in {*RECORDS, "README.md", "answers.md"}], ids=lambda path: path.name
)
def test_no_other_document_counts_the_languages(path: Path) -> None:
    counts = "|".join((*COUNTS.values(), *map(str, COUNTS)))
    told = path.read_text(encoding="utf-8").replace(drawing(), "")  # that is made of docstrings
    told = re.sub(r"of \d+ validation messages in \d+ languages", "", told)  # and that is measured
    assert re.findall(rf"\b(?:{counts})\s+(?:languages|codes)", told, re.IGNORECASE) == []


def test_the_readme_counts_the_languages_and_names_each() -> None:
    counted = re.search(r"in any of (\w+) languages", README)
    assert counted
    assert counted[1] == COUNTS[len(LANGUAGES)], f"{len(LANGUAGES)} languages are served: the README's first sentences count them"
    named = re.split(r",\s|\sand\s", README.partition("- **Answers** in ")[2].partition(":")[0])
    assert len(named) == len(LANGUAGES), "the README names under “What it does” the languages in which it answers"


@pytest.mark.parametrize(
    "path", [*DOCUMENTS, *(PROJECT_ROOT / name for name in ("CONTRIBUTING.md", "CHANGELOG.md"))], ids=lambda path: path.name
)
def test_every_link_within_the_documents_leads_somewhere(path: Path) -> None:
    targets = re.findall(r"\]\(([^)\s]+)\)|<img src=\"([^\"]+)\"", path.read_text(encoding="utf-8"))
    broken = []
    for target in ("".join(found) for found in targets):
        name, _, heading = target.partition("#")
        there = path.parent / name if name else path
        if not re.match(r"https?:|mailto:", target) and not (there.exists() and (not heading or heading in headings(there))):
            broken.append(target)
    assert broken == []


def headings(path: Path) -> set[str]:
    """Return the names under which a page's headings are linked to."""
    lines = re.findall(r"^#+ (.+)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", line.strip().lower()).replace(" ", "-") for line in lines}
