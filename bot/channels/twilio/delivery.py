"""How replies get out through Twilio: rendering, sending, looking up, and what its errors mean."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

import aiohttp
import structlog
from twilio.base.exceptions import TwilioException, TwilioRestException, TwilioServiceException
from twilio.http.async_http_client import AsyncTwilioHttpClient
from twilio.http.response import Response
from twilio.rest import Client

from bot.channels.twilio.messages import WHATSAPP_PREFIX, split
from bot.channels.twilio.traits import SMS, STATUS_PATH, WHATSAPP
from bot.delivery.outbound import NotNow, Outbound, Refused, Uncertain, Unreachable
from bot.delivery.provider_erasures import ProviderErasure, Trace
from bot.delivery.segments import fit, sms_pieces
from bot.settings import Settings

log = structlog.get_logger()

MAX_LENGTH: Final = 1600  # characters of one message that the API takes
TOTAL_SECONDS: Final = 25.0
LOOK_BACK: Final = 200  # messages of ours, newest first, among which one is looked for that nobody confirmed
CLOCKS_DIFFER: Final = timedelta(minutes=1)

# https://www.twilio.com/docs/api/errors: what an error says about the person's end
REACHABLE_BY_CODE: Final[Mapping[str, Unreachable]] = {
    "21610": "stopped",  # they wrote STOP, and Twilio refuses until they write START
    "30004": "blocked",
    "21211": "gone",
    "21214": "gone",
    "21217": "gone",
    "21614": "gone",  # no mobile number
    "30005": "gone",  # unknown, or not in use any more
    "30006": "gone",  # a landline, or a network that takes none
    "63003": "gone",
    "63024": "gone",
}
_WAIT_BY_CODE: Final[Mapping[str, timedelta]] = {
    "20429": timedelta(seconds=2),
    "21611": timedelta(minutes=1),  # our number's queue at Twilio is full
    "63038": timedelta(hours=1),  # the day's limit of a WhatsApp sender
}
_TOKEN_PAUSE: Final = timedelta(minutes=1)
_UNCERTAIN_STATUS: Final = frozenset({408, 504, 524})  # of whoever stands between: Twilio itself may have taken it
# https://www.twilio.com/docs/api/errors/20009: "wait at least 1 minute to make your DELETE request"
DELETABLE_AFTER: Final = timedelta(minutes=2)
_NOT_THERE: Final = frozenset({"20404", "404"})


class _Client(Client):  # type: ignore[misc]
    """The library's client, but the host is what the settings say: it would take apart and rebuild any other."""

    def get_hostname(self, uri: str) -> str:
        return uri


class TwilioClient:
    """The library's asynchronous client with a session and a timeout of ours."""

    def __init__(self, settings: Settings) -> None:
        if settings.twilio_account_sid is None or settings.twilio_auth_token is None:
            raise ValueError("TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN are not set.")
        self._http = AsyncTwilioHttpClient(pool_connections=False)
        self.rest = _Client(settings.twilio_account_sid, settings.twilio_auth_token.get_secret_value(), http_client=self._http)
        self.rest.api.base_url = settings.twilio_api_base

    async def call(self, work: Any) -> Any:
        """Await a call of the library; raises NotNow, Refused or Uncertain."""
        if self._http.session is None or self._http.session.closed:
            self._http.session = aiohttp.ClientSession()
        try:
            # The library passes "no timeout" with each request, whatever the session's: so one is put around it.
            async with asyncio.timeout(TOTAL_SECONDS):
                return await work
        except (TwilioException, aiohttp.ClientError, TimeoutError) as error:
            raise as_problem(error) from None

    async def close(self) -> None:
        """Close the connections."""
        await self._http.close()


