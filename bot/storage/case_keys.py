"""Keys of closed cases: one for each sealing, which is kept nowhere but sealed to the public keys of the hotline's staff.

What a case key seals begins with a mark that no key of the key file has, and the id of its sealing. It is given to somebody by HPKE
(RFC 9180, base mode: X25519, HKDF-SHA256, AES-256-GCM), bound to the sealing and to who gets it.
"""

from __future__ import annotations

import base64
import os
import uuid
from dataclasses import dataclass, field
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from bot.storage.aead import decrypted, encrypted

MARK: Final = b"\x00stf"  # as long as the id of a key in the key file
KEY_BYTES: Final = 32
_ID_BYTES: Final = 16
_SUITE: Final = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)


def is_of_case(sealed: bytes) -> bool:
    """Say whether a stored value was sealed with the key of a closed case."""
    return sealed.startswith(MARK)


def sealing_of(sealed: bytes) -> str:
    """Return the id of the sealing that such a value belongs to."""
    return sealed[len(MARK) : len(MARK) + _ID_BYTES].hex()


@dataclass(frozen=True)
class CaseKey:
    """The key of one sealing; `number` is its id, 32 hexadecimal digits."""

    number: str
    key: bytes = field(repr=False)

    @classmethod
    def new(cls) -> CaseKey:
        """Draw a key."""
        return cls(uuid.uuid4().hex, os.urandom(KEY_BYTES))

    def seal(self, value: str, place: str) -> bytes:
        """Encrypt a text, bound to its place as `Vault.seal` does."""
        return MARK + bytes.fromhex(self.number) + encrypted(self.key, value.encode("utf-8", "surrogatepass"), place)

    def open(self, sealed: bytes, place: str) -> str:
        """Decrypt what `seal` made for the same place; raises InvalidTag."""
        return decrypted(self.key, sealed[len(MARK) + _ID_BYTES :], place).decode("utf-8", "surrogatepass")

    def given_to(self, staff_id: str, public_key: str) -> str:
        """Return the key as only the owner of a public key can open it."""
        owner = X25519PublicKey.from_public_bytes(base64.b64decode(public_key))
        return base64.b64encode(_SUITE.encrypt(self.key, owner, _bound_to(self.number, staff_id))).decode()

    @classmethod
    def taken(cls, given: str, *, number: str, staff_id: str, private_key: bytes) -> CaseKey:
        """Open what `given_to` made; raises InvalidTag when it was made for another sealing, person or key, or is cut off."""
        owner = X25519PrivateKey.from_private_bytes(private_key)
        try:
            return cls(number, _SUITE.decrypt(base64.b64decode(given), owner, _bound_to(number, staff_id)))
        except ValueError:
            raise InvalidTag from None


def _bound_to(number: str, staff_id: str) -> bytes:
    return f"frontdoor case key\0{number}\0{staff_id}".encode()
