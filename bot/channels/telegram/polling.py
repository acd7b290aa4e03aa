"""Long polling: asks Telegram for updates, for a machine without a public address."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

import structlog
from telegram import Bot, Update
from telegram.error import Conflict, InvalidToken, RetryAfter, TelegramError

from bot.channels.telegram.updates import ALLOWED_UPDATES, UnreadableUpdate
from bot.storage.database import DatabaseUnavailable

log = structlog.get_logger()

PATIENCE: Final = 25  # seconds that Telegram holds a request open when there is nothing
FIRST_PAUSE: Final = 1.0
LONGEST_PAUSE: Final = 30.0


async def poll(bot: Bot, handle: Callable[[Update], Awaitable[None]], *, patience: int = PATIENCE) -> None:
    """Hand over updates until cancelled; one is confirmed to Telegram only after it was stored."""
    offset: int | None = None
    pause = FIRST_PAUSE
    webhook_removed = False
    while True:
        try:
            if not webhook_removed:
                await bot.delete_webhook()  # while one is set, Telegram answers no request for updates
                webhook_removed = True
            for update in await bot.get_updates(offset=offset, timeout=patience, allowed_updates=ALLOWED_UPDATES):
                try:
                    await handle(update)
                except UnreadableUpdate as error:  # left out: it would stand before all others for ever
                    log.error("telegram_update_unreadable", update=update.update_id, error=str(error))
                offset = update.update_id + 1
            pause = FIRST_PAUSE
            continue
        except RetryAfter as error:
            pause = max(pause, error._retry_after.total_seconds())
        except Conflict:
            log.error("telegram_polling_conflict", remedy="Another program fetches this bot's messages or set a webhook.")
            pause = LONGEST_PAUSE
        except InvalidToken:
            log.error("telegram_token_refused", remedy="Check TELEGRAM_BOT_TOKEN; no messages come in meanwhile.")
            pause = LONGEST_PAUSE
        except (TelegramError, DatabaseUnavailable) as error:
            log.warning("telegram_polling_interrupted", error=type(error).__name__)
        except Exception as error:  # whatever it was, people go on writing: ask again
            log.error("telegram_polling_broke", error=type(error).__name__, exc_info=error)
        await asyncio.sleep(pause)
        pause = min(pause * 2, LONGEST_PAUSE)
