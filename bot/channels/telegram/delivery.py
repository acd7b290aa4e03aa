"""How replies get to Telegram: rendering, sending, and what its errors mean."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import batched
from typing import Final

import httpx
import structlog
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, LinkPreviewOptions
from telegram.error import BadRequest, ChatMigrated, Forbidden, InvalidToken, NetworkError, RetryAfter, TelegramError, TimedOut
from telegram.request import HTTPXRequest

from bot.delivery.outbound import CannotTell, NotNow, Outbound, Refused, Uncertain
from bot.delivery.provider_erasures import ProviderErasure
from bot.delivery.segments import fit, utf16_length
from bot.language.wording import Wording
from bot.messages import Button, Reply
from bot.settings import Settings

log = structlog.get_logger()

MAX_LENGTH: Final = 4096  # UTF-16 code units of one message
CONNECT_SECONDS: Final = 5.0
READ_SECONDS: Final = 20.0  # generous: an answer that comes too late means that somebody may get a message twice
# Telegram says nothing afterwards about a message whose answer was lost. A text that comes twice is a nuisance, one that never
# comes may be the one with the number: so it is sent again, a few times at growing distance.
RESENDS: Final = 3
WIDE_TITLE: Final = 14  # characters: longer titles get a row of their own
MANY_BUTTONS: Final = 9
TOKEN_PAUSE: Final = timedelta(minutes=1)
DELETE_AT_ONCE: Final = 100  # Telegram's limit
DELETABLE: Final = timedelta(hours=48)  # of deleteMessage: "can only be deleted if it was sent less than 48 hours ago"
CONFIRMATION_SENDS: Final = 2


class TelegramClient:
    """The library's client with connections of ours; it opens none before it is used, and asks nothing at start."""

    def __init__(self, settings: Settings) -> None:
        if settings.telegram_bot_token is None:
            raise ValueError("TELEGRAM_BOT_TOKEN is not set.")
        self._requests = (
            HTTPXRequest(connect_timeout=CONNECT_SECONDS, read_timeout=READ_SECONDS, pool_timeout=CONNECT_SECONDS),
            HTTPXRequest(connection_pool_size=1, connect_timeout=CONNECT_SECONDS, read_timeout=READ_SECONDS),
        )
        self.bot = Bot(
            settings.telegram_bot_token.get_secret_value(),
            base_url=f"{settings.telegram_api_base.rstrip('/')}/bot",
            request=self._requests[0],
            get_updates_request=self._requests[1],
        )

    async def close(self) -> None:
        """Close the connections."""
        for request in self._requests:
            await request.shutdown()


def keyboard(buttons: Sequence[Button]) -> InlineKeyboardMarkup | None:
    """Return buttons in rows: three to a row when there are many, two when titles are short, else one."""
    if not buttons:
        return None
    short = all(len(button.title) <= WIDE_TITLE for button in buttons)
    width = 3 if len(buttons) > MANY_BUTTONS else 2 if short else 1
    keys = [InlineKeyboardButton(button.title, callback_data=button.value) for button in buttons]
    return InlineKeyboardMarkup(list(batched(keys, width, strict=False)))


