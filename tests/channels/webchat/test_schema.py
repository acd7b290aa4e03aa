"""The web chat's interface against its own description, with inputs that nobody thought of."""

import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
import schemathesis
from aiohttp.test_utils import TestServer
from hypothesis import HealthCheck, given, settings

from bot.server import application
from tests.support import PlainAssistant, open_program


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder: Path = tmp_path_factory.mktemp("server")
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, daemon=True).start()

    async def start() -> tuple[Any, TestServer]:
        program = await open_program(folder, PlainAssistant())
        server = TestServer(application(program))
        await server.start_server()
        return program, server

    program, server = asyncio.run_coroutine_threadsafe(start(), loop).result()
    yield str(server.make_url(""))
    asyncio.run_coroutine_threadsafe(server.close(), loop).result()
    asyncio.run_coroutine_threadsafe(program.close(), loop).result()
    loop.call_soon_threadsafe(loop.stop)


@pytest.fixture(scope="module")
def described(address: str) -> Any:
    return schemathesis.openapi.from_url(f"{address}/chat/openapi.json").exclude(path="/chat/events")


def test_every_answer_is_one_that_the_document_describes(described: Any, address: str) -> None:
    operations = [result.ok() for result in described.get_all_operations()]
    expected = {"POST /chat/conversations", "DELETE /chat/conversations", "POST /chat/messages", "GET /chat/messages"}
    assert expected <= {operation.label for operation in operations}
    for operation in operations:

        @given(case=operation.as_strategy())
        @settings(max_examples=25, deadline=None, database=None, suppress_health_check=list(HealthCheck))
        def answers_as_described(case: Any) -> None:
            token = requests.post(f"{address}/chat/conversations", timeout=10).json()["token"]
            case.call_and_validate(headers={"Authorization": f"Bearer {token}"})

        answers_as_described()