class TwilioSender:
    """Sends what the outbox holds for SMS and WhatsApp, and erases there what was erased here."""

    needs_address = False

    def __init__(self, client: TwilioClient, settings: Settings) -> None:
        self.client = client
        self.number = settings.twilio_number or ""
        self.whatsapp_number = settings.twilio_whatsapp_number or self.number
        self.status_url = f"{settings.public_url}{STATUS_PATH}"

    def pieces(self, outbound: Outbound) -> list[str]:
        """Return the texts of the messages that carry a reply."""
        text = outbound.reply.text
        if outbound.channel == SMS.name:
            return sms_pieces(text, outbound.reply.language, limit=MAX_LENGTH)
        return fit(text, fits=lambda piece: len(piece) <= MAX_LENGTH)

    def parts(self, outbound: Outbound) -> int:
        """Return how many messages a reply needs."""
        return len(self.pieces(outbound))

    def callback(self, outbound: Outbound, part: int) -> str:
        """Return where Twilio reports on a part; the report is signed, and the address says which one it is about."""
        return f"{self.status_url}?delivery={outbound.delivery_id}&part={part}"

    async def send(self, outbound: Outbound) -> str:
        """Send a part and return its SID; raises NotNow, Refused or Uncertain."""
        body = self.pieces(outbound)[outbound.part]
        return await self._create(outbound.address, body, status_callback=self.callback(outbound, outbound.part))

    async def look_up(self, outbound: Outbound) -> str | None:
        """Look for a part among what Twilio has taken from us; raises NotNow when it cannot be asked."""
        return await self._find(outbound.address, self.pieces(outbound)[outbound.part], since=outbound.created_at)

    async def _find(self, address: str, body: str, *, since: datetime) -> str | None:
        to, ours = self._ends(address)
        try:
            sent = await self.client.call(self.client.rest.messages.list_async(from_=ours, limit=LOOK_BACK))
        except (Refused, Uncertain) as problem:
            raise NotNow(problem.code) from None
        for message in sent:
            created: datetime | None = message.date_created
            if message.to == to and message.body == body and (created is None or created >= since - CLOCKS_DIFFER):
                return str(message.sid)
        return None

    def speaks_next(self, erasure: ProviderErasure) -> bool:
        """Say whether a text is left: it comes first, for Twilio may not delete what it has just sent."""
        return bool(erasure.replies)

    async def say(self, erasure: ProviderErasure, now: datetime) -> ProviderErasure:
        """Send the next text of an erasure; it is deleted at Twilio as well, later."""
        left = replace(erasure, replies=erasure.replies[1:], doubts=0)
        if erasure.address is None:
            return left
        reply, (channel, _) = erasure.replies[0], split(erasure.address)
        body = sms_pieces(reply.text, reply.language, limit=MAX_LENGTH)[0] if channel == SMS.name else reply.text
        try:
            sid = await self._find(erasure.address, body, since=erasure.at) if erasure.doubts > 1 else None
            sid = sid or await self._create(erasure.address, body)
        except Refused:
            return replace(left, replies=())
        return replace(left, traces=(*erasure.traces, Trace(sid, now)))

    async def delete(self, erasure: ProviderErasure, now: datetime) -> ProviderErasure:
        """Delete a message at Twilio, its pictures and recordings with it; what is on its way can be deleted only later."""
        trace, *others = erasure.traces
        if now - trace.at < DELETABLE_AFTER:
            return replace(erasure, traces=(*others, trace))
        try:
            await self.client.call(self.client.rest.messages(trace.message_id).delete_async())
        except Refused as problem:
            if problem.code not in _NOT_THERE:
                others.append(trace)
        return replace(erasure, traces=tuple(others))

    async def _create(self, address: str, body: str, **more: str) -> str:
        to, ours = self._ends(address)
        message = await self.client.call(self.client.rest.messages.create_async(to=to, from_=ours, body=body, **more))
        return str(message.sid)

    def _ends(self, address: str) -> tuple[str, str]:
        """Return to whom a message goes and from what of ours; see `reply_address`."""
        to, _, ours = address.partition(" ")
        channel, _ = split(to)
        return to, f"{WHATSAPP_PREFIX}{self.whatsapp_number}" if channel == WHATSAPP.name else ours or self.number


def as_problem(error: Exception) -> NotNow | Refused | Uncertain:
    """Return what an error means for a delivery; never with the error's text, which may hold a number."""
    match error:
        case TwilioRestException() | TwilioServiceException():
            return _answered(int(error.status or 0), str(error.code or error.status))
        case TwilioException(args=(_, Response() as response)):  # how the library says that a list was refused
            return _answered(response.status_code, str(response.status_code))
        case aiohttp.ClientConnectorError() | aiohttp.ConnectionTimeoutError():
            return NotNow("no_connection")
        case TimeoutError():
            return Uncertain("timeout")
        case aiohttp.ClientError():
            return Uncertain("connection_lost")
        case _:
            return Uncertain("unreadable_answer")


def _answered(status: int, code: str) -> NotNow | Refused | Uncertain:
    if status in {401, 403} or code == "20003":
        log.error("twilio_credentials_refused", code=code, remedy="Check TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN; replies wait.")
        return NotNow(code, wait=_TOKEN_PAUSE, everybody=True)
    if status == 429 or code in _WAIT_BY_CODE:
        return NotNow(code, wait=_WAIT_BY_CODE.get(code, _WAIT_BY_CODE["20429"]), everybody=True)
    if status in _UNCERTAIN_STATUS:
        return Uncertain(code)
    if status >= 500:
        return NotNow(code)
    return Refused(code, reachable=REACHABLE_BY_CODE.get(code))
