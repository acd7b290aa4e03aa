"""The web chat over a real program, and a browser without scripts at it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from aiohttp.test_utils import TestClient, TestServer

from bot.program import Program
from bot.server import application
from tests.channels.webchat.plain_browser import Browser, Client


@pytest.fixture
async def client(program: Program) -> AsyncIterator[Client]:
    async with TestClient(TestServer(application(program))) as client:
        yield client


@pytest.fixture
async def browser(client: Client) -> Browser:
    browser = Browser(client)
    await browser.opens()
    return browser
