"""Reads the key file again and again, so that a new key is taken into use while the program runs."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import structlog

from bot.storage.vault import Vault

log = structlog.get_logger()

LOOK_SECONDS: Final = 20


async def look_at_keys(vault: Vault, path: Path) -> None:
    """Take over the keys that the file holds now; raises KeyFileUnusable, and then nothing has changed."""
    if vault.renew(path):
        log.info("keys_renewed", keys=len(vault.keys))
