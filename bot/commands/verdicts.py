"""`verdicts`: what consultants said about the screening, as rows of the evaluation."""

from __future__ import annotations

import argparse
import asyncio
from pathlib import Path
from typing import Any

from bot.console.verdicts import Verdicts, as_evaluation, as_lines
from bot.program import build
from bot.settings import load_settings


def register(commands: Any) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "verdicts",
        help="write the consultants' verdicts as rows of the evaluation",
        description=(
            "Prints all verdicts as JSON Lines: codes, and an example where a consultant invented one. With --out, writes the verdicts"
            " that have an example as files FOLDER/evaluation/LANGUAGE/verdicts.yml, in the form of nlu_data/evaluation; then"
            " `python -m bot evaluate --rows FOLDER/evaluation` measures the screening on them."
        ),
    )
    parser.add_argument("--out", type=Path, metavar="FOLDER", help="a folder for the evaluation rows")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Write all verdicts."""
    return asyncio.run(_write(options.out))


async def _write(folder: Path | None) -> int:
    program = build(load_settings(), assistant=None)
    try:
        async with program.database.transaction() as session:
            rows = await Verdicts(program.vault).all(session)
    finally:
        await program.close()
    if folder is None:
        print(as_lines(rows), end="")
        return 0
    files = as_evaluation(rows)
    for language, text in files.items():
        path = folder / "evaluation" / language / "verdicts.yml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    kept = sum(row["text"] is not None and row["right_triage"] is not None for row in rows)
    print(f"{kept} of {len(rows)} verdicts have an example and the right triage: written for {len(files)} languages to {folder}.")
    print("Read them, and set topic and indicators where a person sees more than the machine did.")
    return 0
