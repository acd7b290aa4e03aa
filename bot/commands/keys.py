"""`keys`: a new key for everything that is stored."""

from __future__ import annotations

import argparse
import asyncio
import sys
from typing import Any

from bot.commands.running import is_running
from bot.program import KEY_FILE
from bot.settings import Settings, load_settings
from bot.storage.database import Database
from bot.storage.key_rotation import add_key, drop_old_keys, seal_again
from bot.storage.vault import open_vault


def register(commands: Any) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "keys",
        help="make a new key, and seal everything with it",
        description="Keys of what is stored. Stop the program first: it would not know the new key. Broken off, `reseal` goes on.",
    )
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    actions.add_parser("rotate", help="make a new key and seal everything stored with it; older keys stay in the file")
    actions.add_parser("reseal", help="seal with the newest key whatever an older one sealed")
    actions.add_parser("drop-old", help="take the older keys out of the file, once nothing stored needs them")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Do one action; 1 when it cannot be done."""
    settings = load_settings()
    if is_running(settings):
        print(f"Something answers on {settings.host}:{settings.port}. Stop the program first.", file=sys.stderr)
        return 1
    return asyncio.run(_act(settings, options.action))


async def _act(settings: Settings, action: str) -> int:
    path, database = settings.data_dir / KEY_FILE, Database(settings.database)
    vault = open_vault(path)
    try:
        await database.migrate()
        if action == "drop-old":
            needed = await drop_old_keys(database, vault, path)
            if needed:
                print(f"{needed} stored values need an older key. Run `python -m bot keys reseal`.", file=sys.stderr)
                return 1
            print(f"{path} holds one key. Keep the older keys with the backups of the database that need them.")
            return 0
        if action == "rotate":
            vault = add_key(path)
        result = await seal_again(database, vault)
    finally:
        await database.close()
    print(f"{result.done} stored values were sealed again with the newest of {len(vault.keys)} keys. Back up {path} now.")
    if result.lost:
        print(f"{result.lost} do not open with any key of the file, and were left as they are.", file=sys.stderr)
    return 1 if result.lost else 0
