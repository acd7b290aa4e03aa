"""What an operator does with `python -m bot telegram`, and what they read."""

from __future__ import annotations

import pytest

from bot.channels.telegram_setup import TelegramNotReady, set_webhook, webhook_state
from bot.channels.telegram_updates import ALLOWED_UPDATES
from bot.messages import LANGUAGES
from tests.channels.conftest import SECRET, Town


async def set_up(town: Town, **changes: object) -> str:
    assert town.messengers.telegram is not None
    settings = town.program.settings.model_copy(update=changes)
    return await set_webhook(town.messengers.telegram.client.bot, settings, town.program.wording)


async def told(town: Town) -> list[str]:
    assert town.messengers.telegram is not None
    return list((await webhook_state(town.messengers.telegram.client.bot, town.program.settings)).sentences())


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


async def test_info_says_whether_the_webhook_is_ours(town: Town) -> None:
    assert "No webhook is set" in " ".join(await told(town))
    await set_up(town)
    assert "as the settings say" in " ".join(await told(town))
    town.telegram.webhook["url"] = "https://elsewhere.example.org/x"
    assert "Run set-webhook" in " ".join(await told(town))
