"""How a provider goes wrong on command."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass, field
from typing import Literal

from aiohttp import web

Kind = Literal["status", "hang", "hang_after", "reset", "reset_after", "garbage"]


@dataclass
class Misbehaviour:
    """One thing that goes wrong: with an answer of this status, or without an answer, before or after the request took effect."""

    kind: Kind
    status: int = 500
    code: int | None = None
    retry_after: int | None = None

    @property
    def takes_effect(self) -> bool:
        return self.kind in {"hang_after", "reset_after", "garbage"}


@dataclass
class Misbehaviours:
    """What goes wrong next, call by call and by name of the call; then everything is well again."""

    planned: dict[str, deque[Misbehaviour]] = field(default_factory=dict)
    closing: asyncio.Event = field(default_factory=asyncio.Event)

    def plan(
        self, call: str, kind: Kind, *, times: int = 1, status: int = 500, code: int | None = None, retry_after: int | None = None
    ) -> None:
        queue = self.planned.setdefault(call, deque())
        queue.extend(Misbehaviour(kind, status, code, retry_after) for _ in range(times))

    def next(self, call: str) -> Misbehaviour | None:
        queue = self.planned.get(call)
        return queue.popleft() if queue else None

    async def act(self, misbehaviour: Misbehaviour, request: web.Request) -> web.StreamResponse:
        if misbehaviour.kind.startswith("hang"):
            await self.closing.wait()
        if misbehaviour.kind == "garbage":
            return web.Response(text="<html>proxy</html>", content_type="text/html")
        assert request.transport is not None
        request.transport.abort()
        return web.Response()
