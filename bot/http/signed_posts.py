"""Posts to other systems: how long one may take, and how it is signed."""

from __future__ import annotations

import hashlib
import hmac
from typing import Final

import aiohttp

SECONDS: Final = 20.0
SIGNATURE_HEADER: Final = "X-Frontdoor-Signature"
TIMESTAMP_HEADER: Final = "X-Frontdoor-Timestamp"
TIMEOUT: Final = aiohttp.ClientTimeout(total=SECONDS, connect=5)


def sign(secret: str, timestamp: str, body: bytes) -> str:
    """Return the signature of a post: HMAC-SHA256 over `<timestamp>.<body>`, as `sha256=<hex>`.

    Whoever receives it compares in constant time and refuses timestamps (seconds since 1970) older than five minutes.
    """
    return "sha256=" + hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()
