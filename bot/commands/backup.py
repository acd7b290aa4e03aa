"""`backup` and `backup-key`: a sealed copy of everything, and the keys that open it."""

from __future__ import annotations

import argparse
import asyncio
import sys
from pathlib import Path
from typing import Any

from bot.program import utc_now
from bot.settings import load_settings


def register(commands: Any) -> None:
    """Add the commands."""
    parser = commands.add_parser(
        "backup",
        help="write a sealed copy of everything into a folder",
        description=(
            "Copies database, keys and settings as they are at one moment, while the program runs, and seals the copy to"
            " BACKUP_RECIPIENTS: only the private key opens it, which is not on this machine. Then deletes the backups in the folder"
            " that are older than BACKUP_KEEP_DAYS."
        ),
    )
    parser.add_argument("target", metavar="TARGET", type=Path, help="a folder, best on another machine or disk")
    parser.add_argument(
        "--unsealed", action="store_true", help="readable by whoever has it: for an upgrade's way back, on this machine only"
    )
    parser.set_defaults(run=run)
    key = commands.add_parser(
        "backup-key",
        help="make the pair of keys that backups are sealed to and opened with",
        description="Prints a public and a private key, once, and keeps neither. `age-keygen` on another machine makes the same kind.",
    )
    key.set_defaults(run=make_key)


def run(options: argparse.Namespace) -> int:
    """Make a backup; 1 when it cannot be made."""
    from bot.operations.backup.making import BackupImpossible, make_backup  # noqa: PLC0415 - only this command needs the library
    from bot.operations.backup.workspace import BackupUnderWay  # noqa: PLC0415

    try:
        made = asyncio.run(make_backup(load_settings(), options.target, utc_now(), sealed=not options.unsealed))
    except (BackupImpossible, BackupUnderWay) as problem:
        print(problem, file=sys.stderr)
        return 1
    print(f"{made.file} ({made.size / 1e6:.1f} MB). Older ones that were deleted: {len(made.deleted)}.")
    if made.kept:
        print(
            f"No older one was deleted: by the clock of this machine all {len(made.kept)} are over. If it is right, the next backup"
            " deletes them.",
            file=sys.stderr,
        )
    if options.unsealed:
        print("It is not sealed: it holds the keys as well. Delete it when you are done.")
    return 0


def make_key(_options: argparse.Namespace) -> int:
    """Print a new pair of keys."""
    from bot.operations.backup.sealing import new_key  # noqa: PLC0415

    public, private = new_key()
    print(f"Into .env:       BACKUP_RECIPIENTS={public}")
    print(f"Into the safe:   {private}")
    print(
        "The second line opens every backup. Write it down twice, on paper or in a password manager, and leave it on no server."
    )
    return 0
