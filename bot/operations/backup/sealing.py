"""Sealing of files to public keys in the age format (https://age-encryption.org/v1), which other programs open as well."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import pyrage

_PRIVATE = re.compile(r"AGE-SECRET-KEY-1[A-Z0-9]{58}")


class BackupUnreadable(Exception):
    """A backup cannot be opened: the key is not its own, or the file is damaged or none of ours; the message says which."""


def new_key() -> tuple[str, str]:
    """Make a pair of keys; return the public and the private one."""
    identity = pyrage.x25519.Identity.generate()
    return str(identity.to_public()), str(identity)


def seal(source: Path, target: Path, recipients: Sequence[str]) -> None:
    """Seal a file so that whoever has the private key of any recipient can open it."""
    keys = [pyrage.x25519.Recipient.from_str(recipient) for recipient in recipients]
    with source.open("rb") as plain, target.open("wb") as sealed:
        pyrage.encrypt_io(plain, sealed, keys)


def unseal(source: Path, target: Path, private_key: str) -> None:
    """Open a sealed file; raises BackupUnreadable."""
    found = _PRIVATE.search(private_key)
    if found is None:
        raise BackupUnreadable("This is no private key of a backup: one begins with AGE-SECRET-KEY-1 and has 74 characters.")
    try:
        identity = pyrage.x25519.Identity.from_str(found.group())
    except pyrage.IdentityError:
        raise BackupUnreadable("The private key has a wrong character in it: compare it with what you wrote down.") from None
    try:
        with source.open("rb") as sealed, target.open("wb") as plain:
            pyrage.decrypt_io(sealed, plain, [identity])
    except FileNotFoundError:
        raise BackupUnreadable(f"There is no file {source}.") from None
    except pyrage.DecryptError as error:
        if "No matching keys" in str(error):
            raise BackupUnreadable("This private key does not open this backup: it was sealed to another one.") from None
        raise BackupUnreadable(f"{source} is not a backup, or it is damaged.") from None
    except OSError as error:
        if error.errno is not None:
            raise BackupUnreadable(f"{source} cannot be read, or there is no room to open it ({error.strerror}).") from None
        raise BackupUnreadable(f"{source} is damaged: it was cut off or changed. Take another one.") from None
