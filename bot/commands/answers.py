"""`answers`: the library with what each answer rests on, and which answers are found for a question."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from bot.console.gaps import USUAL, WEEKS, lines
from bot.conversation.edition import Edition
from bot.dialogue.answers import Answer, Library, LibraryInvalid, matter_files
from bot.dialogue.export import as_files
from bot.dialogue.state import Who
from bot.language.data import NLU_DATA
from bot.language.wording import Wording
from bot.language.yaml_texts import read_texts, read_values
from bot.messages import LANGUAGES
from bot.program import KEY_FILE, build
from bot.screening.screener import ScreenerUnusable
from bot.settings import PROJECT_ROOT, Settings, load_settings
from bot.storage.gaps import read_gaps
from bot.storage.written_answers import published

PAGE: Final = PROJECT_ROOT / "docs" / "answers.md"


def register(commands: Any) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "answers",
        help="print the library of answers, what would be answered to a question, or which questions found no answer",
        description="Prints docs/answers.md, or writes it with --write: each answer in Polish and English, for whom, and what it rests on. "
        "With --ask: the answers that would be found, the nearest first, to which way of asking each is near, and whether one is taken;"
        " those that were written or switched off in the console count. With --gaps: how many questions found none, without anybody's"
        " words; every count is rounded to the nearest five. With --export: puts what was written and published in the console at the"
        " end of the files of nlu_data/, or of a copy of it.",
    )
    parser.add_argument("--ask", metavar="TEXT", help="a question as somebody might ask it")
    parser.add_argument("--for", dest="who", choices=[who.value for who in Who], default=Who.UNKNOWN.value, help="who asks")
    parser.add_argument("--lang", choices=LANGUAGES, default="en", help="language in which the answers are shown")
    parser.add_argument("--gaps", action="store_true", help="count the questions that found no answer, by the nearest one")
    parser.add_argument("--weeks", type=int, choices=WEEKS, default=USUAL, help="of how many weeks")
    parser.add_argument("--write", action="store_true", help="write the table into docs/answers.md instead of printing it")
    parser.add_argument("--export", type=Path, metavar="FOLDER", help="nlu_data, or another folder, for the console's answers")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print the table, what is found, or what found nothing; or write files."""
    if options.gaps:
        return asyncio.run(_gaps(options.weeks))
    if options.export is not None:
        return asyncio.run(_export(options.export))
    if options.ask is not None:
        return _found(options)
    made = table()  # first: where the library is refused, the page stays as it was
    if options.write:
        PAGE.write_text(made, encoding="utf-8")
    else:
        print(made, end="")
    return 0


async def _gaps(weeks: int) -> int:
    program = build(load_settings(), assistant=None)
    try:
        async with program.database.reading() as session:
            found = await read_gaps(session, program.clock(), weeks=weeks)
            edition = await program.frontdoor.editions.current(session)
    finally:
        await program.close()
    library = edition.library.with_answers(program.frontdoor.editions.files.library.answers.values())
    counted = list(lines(found, library))
    print("\n".join(counted) if counted else "Every question found an answer.")
    return 0


async def _export(folder: Path) -> int:
    """Put what is published at the end of files; an answer that the folder has already stays as it is there."""
    program = build(load_settings(), assistant=None)
    editions = program.frontdoor.editions
    try:
        async with program.database.reading() as session:
            entries = editions.said(await published(session))
    finally:
        await program.close()
    known = {name for path in matter_files(folder) for name in read_texts(path) or ()}
    new = [entry for entry in entries if entry.id not in known]
    for place, text in as_files(new, editions.files.library).items():
        path = folder / place
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="utf-8") as file:
            file.write(text)
    for entry in new:
        lacks = [language for language in LANGUAGES if language not in entry.languages]
        print(f"{entry.id}: {entry.matter}.yml" + (f"; to be translated: {', '.join(lacks)}" if lacks else ""))
    print(f"{len(new)} answers written to {folder}. Read them, and run `make quick`: it says what is missing.")
    return 0


def _found(options: argparse.Namespace) -> int:
    from bot.dialogue.archive import load_reader  # noqa: PLC0415 - the model is only loaded when it is needed
    from bot.dialogue.placing import digest  # noqa: PLC0415 - as above

    settings = load_settings()
    try:
        reader = load_reader(Path(settings.model_dir))
    except ScreenerUnusable as problem:
        print(problem, file=sys.stderr)
        return 1
    edition = asyncio.run(_edition(settings))
    if edition is not None:
        reader = reader.over(edition.library)
    wording = Wording.load() if edition is None else edition.wording
    library, first = reader.understanding.library, reader.understanding.asked.bars.first
    ways = {digest(way): f"{way} ({code})" for answer in library.answers.values() for code, way in answer.ways()}
    for place, (one, sure) in enumerate(reader.asked(options.ask, Who(options.who), options.lang)):
        why = "" if place else "taken" if sure >= first else f"not likely enough: from {first:.2f} on"
        answer = library.answers[one.answer]
        print(f"{sure:.2f}  {one.nearness:.3f}  {one.answer:28} {why}".rstrip())
        print(f"       near to: {ways.get(one.opinion.way, 'a message of the training conversations')}")
        said = ", ".join(sorted(answer.audience)) or "anybody"
        print(f"       for {said}, while {', '.join(sorted(answer.when))}; rests on {', '.join(answer.facts)}")
        print(f"       {wording.text(answer.text, options.lang)}")
    return 0


async def _edition(settings: Settings) -> Edition | None:
    """Return what may be answered by the database; None where there is no database of this version."""
    if not (settings.data_dir / KEY_FILE).exists():
        return None
    program = build(settings, assistant=None)
    try:
        if not await program.database.schema_is_current():
            return None
        async with program.database.reading() as session:
            edition = await program.frontdoor.editions.current(session)
    finally:
        await program.close()
    return edition if edition.number else None


def table(root: Path = NLU_DATA) -> str:
    """Return the library as Markdown; raises LibraryInvalid where an answer names a fact that is not written down."""
    wording, library = Wording.load(root), Library.load(root)
    backing = read_values(root / "backing.yml")
    sources = read_values(root / "sources.yml")
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
        if unknown := [name for name in answer.facts if name not in backing]:
            raise LibraryInvalid(
                f"{answer.matter}.yml: {answer.id} rests on {', '.join(unknown)}, which backing.yml does not have."
            )
        when, facts = ", ".join(sorted(answer.when)), ", ".join(answer.facts)
        yield f"| `{answer.id}` | {cells[0]} | {cells[1]} | {audience} | {when} | {facts} |"


def _texts(wording: Wording, sources: Mapping[str, str]) -> Iterator[str]:
    yield "| text | Polish | English | rests on |"
    yield "|---|---|---|---|"
    for key, source in sources.items():
        cells = [_cell(wording.text(key, language)) for language in ("pl", "en")]
        yield f"| `{key}` | {cells[0]} | {cells[1]} | {source} |"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n\n", "<br>").replace("\n", " ")
