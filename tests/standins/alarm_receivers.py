"""Local stand-ins for what alarms go to: a mail server, Twilio's telephone, and a webhook of the operator."""

from __future__ import annotations

import asyncio
import inspect
from base64 import b64decode
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer
from aiosmtpd.smtp import SMTP, Envelope, Session
from twilio.rest.api.v2010.account.call import CallList
from twilio.rest.api.v2010.account.message import MessageList

from tests.standins import twilio_api


@dataclass
class Mailbox:
    """A mail server; `refusals` are the answers that it gives before it takes a mail."""

    mails: list[EmailMessage] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:
        if self.refusals:
            return self.refusals.pop(0)
        assert isinstance(envelope.content, bytes)
        mail = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(mail, EmailMessage)
        self.mails.append(mail)
        return "250 taken"

    def texts(self) -> list[str]:
        return [f"{mail['Subject']}\n{mail.get_content()}" for mail in self.mails]


@asynccontextmanager
async def mail_server(mailbox: Mailbox) -> AsyncIterator[int]:
    """Run a mail server in this loop and yield its port."""
    server = await asyncio.get_running_loop().create_server(lambda: SMTP(mailbox, hostname="localhost"), "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


@dataclass
class Switchboard:
    """Twilio's messages and calls; `statuses` are the answers that it gives before all is well."""

    messages: list[dict[str, str]] = field(default_factory=list)
    calls: list[dict[str, str]] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)

    async def message(self, request: web.Request) -> web.Response:
        return await self._take(request, self.messages, MessageList, "SM")

    async def call(self, request: web.Request) -> web.Response:
        return await self._take(request, self.calls, CallList, "CA")

    async def _take(self, request: web.Request, taken: list[dict[str, str]], api: Any, prefix: str) -> web.Response:
        scheme, _, credentials = request.headers.get("Authorization", "").partition(" ")
        if scheme != "Basic" or b64decode(credentials).decode() != f"{twilio_api.ACCOUNT}:{twilio_api.AUTH_TOKEN}":
            return _refusal(401)
        form = {name: str(value) for name, value in (await request.post()).items()}
        known = {"".join(part.capitalize() for part in name.split("_")) for name in inspect.signature(api.create).parameters}
        if not {"From", "To"} <= set(form) <= known or len(form.get("Body", "x")) > 1600 or len(form.get("Twiml", "")) > 4000:
            self.violations.append(str(sorted(form)))
            return _refusal(400)
        if self.statuses:
            return _refusal(self.statuses.pop(0))
        taken.append(form)
        return web.json_response({"sid": f"{prefix}{len(taken):032x}", "status": "queued"}, status=201)

    def application(self) -> web.Application:
        app = web.Application()
        base = f"/2010-04-01/Accounts/{twilio_api.ACCOUNT}"
        app.router.add_post(f"{base}/Messages.json", self.message)
        app.router.add_post(f"{base}/Calls.json", self.call)
        return app


def _refusal(status: int) -> web.Response:
    return web.json_response({"code": 20000 + status, "message": "no", "more_info": "", "status": status}, status=status)


@dataclass
class Hook:
    """A webhook of the operator."""

    posts: list[tuple[Mapping[str, str], bytes]] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)

    async def take(self, request: web.Request) -> web.Response:
        if self.statuses:
            return web.Response(status=self.statuses.pop(0))
        self.posts.append((dict(request.headers), await request.read()))
        return web.Response(status=204)

    def application(self) -> web.Application:
        app = web.Application()
        app.router.add_post("/hook", self.take)
        return app


@asynccontextmanager
async def serving(app: web.Application) -> AsyncIterator[str]:
    """Serve an application on loopback and yield its address."""
    server = TestServer(app)
    await server.start_server()
    try:
        yield str(server.make_url("")).rstrip("/")
    finally:
        await server.close()
