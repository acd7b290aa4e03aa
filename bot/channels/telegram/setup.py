"""What an operator tells Telegram about the bot: where its updates go, and the commands in its menu."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from telegram import Bot, BotCommand, BotCommandScopeAllPrivateChats
from telegram.error import InvalidToken, TelegramError

from bot.channels.provider.contract import Probe
from bot.channels.telegram.delivery import TelegramClient
from bot.channels.telegram.traits import TELEGRAM, WEBHOOK_PATH
from bot.channels.telegram.updates import ALLOWED_UPDATES, COMMANDS
from bot.language.wording import LAST_RESORT, Wording
from bot.language.yaml_texts import read_values
from bot.messages import LANGUAGES
from bot.settings import Settings

START_TITLES: Final = Path(__file__).resolve().parents[3] / "nlu_data" / "telegram.yml"


class TelegramNotReady(Exception):
    """A setting that this needs is missing; the message names it."""


@dataclass(frozen=True)
class TelegramWebhook:
    """What Telegram says about our webhook."""

    name: str
    url: str
    expected_url: str | None
    waiting: int
    last_error: str | None
    last_error_at: datetime | None

    def sentences(self) -> Iterator[str]:
        """Yield what an operator should read."""
        yield f"The bot is @{self.name}."
        if not self.url:
            yield "No webhook is set: messages are fetched by polling, or not at all."
        elif self.url == self.expected_url:
            yield f"Updates go to {self.url}, as the settings say."
        else:
            yield f"Updates go to {self.url}, but the settings say {self.expected_url}. Run set-webhook."
        yield f"Waiting at Telegram: {self.waiting} updates."
        if self.last_error is not None and self.last_error_at is not None:
            yield f"Last failed call: {self.last_error_at:%Y-%m-%d %H:%M} UTC, {self.last_error}."


async def set_webhook(bot: Bot, settings: Settings, wording: Wording) -> str:
    """Tell Telegram where updates go and what the menu offers; returns the address. Raises TelegramNotReady."""
    if settings.public_url is None or not settings.public_url.startswith("https://"):
        raise TelegramNotReady("PUBLIC_URL must be set and begin with https://: Telegram calls nothing else.")
    if settings.telegram_secret_token is None:
        raise TelegramNotReady("TELEGRAM_SECRET_TOKEN must be set: without it anybody could pretend to be Telegram.")
    url = f"{settings.public_url}{WEBHOOK_PATH}"
    await bot.set_webhook(
        url=url, secret_token=settings.telegram_secret_token.get_secret_value(), allowed_updates=ALLOWED_UPDATES
    )
    await set_menu(bot, wording)
    return url


async def set_menu(bot: Bot, wording: Wording) -> None:
    """Put the commands into the bot's menu, in each language; English for everybody else."""
    starts: dict[str, str] = read_values(START_TITLES)
    scope = BotCommandScopeAllPrivateChats()
    for language in (None, *LANGUAGES):
        code = language or LAST_RESORT
        titles = {"start": starts[code]} | {name: wording.button(value[1:], code).title for name, value in COMMANDS.items()}
        commands = [BotCommand(name, title) for name, title in titles.items()]
        await bot.set_my_commands(commands, scope=scope, language_code=language)


async def webhook_state(bot: Bot, settings: Settings) -> TelegramWebhook:
    """Ask Telegram how things stand."""
    me, info = await bot.get_me(), await bot.get_webhook_info()
    at = info.last_error_date
    return TelegramWebhook(
        name=me.username or str(me.id),
        url=info.url,
        expected_url=f"{settings.public_url}{WEBHOOK_PATH}" if settings.public_url else None,
        waiting=info.pending_update_count,
        last_error=info.last_error_message,
        last_error_at=at.astimezone(UTC) if at is not None else None,
    )


async def probe(settings: Settings) -> Probe:
    """Ask Telegram whether it knows the bot, and where its updates go."""
    client = TelegramClient(settings)
    try:
        state = await webhook_state(client.bot, settings)
    except InvalidToken:
        return Probe(TELEGRAM.name, False, "Telegram does not know TELEGRAM_BOT_TOKEN. Compare it with what @BotFather shows.")
    except TelegramError as error:
        told = f"Telegram could not be asked ({type(error).__name__}). Is {settings.telegram_api_base} reachable?"
        return Probe(TELEGRAM.name, False, told)
    finally:
        await client.close()
    good = not state.url if settings.telegram_polling else bool(state.url) and state.url == state.expected_url
    return Probe(TELEGRAM.name, good, " ".join(state.sentences()))
