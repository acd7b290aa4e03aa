"""What an operator does with `python -m bot telegram`, and what they read."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Awaitable, Callable

import pytest
from pydantic import SecretStr

from bot.channels.telegram.channel import Telegram
from bot.channels.telegram.setup import TelegramNotReady, set_webhook, webhook_state
from bot.channels.telegram.updates import ALLOWED_UPDATES
from bot.commands import telegram as telegram_command
from bot.messages import LANGUAGES
from tests.channels.conftest import SECRET, Town

Command = Callable[..., Awaitable[int]]


async def set_up(town: Town, **changes: object) -> str:
    settings = town.program.settings.model_copy(update=changes)
    return await set_webhook(town.messengers.service(Telegram).client.bot, settings, town.program.wording)


async def told(town: Town) -> list[str]:
    return list((await webhook_state(town.messengers.service(Telegram).client.bot, town.program.settings)).sentences())


async def test_set_webhook_tells_telegram_the_address_the_secret_and_what_we_want_to_hear(town: Town) -> None:
    assert await set_up(town) == "https://help.example.org/telegram/webhook"
    assert town.telegram.webhook["secret_token"] == SECRET
    assert all(kind in town.telegram.webhook["allowed_updates"] for kind in ALLOWED_UPDATES)


async def test_the_menu_is_filled_in_every_language(town: Town) -> None:
    await set_up(town)
    assert set(town.telegram.commands) == {"", *LANGUAGES}
    assert all(len(titles) == 5 and all(titles) for titles in town.telegram.commands.values())


@pytest.mark.parametrize(
    "missing", [{"public_url": None}, {"public_url": "http://help.example.org"}, {"telegram_secret_token": None}]
)
async def test_an_incomplete_setting_is_named_and_nothing_is_set(town: Town, missing: dict[str, object]) -> None:
    with pytest.raises(TelegramNotReady, match=r"PUBLIC_URL|TELEGRAM_SECRET_TOKEN"):
        await set_up(town, **missing)
    assert town.telegram.webhook == {}


@pytest.fixture
def command(town: Town, monkeypatch: pytest.MonkeyPatch) -> Command:
    """Run `python -m bot telegram …` over the town's settings, as an operator does."""
    settings = town.program.settings

    async def run(*arguments: str, **changes: object) -> int:
        monkeypatch.setattr(telegram_command, "load_settings", lambda: settings.model_copy(update=changes))
        monkeypatch.setattr(telegram_command, "configure_logs", lambda _level: None)
        root = argparse.ArgumentParser()
        telegram_command.register(root.add_subparsers())
        options = root.parse_args(["telegram", *arguments])
        return int(await asyncio.to_thread(options.run, options))

    return run


async def test_the_commands_say_what_they_did(town: Town, command: Command, capsys: pytest.CaptureFixture[str]) -> None:
    assert await command("set-webhook") == 0
    assert "https://help.example.org/telegram/webhook" in capsys.readouterr().out
    assert town.telegram.webhook["secret_token"] == SECRET
    assert await command("info") == 0
    assert "as the settings say" in capsys.readouterr().out
    assert await command("delete-webhook") == 0
    assert town.telegram.webhook == {}


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"telegram_bot_token": None}, "TELEGRAM_BOT_TOKEN is not set"),
        ({"telegram_bot_token": SecretStr("999:wrong")}, "Telegram does not know this token"),
        ({"public_url": None}, "PUBLIC_URL must be set"),
        ({"telegram_api_base": "http://127.0.0.1:1"}, "could not be asked"),
    ],
)
async def test_a_command_that_cannot_be_done_says_why(
    command: Command, capsys: pytest.CaptureFixture[str], changes: dict[str, object], sentence: str
) -> None:
    assert await command("set-webhook", **changes) == 1
    told = capsys.readouterr().err
    assert sentence in told
    assert "wrong" not in told


async def test_info_says_whether_the_webhook_is_ours(town: Town) -> None:
    assert "No webhook is set" in " ".join(await told(town))
    await set_up(town)
    assert "as the settings say" in " ".join(await told(town))
    town.telegram.webhook["url"] = "https://elsewhere.example.org/x"
    assert "Run set-webhook" in " ".join(await told(town))
