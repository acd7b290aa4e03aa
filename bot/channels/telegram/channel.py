"""Telegram: takes updates by webhook or long polling, answers in the background, and keeps the chat tidy."""

from __future__ import annotations

import asyncio
import hmac
import json
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Any, Final

import structlog
from aiohttp import web
from prometheus_client import Counter
from telegram import Update
from telegram.constants import ChatAction
from telegram.error import TelegramError

from bot.channels.telegram.delivery import MAX_LENGTH, TelegramClient, TelegramSender
from bot.channels.telegram.polling import poll
from bot.channels.telegram.updates import CHANNEL, FromGroup, FromPerson, Membership, Press, UnreadableUpdate, read
from bot.http.bodies import body, only
from bot.http.errors import errors_as_json, problem
from bot.http.webhooks import REFUSED
from bot.messages import LANGUAGES
from bot.runtime.background import Background, beside
from bot.storage.receipts import Replayed

if TYPE_CHECKING:
    from bot.program import Program

log = structlog.get_logger()

SECRET_HEADER: Final = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - its name, not the secret
MAX_BODY: Final = 256 * 1024  # bytes; an update with the longest text and a large keyboard has some 40 kB
TYPING_AFTER: Final = 1.0  # seconds that an answer may take before the chat shows that one is coming
TYPING_AGAIN: Final = 4.5  # Telegram shows it for five
CLOSE_PATIENCE: Final = 8.0

COURTESIES_FAILED = Counter("frontdoor_telegram_courtesies_failed", "Calls that only tidy a chat and failed, by kind.", ["kind"])


class Telegram:
    """The channel; its replies go out through the outbox with `sender`."""

    def __init__(self, program: Program) -> None:
        self.settings = program.settings
        self.frontdoor = program.frontdoor
        self.vault = program.vault
        self.wording = program.wording
        self.client = TelegramClient(program.settings)
        self.sender = TelegramSender(self.client.bot, program.wording)
        self.tasks = Background()
        self._polling: asyncio.Task[None] | None = None

    def application(self) -> web.Application:
        """Return the webhook, to be mounted at the provider's prefix."""
        app = web.Application(middlewares=[errors_as_json])
        app.router.add_post("/webhook", self.webhook)
        return app

    async def start(self) -> None:
        """Begin to fetch updates, where the settings say so."""
        if self.settings.telegram_polling:
            self._polling = asyncio.create_task(poll(self.client.bot, self.handle), name="telegram polling")

    async def catch_up(self) -> None:
        """Do nothing: Telegram keeps updates until they are taken."""

    async def finish(self) -> None:
        """Stop fetching, and finish what was taken."""
        if self._polling is not None:
            self._polling.cancel()
            with suppress(asyncio.CancelledError):
                await self._polling
        await self.tasks.close(patience=CLOSE_PATIENCE)

    async def close(self) -> None:
        """Close the connections."""
        await self.client.close()

    async def webhook(self, request: web.Request) -> web.Response:
        """Take one update: verify, store, answer Telegram; the person is answered afterwards."""
        expected = self.settings.telegram_secret_token
        given = only(request, SECRET_HEADER)
        if expected is None or not hmac.compare_digest(given.encode(), expected.get_secret_value().encode()):
            return _refused(403, "forbidden", "The secret token is missing or wrong.")
        try:
            update = _update(json.loads(await body(request, limit=MAX_BODY)))
        except (ValueError, RecursionError):
            return _refused(400, "bad_request", "The body must be an update as Telegram sends it.")
        try:
            await self.handle(update)
        except UnreadableUpdate:
            return _refused(400, "bad_request", "The body must be an update as Telegram sends it.")
        return web.Response()

    async def handle(self, update: Update) -> None:
        """Store what an update brings, and answer it in the background; the same update again does nothing new.

        Raises UnreadableUpdate.
        """
        match read(update, vault=self.vault, now=self.frontdoor.clock()):
            case FromPerson() as message:
                if message.press is not None:
                    self.tasks.start(self._acknowledge(message.press))
                try:
                    conversation_id, message_id = await self.frontdoor.accept(message.inbound)
                except Replayed:
                    return
                self.tasks.start(self._answer(message, conversation_id, message_id))
            case FromGroup(chat_id=chat_id) if chat_id == self.settings.alarm_telegram_chat:
                pass  # the staff's own chat, where alarms go
            case FromGroup() as group:
                self.tasks.start(self._leave(group))
            case Membership() as change:
                await self.frontdoor.set_reachable(
                    channel=CHANNEL, pseudonym=change.pseudonym, reachable="blocked" if change.blocked else "yes"
                )
            case None:
                pass

    async def _answer(self, message: FromPerson, conversation_id: str, message_id: str) -> None:
        async with self._typing(message.inbound.address):
            await self.frontdoor.answer(conversation_id, message_id)

    @asynccontextmanager
    async def _typing(self, address: str | None) -> AsyncIterator[None]:
        async def show() -> None:
            await asyncio.sleep(TYPING_AFTER)
            while address is not None:
                await _courtesy("typing", self.client.bot.send_chat_action(chat_id=int(address), action=ChatAction.TYPING))
                await asyncio.sleep(TYPING_AGAIN)

        async with beside(show(), "typing"):
            yield

    async def _acknowledge(self, press: Press) -> None:
        """Stop the button's clock, and show in place of the keyboard what was chosen."""
        bot = self.client.bot
        await _courtesy("answer", bot.answer_callback_query(press.query_id))
        chosen = f"{press.text}\n\n✓ {press.title}" if press.text and press.title else ""
        if chosen and len(chosen) < MAX_LENGTH // 2:
            await _courtesy("edit", bot.edit_message_text(chosen, chat_id=press.chat_id, message_id=press.message_id))
        else:
            await _courtesy("edit", bot.edit_message_reply_markup(chat_id=press.chat_id, message_id=press.message_id))

    async def _leave(self, group: FromGroup) -> None:
        """Say in a group that we answer in private only, and leave: what people write there is read by others."""
        language = group.language if group.language in LANGUAGES else self.settings.default_language
        text = self.wording.text("group_refused", language)
        await _courtesy("group", self.client.bot.send_message(chat_id=group.chat_id, text=text))
        await _courtesy("leave", self.client.bot.leave_chat(chat_id=group.chat_id))


def _update(data: Any) -> Update:
    if not isinstance(data, dict) or type(data.get("update_id")) is not int:
        raise ValueError("no update")
    try:
        return Update.de_json(data, None)
    except Exception as error:  # the library raises whatever a malformed field leads to
        raise ValueError("unreadable update") from error


def _refused(status: int, code: str, message: str) -> web.Response:
    REFUSED.labels(CHANNEL, code).inc()
    return problem(status, code, message)


async def _courtesy(kind: str, call: Awaitable[object]) -> None:
    """Do something that makes a chat nicer and that nobody misses when it fails."""
    try:
        await call
    except TelegramError as error:
        COURTESIES_FAILED.labels(kind).inc()
        log.info("telegram_courtesy_failed", kind=kind, error=type(error).__name__)
