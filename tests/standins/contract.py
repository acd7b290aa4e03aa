"""What the stand-in of a provider's API can do, whichever provider it is of: tests/channels/test_kept_rows.py asks it of each."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final, Protocol

from aiohttp import ClientResponse
from aiohttp.test_utils import TestClient

PAYLOADS: Final = Path(__file__).parent.parent / "payloads"


class StandIn(Protocol):
    """A local API of a provider, and its webhooks' calls."""

    async def start(self) -> str:
        """Serve; return the address."""
        ...

    async def close(self) -> None:
        """Serve no more."""
        ...

    async def write(self, client: TestClient[Any, Any], channel: str) -> ClientResponse:
        """Let somebody write on a channel: call its webhook as the provider does."""
        ...

    def choices(self) -> list[str]:
        """Return the titles of the buttons that people were shown."""
        ...


def payload(name: str, **changes: Any) -> dict[str, Any]:
    """Return a provider's payload from a file such as `twilio/sms`, with fields changed."""
    data: dict[str, Any] = json.loads((PAYLOADS / f"{name}.json").read_text(encoding="utf-8"))
    return data | changes
