"""`restore`: put a backup in place."""

from __future__ import annotations

import argparse
import asyncio
import getpass
import sys
from pathlib import Path
from typing import Any

from bot.commands.running import is_running
from bot.settings import load_settings


def register(commands: Any) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "restore",
        help="put a backup in place",
        description=(
            "Opens a backup with its private key and puts database and keys where DATA_DIR and DATABASE_URL say; both places must be"
            " empty, unless --replace is given. Sends nothing again, but what waits in an unsealed copy; what is over by now is deleted"
            " by the next purge. The program must be stopped."
        ),
    )
    parser.add_argument("backup", metavar="FILE", type=Path)
    parser.add_argument("--key-file", type=Path, help="a file that holds the private key; without it the key is asked for")
    parser.add_argument(
        "--replace",
        action="store_true",
        help="set a SQLite file and keys that are there aside, drop PostgreSQL's tables once the backup is in",
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Restore a backup; 1 when it cannot be done."""
    from bot.operations.backup.restoring import PlaceNotEmpty, restore  # noqa: PLC0415 - only this command needs the library
    from bot.operations.backup.sealing import BackupUnreadable  # noqa: PLC0415
    from bot.operations.backup.workspace import BackupUnderWay  # noqa: PLC0415

    settings = load_settings()
    if is_running(settings):
        print(f"Something answers on {settings.host}:{settings.port}. Stop the program first.", file=sys.stderr)
        return 1
    try:
        done = asyncio.run(restore(settings, options.backup, _private_key(options), replace=options.replace))
    except (BackupUnderWay, BackupUnreadable, PlaceNotEmpty) as problem:
        print(problem, file=sys.stderr)
        return 1
    print(f"Restored the backup of {done.made_at:%Y-%m-%d %H:%M} UTC, made by version {done.release}.")
    print(f"Conversations: {done.conversations}. Open cases: {done.open_cases}.")
    print("What came in after that moment is not in it.")
    if done.sealed:
        print("Replies that were on their way then count as unknown and are not sent again.")
    else:
        print("Replies that were waiting then are sent once the program runs.")
    if done.settings is not None:
        print(f"The settings of that day are in {done.settings}: compare them with .env, move what is missing, delete the file.")
    if done.problem is not None:
        print(done.problem, file=sys.stderr)
    return 0 if done.problem is None else 1


def _private_key(options: argparse.Namespace) -> str | None:
    if options.backup.name.endswith(".tar.gz"):
        return None
    if options.key_file is None:
        return getpass.getpass("Private key (AGE-SECRET-KEY-1…): ")
    try:
        return str(options.key_file.read_text(encoding="utf-8"))
    except OSError as error:
        print(f"{options.key_file} cannot be read ({error.strerror}).", file=sys.stderr)
        raise SystemExit(1) from None
