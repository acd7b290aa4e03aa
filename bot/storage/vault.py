"""Keys, encryption of what is stored, and pseudonyms.

One key file holds a ring of encryption keys (the newest first, older ones still read), the key of the pseudonyms, and for a while a
key that is coming: it is read with, and seals nothing until everything that runs knows it. Whoever has the database without this file
reads no words, no numbers and no names.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

import structlog
from cryptography.exceptions import InvalidTag
from prometheus_client import Counter

from bot.storage.aead import decrypted, encrypted
from bot.storage.case_keys import CaseKey, is_of_case, sealing_of

log = structlog.get_logger()

KEY_ID_BYTES: Final = 4
COMING: Final = "coming_key"
UNREADABLE = Counter("frontdoor_unreadable", "Times that a stored value did not open, by what it is.", ["what"])


class KeyFileUnusable(Exception):
    """The key file is missing its keys, damaged, or not readable by this user; the message says which and what to do."""


class SealBroken(Exception):
    """A stored value does not open: it was changed, moved to another row, or its key is gone."""


class SealedToStaff(SealBroken):
    """A stored value of a closed case opens only for staff who have its key, when they are logged in."""


@dataclass(eq=False)
class Vault:
    """Seals values to their place in the database and turns addresses into pseudonyms.

    `keys` seal with the first and open with each; they are replaced while the program runs when the key file is (`renew`). `case_keys`
    are those of closed cases that whoever is logged in has opened, by the id of the sealing; the program has none.
    """

    keys: tuple[bytes, ...] = field(repr=False)
    pseudonym_key: bytes = field(repr=False)
    case_keys: Mapping[str, CaseKey] = field(default_factory=dict, repr=False)

    def with_case_keys(self, keys: Mapping[str, CaseKey]) -> Vault:
        """Return a vault that opens what these keys sealed as well."""
        return replace(self, case_keys=keys)

    def renew(self, path: Path) -> bool:
        """Take over the keys that the file holds now; say whether they are others. Raises KeyFileUnusable, and keeps what there was."""
        read = open_vault(path)
        if read.pseudonym_key != self.pseudonym_key:
            raise KeyFileUnusable(
                f"The key file {path} was replaced by one of another database. Put the right one back from your backup."
            )
        others = read.keys != self.keys
        self.keys = read.keys
        return others

    def seal(self, value: str, place: str) -> bytes:
        """Encrypt a text with the newest key, bound to its place such as `message:<conversation id>`."""
        key = self.keys[0]
        return key_id(key) + encrypted(key, value.encode("utf-8", "surrogatepass"), place)

    def open(self, sealed: bytes, place: str) -> str:
        """Decrypt what `seal` made for the same place; raises SealBroken, and SealedToStaff for what needs a key of a closed case."""
        if is_of_case(sealed):
            return self._open_of_case(sealed, place)
        sealed_by, body = sealed[:KEY_ID_BYTES], sealed[KEY_ID_BYTES:]
        for key in self.keys:
            if hmac.compare_digest(key_id(key), sealed_by):
                try:
                    return decrypted(key, body, place).decode("utf-8", "surrogatepass")
                except InvalidTag:
                    break
        raise SealBroken(f"A stored value of {place.partition(':')[0]!r} does not open with the keys in the key file.")

    def _open_of_case(self, sealed: bytes, place: str) -> str:
        key = self.case_keys.get(sealing_of(sealed))
        if key is None:
            raise SealedToStaff("A stored value of a closed case is sealed to the staff's own keys.")
        try:
            return key.open(sealed, place)
        except InvalidTag:
            raise SealBroken(f"A stored value of {place.partition(':')[0]!r} does not open with the key of its case.") from None

    def seal_json(self, value: Any, place: str) -> bytes:
        """Encrypt a JSON value; see `seal`."""
        return self.seal(json.dumps(value, ensure_ascii=False), place)

    def open_json(self, sealed: bytes, place: str) -> Any:
        """Decrypt a JSON value; see `open`."""
        return json.loads(self.open(sealed, place))

    def opens(self, sealed: bytes | None, place: str) -> bool:
        """Say whether there is nothing sealed, or it opens."""
        try:
            return sealed is None or self.open(sealed, place) is not None
        except SealBroken:
            return False

    def read[Otherwise](self, sealed: bytes | None, place: str, otherwise: Otherwise) -> str | Otherwise:
        """Decrypt a text; return `otherwise` when there is none, or when it does not open.

        For what stands beside other things that can be read, and must not be lost with it. That it does not open is counted and logged,
        unless it is sealed to the staff: then it is as it should be.
        """
        if sealed is None:
            return otherwise
        try:
            return self.open(sealed, place)
        except SealedToStaff:
            return otherwise
        except SealBroken:
            what, _, of = place.partition(":")
            UNREADABLE.labels(what).inc()
            log.error("unreadable", what=what, of=of)
            return otherwise

    def is_closed(self, sealed: bytes | None) -> bool:
        """Say whether a value is sealed to staff who are not the ones that this vault was opened for."""
        return sealed is not None and is_of_case(sealed) and sealing_of(sealed) not in self.case_keys

    def read_json(self, sealed: bytes | None, place: str, otherwise: Any) -> Any:
        """Decrypt a JSON value; see `read`."""
        text = self.read(sealed, place, None)
        return otherwise if text is None else json.loads(text)

    def pseudonym(self, channel: str, address: str) -> str:
        """Return the keyed stand-in for an address: the same for the same person, and useless without the key."""
        return hmac.new(self.pseudonym_key, f"{channel}\0{address}".encode(), hashlib.sha256).hexdigest()[:32]

    def fingerprint(self, purpose: str, value: str) -> str:
        """Return a keyed hash of a value: proves that whoever made it had the key file."""
        key = hmac.new(self.pseudonym_key, f"fingerprint\0{purpose}".encode(), hashlib.sha256).digest()
        return hmac.new(key, value.encode(), hashlib.sha256).hexdigest()


def key_id(key: bytes) -> bytes:
    """Return what names a key at the front of each value that it sealed."""
    return hashlib.sha256(b"frontdoor key id" + key).digest()[:KEY_ID_BYTES]


def open_vault(path: Path, *, create: bool = False) -> Vault:
    """Read the key file, or make it when `create` is set and there is none; raises KeyFileUnusable."""
    if create and not path.exists():
        _write_new(path)
    try:
        data = json.loads(path.read_text())
        coming = [data[COMING]] if COMING in data else []
        keys = tuple(base64.b64decode(key, validate=True) for key in (*data["encryption_keys"], *coming))
        pseudonym_key = base64.b64decode(data["pseudonym_key"], validate=True)
    except FileNotFoundError:
        raise KeyFileUnusable(
            f"There is no key file at {path}. If the database is new, start the program and it makes one;"
            " if not, put the file back from your backup: without it nothing stored can be read."
        ) from None
    except OSError as error:
        raise KeyFileUnusable(f"The key file {path} cannot be read ({error.strerror}). Check its owner and rights.") from None
    except (ValueError, KeyError, TypeError):
        raise KeyFileUnusable(f"The key file {path} is damaged. Put it back from your backup.") from None
    if len(keys) == len(coming) or any(len(key) != 32 for key in (*keys, pseudonym_key)):
        raise KeyFileUnusable(f"The key file {path} holds no usable keys. Put it back from your backup.")
    return Vault(keys=keys, pseudonym_key=pseudonym_key)


def _write_new(path: Path) -> None:
    content = {"encryption_keys": [_new_key()], "pseudonym_key": _new_key()}
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise KeyFileUnusable(
            f"The folder {path.parent} for keys and database cannot be made ({error.strerror}). Make it, owned by the user that the"
            " program runs as, or set DATA_DIR."
        ) from None
    with _beside(path, content) as written, suppress(FileExistsError):  # another process has just made one
        os.link(written, path)


KeyFile = dict[str, Any]


def change_keys(path: Path, change: Callable[[KeyFile], KeyFile]) -> Vault:
    """Change a key file, at once or not at all; return the vault with the new ring."""
    open_vault(path)
    content = change(json.loads(path.read_text()))
    with _beside(path, content) as written:
        written.replace(path)
    return open_vault(path)


def with_coming_key(content: KeyFile) -> KeyFile:
    """Return a file with a key that is coming, the one that it has or a new one."""
    return {COMING: _new_key(), **content}


def with_new_key(content: KeyFile) -> KeyFile:
    """Return a file whose ring has the coming key in front, or a new one when none is coming."""
    coming = with_coming_key(content)
    new = coming.pop(COMING)
    return coming | {"encryption_keys": [new, *content["encryption_keys"]]}


def newest_key_only(content: KeyFile) -> KeyFile:
    """Return a file without the older keys of its ring."""
    return content | {"encryption_keys": content["encryption_keys"][:1]}


def is_coming(path: Path) -> bool:
    """Say whether a key file holds a key that is coming."""
    return COMING in json.loads(path.read_text())


def _new_key() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()


@contextmanager
def _beside(path: Path, content: Mapping[str, object]) -> Iterator[Path]:
    """Write a file beside another one, wholly and readable by its owner only; it is gone afterwards unless it was moved."""
    written = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        descriptor = os.open(written, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(json.dumps(content, indent=1))
            file.flush()
            os.fsync(file.fileno())
        yield written
    except OSError as error:
        raise KeyFileUnusable(
            f"The key file {path} cannot be written ({error.strerror}). Check the folder's owner and rights."
        ) from None
    finally:
        with suppress(OSError):  # where nothing can be written nothing can be removed; what was wrong is told above
            written.unlink()
