"""SMS and WhatsApp through Twilio: takes its webhooks and its reports, and looks for messages that no webhook brought."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Final, Literal
from urllib.parse import parse_qsl

import structlog
from aiohttp import web
from multidict import MultiDict
from prometheus_client import Counter
from sqlalchemy import select
from twilio.request_validator import RequestValidator
from twilio.twiml.messaging_response import MessagingResponse

from bot.alarms.record import record_report
from bot.channels.twilio.delivery import REACHABLE_BY_CODE, TwilioClient, TwilioSender
from bot.channels.twilio.messages import WHATSAPP_PREFIX, NotAMessage, read, split
from bot.channels.twilio.traits import TWILIO
from bot.delivery.outbound import NotNow, Refused, Uncertain
from bot.http.bodies import body, only
from bot.http.errors import errors_as_json, problem
from bot.http.webhooks import REFUSED
from bot.runtime.background import Background
from bot.runtime.live_events import QUEUE
from bot.storage.receipts import Replayed
from bot.storage.tables import Receipt

if TYPE_CHECKING:
    from bot.delivery.dispatcher import Dispatcher
    from bot.program import Program

log = structlog.get_logger()

SIGNATURE_HEADER: Final = "X-Twilio-Signature"
FORM: Final = "application/x-www-form-urlencoded"
MAX_BODY: Final = 64 * 1024  # bytes; a message of 1,600 characters with all its fields has some 20 kB
MAX_FIELDS: Final = 200
TWIML_PATIENCE: Final = 8.0  # seconds; Twilio waits for fifteen
CLOSE_PATIENCE: Final = 8.0
CATCH_UP_BACK: Final = timedelta(hours=24)
CATCH_UP_AFTER: Final = timedelta(minutes=2)  # until then the webhook itself may be on its way
CATCH_UP_LIMIT: Final = 1000

STATES: Final[Mapping[str, Literal["sent", "delivered", "failed"]]] = {
    "accepted": "sent",
    "queued": "sent",
    "sending": "sent",
    "sent": "sent",
    "delivered": "delivered",
    "partially_delivered": "delivered",
    "read": "delivered",
    "undelivered": "failed",
    "failed": "failed",
    "canceled": "failed",
}
CAUGHT_UP = Counter("frontdoor_twilio_caught_up", "Messages that no webhook had brought and that were fetched later.")
UNANSWERABLE = Counter("frontdoor_twilio_unanswerable", "Messages of short codes and named senders, which take no answer.")


class Sms:
    """Both channels; their replies go out through the outbox with `sender`, or in the answer to the webhook."""

    def __init__(self, program: Program, dispatcher: Dispatcher) -> None:
        settings = program.settings
        if settings.twilio_auth_token is None:
            raise ValueError("TWILIO_AUTH_TOKEN is not set.")
        self.settings = settings
        self.frontdoor = program.frontdoor
        self.database = program.database
        self.vault = program.vault
        self.live_events = program.live_events
        self.client = TwilioClient(settings)
        self.sender = TwilioSender(self.client, settings)
        self.dispatcher = dispatcher
        self.tasks = Background()
        tokens = [settings.twilio_auth_token, settings.twilio_auth_token_next]
        self._validators = [RequestValidator(token.get_secret_value()) for token in tokens if token is not None]

    def application(self) -> web.Application:
        """Return the webhooks, to be mounted at the provider's prefix."""
        app = web.Application(middlewares=[errors_as_json])
        app.router.add_post("/webhook", self.webhook)
        app.router.add_post("/status", self.status)
        return app

    async def start(self) -> None:
        """Do nothing: Twilio calls our webhook."""

    async def finish(self) -> None:
        """Finish what was taken."""
        await self.tasks.close(patience=CLOSE_PATIENCE)

    async def close(self) -> None:
        """Close the connections."""
        await self.client.close()

    async def webhook(self, request: web.Request) -> web.Response:
        """Take one message: verify, store, answer Twilio; the person is answered afterwards, or at once as TwiML."""
        form = await self._genuine_form(request)
        if isinstance(form, web.Response):
            return form
        try:
            inbound = read(form, vault=self.vault, now=self.frontdoor.clock())
        except NotAMessage as error:
            return _refused(400, "bad_request", str(error))
        if inbound.address is None:
            UNANSWERABLE.inc()
        try:
            conversation_id, message_id = await self.frontdoor.accept(inbound)
        except Replayed:
            return _twiml(MessagingResponse())
        if self.settings.twilio_replies == "twiml":
            return await self._answer_now(conversation_id, message_id)
        self.tasks.start(self.frontdoor.answer(conversation_id, message_id))
        return _twiml(MessagingResponse())

    async def _answer_now(self, conversation_id: str, message_id: str) -> web.Response:
        """Give the replies back in the answer to the webhook; what is not ready in time goes out through the API."""
        response = MessagingResponse()
        with self.dispatcher.due.hold(conversation_id):
            done = asyncio.Event()
            self.tasks.start(self._answer_and_tell(conversation_id, message_id, done))
            try:
                await asyncio.wait_for(done.wait(), TWIML_PATIENCE)
            except TimeoutError:
                return _twiml(response)
            for outbound in await self.dispatcher.due.hand_over(conversation_id):
                for part, text in enumerate(self.sender.pieces(outbound)):
                    if part >= outbound.part:
                        response.message(body=text, action=self.sender.callback(outbound, part), method="POST")
        return _twiml(response)

    async def _answer_and_tell(self, conversation_id: str, message_id: str, done: asyncio.Event) -> None:
        try:
            await self.frontdoor.answer(conversation_id, message_id)
        finally:
            done.set()

    async def status(self, request: web.Request) -> web.Response:
        """Take a report on a message of ours; reports may repeat and come in any order."""
        form = await self._genuine_form(request)
        if isinstance(form, web.Response):
            return form
        sid, state = form.get("MessageSid", ""), STATES.get(form.get("MessageStatus", "").lower())
        if sid and _is_number(request.query.get("alarm", "")):
            await self._report_alarm(int(request.query["alarm"]), state, form)
            return web.Response(status=204)
        delivery, part = request.query.get("delivery", ""), request.query.get("part", "0")
        if not sid or not _is_number(delivery) or not _is_number(part):
            return _refused(400, "bad_request", "MessageSid, delivery or part is missing.")
        if state is not None:
            code = form.get("ErrorCode") or None
            await self.dispatcher.reports.take(
                delivery_id=int(delivery),
                part=int(part),
                provider_id=sid,
                state=state,
                code=(code or form["MessageStatus"].lower()) if state == "failed" else None,
                reachable=REACHABLE_BY_CODE.get(code or ""),
            )
        return web.Response(status=204)

    async def _report_alarm(self, call_id: int, state: str | None, form: MultiDict[str]) -> None:
        """Note that an alarm reached the duty telephone, or did not: only Twilio knows, after it has taken the SMS."""
        if state not in {"delivered", "failed"}:
            return
        arrived, code = state == "delivered", form.get("ErrorCode") or form["MessageStatus"].lower()
        async with self.database.transaction() as session:
            new = await record_report(session, call_id, arrived=arrived, code=code, now=self.frontdoor.clock())
        if new and not arrived:
            log.error("alarm_not_delivered", call=call_id, code=code)
        if new:
            self.live_events.publish(QUEUE)

    async def catch_up(self) -> int:
        """Fetch messages that no webhook brought, because we were down or the address was wrong; return how many."""
        now = self.frontdoor.clock()
        async with self.database.transaction() as session:
            if await session.scalar(select(Receipt.id).limit(1)) is None:
                return 0  # a new installation: what the number received before is not ours to answer
        count = 0
        for number in dict.fromkeys((self.sender.number, f"{WHATSAPP_PREFIX}{self.sender.whatsapp_number}")):
            try:
                listed = await self.client.call(
                    self.client.rest.messages.list_async(to=number, date_sent_after=now - CATCH_UP_BACK, limit=CATCH_UP_LIMIT)
                )
            except (NotNow, Refused, Uncertain) as error:
                log.warning("twilio_catch_up_failed", channel=split(number)[0], code=error.code)
                continue
            for message in reversed(listed):
                if message.direction == "inbound" and message.date_created and message.date_created <= now - CATCH_UP_AFTER:
                    count += await self._take_missed(
                        {
                            "MessageSid": message.sid,
                            "From": message.from_,
                            "To": message.to,
                            "Body": message.body or "",
                            "NumMedia": message.num_media or "0",
                        }
                    )
        if count:
            CAUGHT_UP.inc(count)
            log.warning("twilio_messages_caught_up", messages=count, remedy="Check the webhook in Twilio's console.")
        return count

    async def _take_missed(self, form: Mapping[str, str]) -> bool:
        inbound = read(form, vault=self.vault, now=self.frontdoor.clock())
        if await self.frontdoor.knows(inbound):
            return False
        await self.frontdoor.receive(inbound)
        return True

    async def _genuine_form(self, request: web.Request) -> MultiDict[str] | web.Response:
        """Return the fields of a call that Twilio signed, or the refusal."""
        if request.content_type != FORM:
            return _refused(415, "unsupported_media_type", f"The body must be {FORM}.")
        try:
            fields = parse_qsl((await body(request, limit=MAX_BODY)).decode(), keep_blank_values=True, max_num_fields=MAX_FIELDS)
        except ValueError:
            return _refused(400, "bad_request", "The body is no form in UTF-8.")
        form: MultiDict[str] = MultiDict(fields)
        signature = only(request, SIGNATURE_HEADER)
        url = f"{self.settings.public_url}{request.raw_path}"
        if not signature or not any(validator.validate(url, form, signature) for validator in self._validators):
            return _refused(403, "forbidden", "The signature is missing or wrong.")
        if form.get("AccountSid") != self.settings.twilio_account_sid:
            return _refused(403, "forbidden", "The account is another one.")
        return form


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 16


def _twiml(response: MessagingResponse) -> web.Response:
    return web.Response(text=str(response), content_type="text/xml")


def _refused(status: int, code: str, message: str) -> web.Response:
    REFUSED.labels(TWILIO.name, code).inc()
    return problem(status, code, message)