class TelegramSender:
    """Sends what the outbox holds for Telegram, and erases there what was erased here."""

    needs_address = True

    def __init__(self, bot: Bot, wording: Wording) -> None:
        self.bot = bot
        self.wording = wording

    def parts(self, outbound: Outbound) -> int:
        """Return how many messages a reply needs."""
        return len(_pieces(outbound.reply.text))

    async def send(self, outbound: Outbound) -> str:
        """Send a part; the keyboard hangs on the last one."""
        pieces = _pieces(outbound.reply.text)
        last = outbound.part == len(pieces) - 1
        return await self.say_text(
            outbound.address,
            pieces[outbound.part],
            outbound.reply.buttons if last and not outbound.quiet else (),
            silently=outbound.quiet,
        )

    async def look_up(self, outbound: Outbound) -> str | None:
        """Say whether a message may go once more: Telegram keeps no list that a bot could read."""
        if outbound.uncertain > RESENDS:
            raise CannotTell
        return None

    async def say_text(self, address: str, text: str, buttons: Sequence[Button] = (), *, silently: bool = False) -> str:
        """Send a text and return its message id; raises NotNow, Refused or Uncertain."""
        try:
            message = await self.bot.send_message(
                chat_id=int(address),
                text=text,
                reply_markup=keyboard(buttons),
                link_preview_options=LinkPreviewOptions(is_disabled=True),  # a preview would fetch and show what a text links to
                disable_notification=silently or None,
            )
        except TelegramError as error:
            raise as_problem(error) from None
        return str(message.message_id)

    def speaks_next(self, erasure: ProviderErasure) -> bool:
        """Say whether only texts are left: what is gone is said when it is."""
        return not erasure.traces

    async def say(self, erasure: ProviderErasure, now: datetime) -> ProviderErasure:
        """Send the next text of an erasure; one whose answer got lost is sent once more, not for ever."""
        left = replace(erasure, replies=erasure.replies[1:], doubts=0)
        if erasure.doubts > CONFIRMATION_SENDS or erasure.address is None:
            return left
        try:
            await self.say_text(erasure.address, erasure.replies[0].text, silently=erasure.quiet)
        except Refused:
            return replace(left, replies=())
        return left

    async def delete(self, erasure: ProviderErasure, now: datetime) -> ProviderErasure:
        """Delete messages of both sides from the chat; where Telegram does not let us, the person is told."""
        some = erasure.traces[:DELETE_AT_ONCE]
        young = [int(trace.message_id) for trace in some if now - trace.at < DELETABLE]
        all_gone = len(young) == len(some)
        if young and erasure.address is not None:
            all_gone = await self._delete(erasure.address, young) and all_gone
        replies = erasure.replies
        told = Reply(text=self.wording.text("erased_elsewhere", erasure.language), language=erasure.language)
        if not all_gone and replies and told not in replies:
            replies = (*replies, told)
        return replace(erasure, traces=erasure.traces[DELETE_AT_ONCE:], replies=replies)

    async def _delete(self, address: str, numbers: Sequence[int]) -> bool:
        """Delete messages, or as many of them as Telegram lets us: one that it refuses makes it refuse them all."""
        try:
            await self.bot.delete_messages(chat_id=int(address), message_ids=list(numbers))
        except TelegramError as error:
            problem = as_problem(error)
            if not isinstance(problem, Refused):
                raise problem from None
            if problem.reachable is not None or len(numbers) == 1:
                return False
            middle = len(numbers) // 2
            halves = [await self._delete(address, half) for half in (numbers[:middle], numbers[middle:])]
            return all(halves)
        return True


def _pieces(text: str) -> list[str]:
    return fit(text, fits=lambda piece: utf16_length(piece) <= MAX_LENGTH)


def as_problem(error: TelegramError) -> NotNow | Refused | Uncertain:
    """Return what an error means for a delivery; never with the error's text, which may hold a chat id."""
    match error:
        case RetryAfter():
            return NotNow("429", wait=error._retry_after, everybody=True)  # the public property changes its type between releases
        case Forbidden():
            gone = "deactivated" in error.message.lower() or "initiate conversation" in error.message.lower()
            return Refused("403", reachable="gone" if gone else "blocked")
        case BadRequest():
            lost = "chat not found" in error.message.lower() or "user not found" in error.message.lower()
            return Refused("chat_not_found", reachable="gone") if lost else Refused("400")
        case ChatMigrated():
            return Refused("migrated", reachable="gone")
        case InvalidToken():
            log.error("telegram_token_refused", remedy="Check TELEGRAM_BOT_TOKEN; replies wait meanwhile.")
            return NotNow("token", wait=TOKEN_PAUSE, everybody=True)
        case TimedOut() | NetworkError():
            return _network_problem(error)
        case _:
            return Uncertain("unreadable_answer")


def _network_problem(error: NetworkError) -> NotNow | Uncertain:
    cause = error.__cause__
    if isinstance(cause, httpx.ConnectError | httpx.ConnectTimeout | httpx.PoolTimeout | httpx.ProxyError):
        return NotNow("no_connection")
    if isinstance(cause, httpx.HTTPError):
        return Uncertain("timeout" if isinstance(cause, httpx.TimeoutException) else "connection_lost")
    if cause is None:  # an HTTP status: Telegram itself says that it failed
        return NotNow("5xx")
    return Uncertain("unreadable_answer")
