"""`answers`: the table of all answers with what each rests on."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from bot.messages import QUESTION_TOPICS
from bot.wording import NLU_DATA, Wording


def register(commands: Any) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "answers",
        help="print the table of answers and their sources",
        description="Prints docs/answers.md: each question's answer in Polish and English, and what it rests on.",
    )
    parser.set_defaults(run=run)


def run(_options: argparse.Namespace) -> int:
    """Print the table."""
    print(table(), end="")
    return 0


def table(root: Path = NLU_DATA) -> str:
    """Return the table as Markdown."""
    wording = Wording.load(root)
    sources = yaml.safe_load((root / "sources.yml").read_text(encoding="utf-8"))
    lines = [
        "# Answers and what they rest on",
        "",
        "Made by `python -m bot answers`; a test keeps it current. Numbers and links come from `nlu_data/facts.yml`.",
        "",
        *_rows("topic", QUESTION_TOPICS, wording, sources),
        "",
        "## Texts of the dialogue that state facts of their own",
        "",
        *_rows("text", [key for key in sources if key not in QUESTION_TOPICS], wording, sources),
    ]
    return "\n".join(lines) + "\n"


def _rows(what: str, keys: Iterable[str], wording: Wording, sources: Mapping[str, str]) -> Iterator[str]:
    yield f"| {what} | Polish | English | rests on |"
    yield "|---|---|---|---|"
    for key in keys:
        cells = [_cell(wording.text(key, language)) for language in ("pl", "en")]
        yield f"| `{key}` | {cells[0]} | {cells[1]} | {sources[key]} |"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n\n", "<br>").replace("\n", " ")
