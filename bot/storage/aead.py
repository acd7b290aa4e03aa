"""AES-256-GCM as everything stored is sealed with it: a fresh nonce in front, and the place that a value is bound to."""

from __future__ import annotations

import os
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_NONCE_BYTES: Final = 12


def encrypted(key: bytes, value: bytes, place: str) -> bytes:
    """Encrypt a value for a place."""
    nonce = os.urandom(_NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, value, place.encode())


def decrypted(key: bytes, sealed: bytes, place: str) -> bytes:
    """Decrypt what `encrypted` made for the same place; raises InvalidTag when it was changed, or cut off wherever it may be."""
    try:
        return AESGCM(key).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], place.encode())
    except ValueError:  # the library's word for a nonce that is too short
        raise InvalidTag from None
