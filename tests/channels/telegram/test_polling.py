"""A machine without a public address: fetches updates, loses none, repeats none."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from bot.channels.telegram import polling as telegram_polling
from bot.storage.database import DatabaseUnavailable
from tests.channels.conftest import CHAT, Build, Town, payload


@pytest.fixture
async def polling(build_town: Build, monkeypatch: pytest.MonkeyPatch) -> Town:
    monkeypatch.setattr(telegram_polling, "FIRST_PAUSE", 0.0)
    monkeypatch.setattr(telegram_polling, "LONGEST_PAUSE", 0.0)
    town: Town = await build_town(telegram_polling=True, telegram_secret_token=None)
    return town


async def until(town: Town, calls: int) -> None:
    """Wait until Telegram was asked for updates so many times."""
    async with asyncio.timeout(10):
        while len(town.telegram.called("getUpdates")) < calls:
            await town.telegram.arrived()


async def test_waiting_messages_are_fetched_answered_and_confirmed(polling: Town) -> None:
    polling.telegram.bring(payload("telegram/text"))
    await polling.messengers.start()
    await until(polling, 2)
    await polling.settle()
    assert len(polling.telegram.texts(CHAT)) == 1
    assert polling.telegram.called("getUpdates")[1]["offset"] == "10002"
    assert polling.telegram.updates == []


async def test_a_webhook_that_was_set_once_is_removed_because_it_would_keep_the_messages(polling: Town) -> None:
    polling.telegram.webhook = {"url": "https://old.example.org"}
    polling.telegram.bring(payload("telegram/text"))
    await polling.messengers.start()
    await until(polling, 2)
    await polling.settle()
    assert len(polling.telegram.texts(CHAT)) == 1


async def test_an_update_is_confirmed_only_after_it_was_stored(polling: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    original = polling.program.frontdoor.accept
    failures = [DatabaseUnavailable("away"), DatabaseUnavailable("away")]

    async def accept(inbound: Any) -> Any:
        if failures:
            raise failures.pop()
        return await original(inbound)

    monkeypatch.setattr(polling.program.frontdoor, "accept", accept)
    polling.telegram.bring(payload("telegram/text"))
    await polling.messengers.start()
    await until(polling, 4)
    await polling.settle()
    assert len(polling.telegram.texts(CHAT)) == 1


async def test_failures_of_telegram_are_outlived(polling: Town) -> None:
    polling.telegram.misbehaviours.plan("getUpdates", "status", status=502)
    polling.telegram.misbehaviours.plan("getUpdates", "reset")
    polling.telegram.misbehaviours.plan("getUpdates", "status", status=409)
    polling.telegram.misbehaviours.plan("getUpdates", "garbage")
    polling.telegram.bring(payload("telegram/text"))
    await polling.messengers.start()
    await until(polling, 6)
    await polling.settle()
    assert len(polling.telegram.texts(CHAT)) == 1


async def test_without_a_secret_the_webhook_takes_nothing(polling: Town) -> None:
    response = await polling.client.post("/telegram/webhook", json=payload("telegram/text"))
    assert response.status == 403
