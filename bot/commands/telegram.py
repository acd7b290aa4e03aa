"""`telegram`: tell Telegram where messages go, ask how things stand, or fetch messages without a public address."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Awaitable, Callable
from typing import Any

from bot.runtime.logs import configure_logs
from bot.settings import Settings, load_settings


def register(commands: Any) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "telegram",
        help="connect the Telegram bot",
        description="Sets or removes the webhook, shows what Telegram says about it, or fetches messages by long polling.",
    )
    what = parser.add_subparsers(dest="what", required=True, metavar="WHAT")
    what.add_parser("set-webhook", help="send Telegram's messages to PUBLIC_URL and fill the bot's menu").set_defaults(act=_set)
    what.add_parser("info", help="show what Telegram says about the webhook").set_defaults(act=_info)
    what.add_parser("delete-webhook", help="let Telegram keep the messages until they are fetched").set_defaults(act=_delete)
    what.add_parser("poll", help="run without a public address: fetch messages and answer them").set_defaults(act=None)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Do what was asked for; 1 when a setting is missing or Telegram refuses."""
    from telegram.error import InvalidToken, TelegramError  # noqa: PLC0415 - only this command needs the library

    from bot.channels.telegram.setup import TelegramNotReady  # noqa: PLC0415

    settings = load_settings()
    configure_logs(settings.log_level)
    if settings.telegram_bot_token is None:
        print("TELEGRAM_BOT_TOKEN is not set. Get one from @BotFather in Telegram.", file=sys.stderr)
        return 1
    if options.act is None:
        from bot.channels.messengers import serve_polling  # noqa: PLC0415 - brings the whole program

        return serve_polling(settings)
    try:
        asyncio.run(_with_bot(settings, options.act))
    except TelegramNotReady as problem:
        print(problem, file=sys.stderr)
    except InvalidToken:
        print("Telegram does not know this token. Compare TELEGRAM_BOT_TOKEN with what @BotFather shows.", file=sys.stderr)
    except TelegramError as problem:
        print(f"Telegram could not be asked or refused ({type(problem).__name__}: {problem.message}).", file=sys.stderr)
    else:
        return 0
    return 1


async def _with_bot(settings: Settings, act: Callable[[Any, Settings], Awaitable[None]]) -> None:
    from bot.channels.telegram.delivery import TelegramClient  # noqa: PLC0415

    client = TelegramClient(settings)
    try:
        await act(client.bot, settings)
    finally:
        await client.close()


async def _set(bot: Any, settings: Settings) -> None:
    from bot.channels.telegram.setup import set_webhook  # noqa: PLC0415
    from bot.language.wording import Wording  # noqa: PLC0415

    url = await set_webhook(bot, settings, Wording.load())
    print(f"Telegram sends messages to {url} now, and the bot's menu is filled. Write to the bot to see it answer.")


async def _info(bot: Any, settings: Settings) -> None:
    from bot.channels.telegram.setup import webhook_state  # noqa: PLC0415

    for sentence in (await webhook_state(bot, settings)).sentences():
        print(sentence)


async def _delete(bot: Any, settings: Settings) -> None:
    del settings
    await bot.delete_webhook()
    print("The webhook is removed. Telegram keeps messages for up to a day, until they are fetched.")
