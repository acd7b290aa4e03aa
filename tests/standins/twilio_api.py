"""A local Messages API of Twilio: checks requests against the library's parameters, signs its calls, misbehaves on command."""

from __future__ import annotations

import asyncio
import inspect
import re
from base64 import b64decode
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any
from urllib.parse import urlsplit

from aiohttp import ClientResponse, web
from aiohttp.test_utils import TestClient, TestServer
from twilio.request_validator import RequestValidator
from twilio.rest.api.v2010.account.message import MessageList

from tests.standins.contract import payload
from tests.standins.misbehaviour import Misbehaviours

ACCOUNT = "AC" + "a" * 32
AUTH_TOKEN = "test-auth-token"
NUMBER = "+48732000000"
PUBLIC_URL = "https://help.example.org"
# What turns both channels on, with an address at which nobody answers.
SETTINGS = {
    "public_url": PUBLIC_URL,
    "twilio_account_sid": ACCOUNT,
    "twilio_auth_token": AUTH_TOKEN,
    "twilio_number": NUMBER,
    "twilio_api_base": "http://127.0.0.1:9",
}
# What we are called on each network, and how it names people: WhatsApp also without a telephone number.
SENDERS = {"": NUMBER, "whatsapp": f"whatsapp:{NUMBER}", "rcs": "rcs:frontdoor_agent", "messenger": "messenger:108400000000001"}
_PHONE = r"\+[1-9]\d{6,14}"
NAMES = {"": _PHONE, "whatsapp": rf"{_PHONE}|[A-Z]{{2}}(\.ENT)?\.[0-9A-Za-z]{{1,128}}", "rcs": _PHONE, "messenger": r"\d{10,20}"}
_PARAMETERS = {
    "From" if name == "from_" else "".join(part.capitalize() for part in name.split("_"))
    for name in inspect.signature(MessageList.create).parameters
    if name != "self"
}


