"""Passwords: argon2id hashes, and a plain rule for what may be one."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.low_level import Type, hash_secret_raw

MIN_LENGTH: Final = 12
MAX_LENGTH: Final = 256  # characters; longer input would only cost time
COMMON: Final = Path(__file__).parent / "common_passwords.txt"
_ALPHABET: Final = "abcdefghjkmnpqrstuvwxyz23456789"  # without signs that look alike when read out
_hasher: Final = PasswordHasher()


class PasswordTooShort(Exception):
    """A new password has fewer than MIN_LENGTH characters."""


class PasswordTooCommon(Exception):
    """A new password is on the list of those that are guessed first, or holds the account's name."""


def hash_password(password: str) -> str:
    """Return the argon2id hash; takes some ten milliseconds of processor time."""
    return _hasher.hash(password)


def matches(password: str, hashed: str) -> bool:
    """Say whether a password belongs to a hash; a hash that is no hash matches nothing."""
    if len(password) > MAX_LENGTH:
        return False
    try:
        return _hasher.verify(hashed, password)
    except (VerificationError, InvalidHashError):
        return False


@dataclass(frozen=True)
class Stretch:
    """How a key is made of a password: argon2id with a salt of its own, so that it follows from nothing that is stored."""

    salt: str
    time_cost: int
    memory_cost: int
    parallelism: int

    @classmethod
    def new(cls) -> Stretch:
        """Return one as strong as the hashes of passwords are now."""
        return cls(secrets.token_urlsafe(16), _hasher.time_cost, _hasher.memory_cost, _hasher.parallelism)

    def key_of(self, password: str) -> bytes:
        """Return 32 bytes that only the password yields; takes some ten milliseconds of processor time."""
        return hash_secret_raw(
            password.encode("utf-8", "surrogatepass"),
            self.salt.encode(),
            time_cost=self.time_cost,
            memory_cost=self.memory_cost,
            parallelism=self.parallelism,
            hash_len=32,
            type=Type.ID,
        )


@cache
def unusable_hash() -> str:
    """Return a hash that no password is known for, so that an unknown name takes as long as a known one."""
    return hash_password(secrets.token_urlsafe(32))


def one_time_password(proof_of: Callable[[str], str]) -> str:
    """Return a fresh password of four groups that can be read out on the telephone.

    Three groups are drawn, about 59 bits; the last one is made of a keyed hash of them. So it can be told without work from whatever
    strangers try, and they cannot keep out whoever has it.
    """
    drawn = "-".join("".join(secrets.choice(_ALPHABET) for _ in range(4)) for _ in range(3))
    return f"{drawn}-{_as_group(proof_of(drawn))}"


def is_proved(password: str, proof_of: Callable[[str], str]) -> bool:
    """Say whether a password is one that `one_time_password` made with the same proof; not whether it is still in use."""
    drawn, _, group = password.rpartition("-")
    return hmac.compare_digest(_as_group(proof_of(drawn)).encode(), group.encode(errors="replace"))


def _as_group(proof: str) -> str:
    number, signs = int(proof, 16), []
    for _ in range(4):
        number, sign = divmod(number, len(_ALPHABET))
        signs.append(_ALPHABET[sign])
    return "".join(signs)


@cache
def common_words() -> frozenset[str]:
    """Return the passwords and building blocks that are guessed first."""
    return frozenset(line.strip().lower() for line in COMMON.read_text(encoding="utf-8").splitlines() if line.strip())


def check_new(password: str, *, name: str) -> None:
    """Raise PasswordTooShort or PasswordTooCommon unless the password may be used by the account `name`."""
    if not MIN_LENGTH <= len(password) <= MAX_LENGTH:
        raise PasswordTooShort(f"A password needs at least {MIN_LENGTH} characters.")
    lowered = password.lower()
    if name.lower() in lowered or _mostly_common(lowered):
        raise PasswordTooCommon("This password is among the first that are guessed. Take three or four unrelated words.")


def _mostly_common(password: str) -> bool:
    """Say whether little is left when repeats, common words and digits at the ends are taken away."""
    if password in common_words() or len(set(password)) < 5:
        return True
    core = password.strip("0123456789!@#$%^&*()-_=+.,;:?<>[]{}/\\|'\"`~ ")
    for letter, plain in _LOOKALIKES:
        core = core.replace(letter, plain)
    half = core[: len(core) // 2]
    return len(core) < 5 or core in common_words() or (core == half * 2 and half in common_words())


_LOOKALIKES: Final = (("@", "a"), ("4", "a"), ("0", "o"), ("1", "l"), ("3", "e"), ("$", "s"), ("5", "s"), ("7", "t"))
