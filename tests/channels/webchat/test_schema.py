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
from hypothesis import HealthCheck, assume, given, settings
from schemathesis import GenerationMode

from bot.channels.webchat.schema import describe
from bot.conversation.frontdoor import MAX_TEXT
from bot.language.normalise import printable
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
    config = schemathesis.Config.from_dict(
        {"checks": {"negative_data_rejection": {"expected-statuses": [400, 404, 413, 422, 429]}}}
    )
    return schemathesis.openapi.from_url(f"{address}/chat/openapi.json", config=config).exclude(path="/chat/events")


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


def fits_as_it_is_stored(body: object) -> bool:
    """Say whether a text is too long only by what is not kept of it, as the document tells: nobody is sent away for that."""
    text = body.get("text") if isinstance(body, dict) else None
    return isinstance(text, str) and len(printable(text)) <= MAX_TEXT < len(text)


def test_what_the_document_forbids_is_refused(described: Any, address: str) -> None:
    operations = [operation for result in described.get_all_operations() if (operation := result.ok()).body or operation.query]
    expected = {"POST /chat/conversations", "POST /chat/messages", "GET /chat/messages", "POST /chat/return"}
    assert {operation.label for operation in operations} == expected
    token = requests.post(f"{address}/chat/conversations", timeout=10).json()["token"]
    for operation in operations:

        @given(case=operation.as_strategy(GenerationMode.NEGATIVE, headers={"Authorization": f"Bearer {token}"}))
        @settings(max_examples=25, deadline=None, database=None, suppress_health_check=list(HealthCheck))
        def is_refused(case: Any) -> None:
            assume(not fits_as_it_is_stored(case.body))
            case.call_and_validate()

        is_refused()


def test_the_names_that_generated_clients_have_stay_when_classes_are_renamed() -> None:
    names = {
        "NewConversation",
        "NewMessage",
        "Answer",
        "News",
        "State",
        "OpenedConversation",
        "NewCode",
        "Return",
        "Returned",
        "ErrorOut",
    }
    assert describe()["components"]["schemas"].keys() >= names