@dataclass
class TwilioApi:
    """The server; `messages` are its records, in order; `said` is what phones got, whatever became of the records.

    `violations` are what the real one would have refused; `unfinished` are the SIDs that it does not delete yet.
    """

    misbehaviours: Misbehaviours = field(default_factory=Misbehaviours)
    messages: list[dict[str, Any]] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    unfinished: set[str] = field(default_factory=set)
    violations: list[str] = field(default_factory=list)
    refusals: dict[str, int] = field(default_factory=dict)
    requests: list[str] = field(default_factory=list)
    sms_url: str = f"{PUBLIC_URL}/sms/webhook"
    public_url: str = PUBLIC_URL  # where a program says that it can be reached
    now: datetime = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
    validator: RequestValidator = field(default_factory=lambda: RequestValidator(AUTH_TOKEN))
    server: TestServer | None = None
    _count: int = 0
    _calls: dict[str, asyncio.Semaphore] = field(default_factory=dict)

    async def start(self) -> str:
        app = web.Application()
        base = "/2010-04-01/Accounts/{account}"
        app.router.add_post(f"{base}/Messages.json", self._create)
        app.router.add_get(f"{base}/Messages.json", self._list)
        app.router.add_get(f"{base}/IncomingPhoneNumbers.json", self._numbers)
        app.router.add_delete(f"{base}/Messages/{{sid}}.json", self._delete)
        self.server = TestServer(app)
        await self.server.start_server()
        return str(self.server.make_url("")).rstrip("/")

    async def close(self) -> None:
        self.misbehaviours.closing.set()
        if self.server is not None:
            await self.server.close()

    def bodies(self, to: str | None = None) -> list[str]:
        return [message["body"] for message in self.messages if message["direction"] != "inbound" and to in {None, message["to"]}]

    def refuse(self, to: str, code: int) -> None:
        self.refusals[to] = code

    def received(self, sender: str, body: str, *, sid: str | None = None, to: str = NUMBER) -> dict[str, Any]:
        """Note that somebody wrote to our number, as Twilio's own list shows it."""
        return self._add(sender, to, body, "inbound", "received", None, sid)

    async def write(self, client: TestClient[Any, Any], channel: str) -> ClientResponse:
        """Let somebody write on a channel."""
        return await self.deliver(client, "/sms/webhook", payload(f"twilio/{channel}"))

    def choices(self) -> list[str]:
        """Return the titles of the buttons that people were shown: a Body has none."""
        return []

    async def deliver(
        self, client: TestClient[Any, Any], path: str, form: dict[str, str], *, sign: bool = True, url: str = PUBLIC_URL
    ) -> ClientResponse:
        """Call one of our webhooks as Twilio does, signed for the address that the world knows."""
        headers = {"X-Twilio-Signature": self.validator.compute_signature(f"{url}{path}", form)} if sign else {}
        return await client.post(path, data=form, headers=headers)

    async def report(
        self, client: TestClient[Any, Any], message: dict[str, Any], status: str, code: int | None = None
    ) -> ClientResponse:
        """Report on a message to the address that came with it."""
        address = urlsplit(message["callback"])
        form = {
            "AccountSid": ACCOUNT, "MessageSid": message["sid"], "SmsSid": message["sid"], "MessageStatus": status,
            "SmsStatus": status, "From": message["from"], "To": message["to"], "ApiVersion": "2010-04-01",
        }  # fmt: skip
        if code is not None:
            form["ErrorCode"] = str(code)
        return await self.deliver(client, f"{address.path}?{address.query}", form)

    async def asked(self, call: str, patience: float) -> None:
        """Wait until `create`, `list` or `delete` was called once more than this was waited for."""
        async with asyncio.timeout(patience):
            await self._calls.setdefault(call, asyncio.Semaphore(0)).acquire()

    def _genuine(self, request: web.Request) -> bool:
        self.requests.append(str(request.rel_url))
        scheme, _, credentials = request.headers.get("Authorization", "").partition(" ")
        return scheme == "Basic" and b64decode(credentials).decode() == f"{ACCOUNT}:{AUTH_TOKEN}"

    async def _create(self, request: web.Request) -> web.StreamResponse:
        if not self._genuine(request):
            return _error(401, 20003)
        form = {name: str(value) for name, value in (await request.post()).items()}
        code = self._violation(form)
        if code is not None:
            self.violations.append(f"{code} {sorted(form)}")
            return _error(400, code)
        self._calls.setdefault("create", asyncio.Semaphore(0)).release()
        misbehaviour = self.misbehaviours.next("create")
        if misbehaviour is not None and misbehaviour.kind == "status":
            return _error(misbehaviour.status, misbehaviour.code or misbehaviour.status)
        if misbehaviour is not None and not misbehaviour.takes_effect:
            return await self.misbehaviours.act(misbehaviour, request)
        if form["To"] in self.refusals:
            return _error(400, self.refusals[form["To"]])
        self.said.append(form["Body"])
        message = self._add(form["From"], form["To"], form["Body"], "outbound-api", "queued", form.get("StatusCallback"))
        if misbehaviour is not None:
            return await self.misbehaviours.act(misbehaviour, request)
        return web.json_response(_resource(message), status=201)

    def _violation(self, form: dict[str, str]) -> int | None:
        if set(form) - _PARAMETERS:
            return 20001
        if not 1 <= len(form.get("Body", "")) <= 1600:
            return 21617
        network, _, name = form.get("To", "").rpartition(":")
        if form.get("From") != SENDERS.get(network):
            return 21606
        if not re.fullmatch(NAMES[network], name):
            return 21211
        callback = form.get("StatusCallback")
        return None if callback is None or callback.startswith(f"{self.public_url}/sms/status?") else 21609

    def _add(
        self, sender: str, to: str, body: str, direction: str, status: str, callback: str | None, sid: str | None = None
    ) -> dict[str, Any]:
        self._count += 1
        message = {
            "sid": sid or f"SM{self._count:032x}", "from": sender, "to": to, "body": body, "direction": direction,
            "status": status, "callback": callback, "date": self.now,
        }  # fmt: skip
        self.messages.append(message)
        return message

    async def _list(self, request: web.Request) -> web.StreamResponse:
        if not self._genuine(request):
            return _error(401, 20003)
        self._calls.setdefault("list", asyncio.Semaphore(0)).release()
        misbehaviour = self.misbehaviours.next("list")
        if misbehaviour is not None:
            return _error(misbehaviour.status, misbehaviour.code or misbehaviour.status)
        wanted = [
            message
            for message in reversed(self.messages)
            if request.query.get("To") in {None, message["to"]} and request.query.get("From") in {None, message["from"]}
        ]
        page = {
            "messages": [_resource(message) for message in wanted],
            "next_page_uri": None,
            "page": 0,
            "page_size": 1000,
            "uri": "",
            "first_page_uri": "",
        }
        return web.json_response(page)

    async def _numbers(self, request: web.Request) -> web.StreamResponse:
        if not self._genuine(request):
            return _error(401, 20003)
        ours = request.query.get("PhoneNumber") == NUMBER
        number = {"sid": "PN" + "0" * 32, "phone_number": NUMBER, "sms_url": self.sms_url, "sms_method": "POST"}
        return web.json_response({"incoming_phone_numbers": [number] if ours else [], "next_page_uri": None})

    async def _delete(self, request: web.Request) -> web.StreamResponse:
        if not self._genuine(request):
            return _error(401, 20003)
        self._calls.setdefault("delete", asyncio.Semaphore(0)).release()
        if (misbehaviour := self.misbehaviours.next("delete")) is not None:
            return _error(misbehaviour.status, misbehaviour.code or misbehaviour.status)
        if request.match_info["sid"] in self.unfinished:
            return _error(409, 20009)
        before = len(self.messages)
        self.messages = [message for message in self.messages if message["sid"] != request.match_info["sid"]]
        return web.Response(status=204) if len(self.messages) < before else _error(404, 20404)


def _resource(message: dict[str, Any]) -> dict[str, Any]:
    at = format_datetime(message["date"])
    return {
        "sid": message["sid"], "account_sid": ACCOUNT, "api_version": "2010-04-01", "body": message["body"], "date_created": at,
        "date_sent": at, "date_updated": at, "direction": message["direction"], "error_code": None, "error_message": None,
        "from": message["from"], "messaging_service_sid": None, "num_media": "0", "num_segments": "1", "price": None,
        "price_unit": "USD", "status": message["status"], "subresource_uris": {}, "to": message["to"], "uri": "",
    }  # fmt: skip


def _error(status: int, code: int) -> web.Response:
    body = {"code": code, "message": f"Error {code} about +48500100200", "more_info": "", "status": status}
    return web.json_response(body, status=status)


STAND_IN, API_BASE = TwilioApi, "twilio_api_base"  # what is served, and the setting that leads there
