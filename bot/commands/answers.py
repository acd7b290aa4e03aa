"""`answers`: the library with what each answer rests on, and which answers are found for a question."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from bot.console.gaps import USUAL, WEEKS, lines
from bot.dialogue.answers import Answer, Library
from bot.dialogue.state import Who
from bot.language.data import NLU_DATA
from bot.language.wording import Wording
from bot.messages import LANGUAGES
from bot.program import build
from bot.screening.screener import ScreenerUnusable
from bot.settings import load_settings
from bot.storage.gaps import read_gaps


def register(commands: Any) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "answers",
        help="print the library of answers, or what would be answered to a question",
        description="Prints docs/answers.md: each answer in Polish and English, for whom, and what it rests on. "
        "With --ask: the answers that would be found, the nearest first, and whether one is taken. With --gaps: how many questions"
        " found none, without anybody's words; every count is rounded to the nearest five.",
    )
    parser.add_argument("--ask", metavar="TEXT", help="a question as somebody might ask it")
    parser.add_argument("--for", dest="who", choices=[who.value for who in Who], default=Who.UNKNOWN.value, help="who asks")
    parser.add_argument("--lang", choices=LANGUAGES, default="en", help="language in which the answers are shown")
    parser.add_argument("--gaps", action="store_true", help="count the questions that found no answer, by the nearest one")
    parser.add_argument("--weeks", type=int, choices=WEEKS, default=USUAL, help="of how many weeks")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print the table, what is found, or what found nothing."""
    if options.gaps:
        return asyncio.run(_gaps(options.weeks))
    if options.ask is not None:
        return _found(options)
    print(table(), end="")
    return 0


async def _gaps(weeks: int) -> int:
    program = build(load_settings(), assistant=None)
    try:
        async with program.database.reading() as session:
            found = await read_gaps(session, program.clock(), weeks=weeks)
    finally:
        await program.close()
    counted = list(lines(found, program.frontdoor.editions.files.library))
    print("\n".join(counted) if counted else "Every question found an answer.")
    return 0


def _found(options: argparse.Namespace) -> int:
    from bot.dialogue.archive import load_reader  # noqa: PLC0415 - the model is only loaded when it is needed

    try:
        reader = load_reader(Path(load_settings().model_dir))
    except ScreenerUnusable as problem:
        print(problem, file=sys.stderr)
        return 1
    wording, bars = Wording.load(), reader.understanding.heads.bars
    found = reader.nearest(options.ask, Who(options.who))
    for place, one in enumerate(found):
        lead = found[0].nearness - found[1].nearness if len(found) > 1 else 1.0
        if place == 0 and one.nearness < bars.answer:
            why = f"not near enough: from {bars.answer:.2f} on"
        elif place == 0:
            why = "asked back, the next is as near" if lead < bars.between else "taken"
        else:
            why = ""
        text = wording.text(reader.understanding.library.answers[one.answer].text, options.lang)
        print(f"{one.nearness:.3f}  {one.answer:28} {why}\n       {text}")
    return 0


def table(root: Path = NLU_DATA) -> str:
    """Return the library as Markdown."""
    wording, library = Wording.load(root), Library.load(root)
    backing = yaml.safe_load((root / "backing.yml").read_text(encoding="utf-8"))
    sources = yaml.safe_load((root / "sources.yml").read_text(encoding="utf-8"))
    matters: dict[str, list[Answer]] = {}
    for answer in library.answers.values():
        matters.setdefault(answer.matter, []).append(answer)
    lines = [
        "# Answers and what they rest on",
        "",
        f"Made by `python -m bot answers`; a test keeps it current. {len(library.answers)} answers. Numbers and links come from",
        "`nlu_data/facts.yml`; the facts are named by their ids in `nlu_data/backing.yml`, with their marks.",
    ]
    for matter, answers in sorted(matters.items()):
        lines += ["", f"## {matter.capitalize()}", "", *_answers(answers, wording, backing)]
    lines += ["", "## Texts of the dialogue that state facts of their own", "", *_texts(wording, sources)]
    return "\n".join(lines) + "\n"


def _answers(answers: list[Answer], wording: Wording, backing: Mapping[str, Mapping[str, str]]) -> Iterator[str]:
    yield "| answer | Polish | English | for | said while | rests on |"
    yield "|---|---|---|---|---|---|"
    for answer in answers:
        cells = [_cell(wording.text(answer.text, language)) for language in ("pl", "en")]
        audience = ", ".join(sorted(answer.audience)) or "anybody"
        facts = ", ".join(name for name in answer.facts if name in backing)
        yield f"| `{answer.id}` | {cells[0]} | {cells[1]} | {audience} | {', '.join(sorted(answer.when))} | {facts} |"


def _texts(wording: Wording, sources: Mapping[str, str]) -> Iterator[str]:
    yield "| text | Polish | English | rests on |"
    yield "|---|---|---|---|"
    for key, source in sources.items():
        cells = [_cell(wording.text(key, language)) for language in ("pl", "en")]
        yield f"| `{key}` | {cells[0]} | {cells[1]} | {source} |"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n\n", "<br>").replace("\n", " ")
