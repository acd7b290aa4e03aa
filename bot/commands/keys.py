"""`keys`: a new key for everything that is stored, also while the program runs."""

from __future__ import annotations

import argparse
import asyncio
import sys
from pathlib import Path
from typing import Any, Final

from bot.commands.running import is_running
from bot.program import KEY_FILE
from bot.runtime.key_watch import LOOK_SECONDS
from bot.settings import Settings, load_settings
from bot.storage.database import Database
from bot.storage.key_rotation import announce_key, begin_key, keys_in_use, retire_old_keys, seal_again
from bot.storage.vault import Vault, open_vault

KNOWN_AFTER_SECONDS: Final = 3 * LOOK_SECONDS  # then whatever runs, and is not stuck, has read the file again
ROLES: Final = {
    "sealing": "seals what is written now",
    "coming": "is coming: opens, and seals nothing yet",
    "older": "older: opens",
    "missing": "IS NOT IN THE FILE: put it back from your backup, at the end of encryption_keys",
}


def register(commands: Any) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "keys",
        help="make a new key, and seal everything with it",
        description="Keys of what is stored. Works while the program runs; broken off, the same action goes on.",
    )
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    actions.add_parser("list", help="say which keys there are, and how many stored values each has sealed")
    actions.add_parser("add", help="make a key that is coming: for several machines, each with a key file of its own")
    actions.add_parser("rotate", help="seal everything stored with the coming key, or a new one; older keys stay in the file")
    actions.add_parser("reseal", help="seal with the newest key whatever an older one sealed")
    actions.add_parser("retire", aliases=["drop-old"], help="take the older keys out of the file, once nothing stored needs them")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Do one action; 1 when it cannot be done."""
    settings = load_settings()
    return asyncio.run(_act(settings, options.action))


async def _act(settings: Settings, action: str) -> int:
    path, database = settings.data_dir / KEY_FILE, Database(settings.database)
    vault = open_vault(path)
    try:
        if action == "list":
            return await _list(database, vault, path)
        if action == "add":
            announce_key(path)
            print(
                f"{path} holds a key that is coming. Copy the file to each machine, then run `python -m bot keys rotate` on one."
            )
            return 0
        running = is_running(settings)
        if not running:
            await database.migrate()
        if action in {"retire", "drop-old"}:
            return await _retire(database, vault, path, running=running)
        return await _seal(database, vault, path, anew=action == "rotate", running=running)
    finally:
        await database.close()


async def _list(database: Database, vault: Vault, path: Path) -> int:
    found = await keys_in_use(database, vault, path)
    for key in found:
        print(f"{key.name}  {key.values:9,} values  {ROLES[key.role]}")
    return 1 if any(key.role == "missing" for key in found) else 0


async def _seal(database: Database, vault: Vault, path: Path, *, anew: bool, running: bool) -> int:
    if anew:
        announce_key(path)
        await _known(running)  # whoever runs must open what the new key seals before anybody seals with it
        vault = begin_key(path)
    await _known(running)  # and must have ended to seal with the older one
    result = await seal_again(database, vault)
    print(f"{result.done} stored values were sealed again with the newest of {len(vault.keys)} keys. Back up {path} now.")
    if result.lost:
        print(f"{result.lost} do not open with any key of the file, and were left as they are.", file=sys.stderr)
    return 1 if result.lost else 0


async def _retire(database: Database, vault: Vault, path: Path, *, running: bool) -> int:
    await _known(running)
    needed = await retire_old_keys(database, vault, path)
    if needed:
        print(f"{needed} stored values need an older key. Run `python -m bot keys reseal`.", file=sys.stderr)
        return 1
    print(f"{path} holds no older key any more. Keep the older keys with the backups of the database that need them.")
    return 0


async def _known(running: bool) -> None:
    """Wait until whatever runs has read the key file again."""
    if running:
        print(f"The program runs: waiting {KNOWN_AFTER_SECONDS} seconds until it has read the key file.", flush=True)
        await asyncio.sleep(KNOWN_AFTER_SECONDS)
