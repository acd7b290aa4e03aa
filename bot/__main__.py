"""The command line of the front door: `python -m bot COMMAND --help`."""

from __future__ import annotations

import os

# Before anything that brings OpenMP is imported: two threads that wait for each other cost more than they give.
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("RASA_TELEMETRY_ENABLED", "false")

import argparse
import sys
from collections.abc import Sequence

from bot.commands import (
    alarm,
    answers,
    api_token,
    audit,
    backup,
    chat,
    check,
    dialogue,
    evaluate,
    keys,
    migrate,
    purge,
    restore,
    screen,
    serve,
    staff,
    telegram,
    train,
    verdicts,
)
from bot.dialogue.answers import LibraryInvalid
from bot.http.listening import CannotListen
from bot.language.word_lists import LexiconInvalid
from bot.language.wording import WordingInvalid
from bot.language.writing import WritingInvalid
from bot.operations.backup.record import way_out
from bot.runtime.logs import configure_logs
from bot.screening.concepts import ConceptsInvalid
from bot.screening.rows import RowInvalid
from bot.settings import SettingsInvalid, load_settings
from bot.storage.database import DatabaseDamaged, DatabaseUnavailable
from bot.storage.vault import KeyFileUnusable

_PROBLEMS_OF_THE_OPERATOR = (
    SettingsInvalid,
    KeyFileUnusable,
    DatabaseUnavailable,
    WordingInvalid,
    WritingInvalid,
    LexiconInvalid,
    LibraryInvalid,
    RowInvalid,
    ConceptsInvalid,
    CannotListen,
)


def parser() -> argparse.ArgumentParser:
    """Return the parser with all commands."""
    root = argparse.ArgumentParser(prog="python -m bot", description="The front door to the anti-trafficking hotline.")
    commands = root.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for command in (
        serve,
        train,
        screen,
        chat,
        evaluate,
        check,
        keys,
        purge,
        staff,
        audit,
        backup,
        restore,
        migrate,
        alarm,
        telegram,
        answers,
        dialogue,
        api_token,
        verdicts,
    ):
        command.register(commands)
    return root


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status."""
    options = parser().parse_args(arguments)
    try:
        return int(options.run(options))
    except DatabaseDamaged as problem:
        print(problem, way_out(load_settings().data_dir), file=sys.stderr)
        return 1
    except _PROBLEMS_OF_THE_OPERATOR as problem:
        print(problem, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    configure_logs("ERROR")  # before anything can fail; a server's command sets the level of its settings
    sys.exit(main())
