"""The web chat's interface against its own description, with inputs that nobody thought of."""

import asyncio
import threading
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import requests
import schemathesis
from aiohttp.test_utils import TestServer
from hypothesis import HealthCheck, assume, given, settings
from schemathesis import GenerationMode

from bot.channels.webchat.networks import FORWARDED
from bot.channels.webchat.schema import describe
from bot.conversation.frontdoor import MAX_TEXT
from bot.language.normalise import printable
from bot.server import application
from tests.support import PlainAssistant, open_program

EXAMPLES = 40  # of each operation


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


class Visitors:
    """People who come each from a network of their own, as a proxy tells: the door slows down whoever comes often from one."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.session = requests.Session()
        self._networks = count()

    def network(self) -> dict[str, str]:
        """Return what a proxy says of one who was not here before."""
        high, low = divmod(next(self._networks), 256)
        return {FORWARDED: f"{11 + high}.{low}.0.1"}

    def token(self, network: dict[str, str]) -> dict[str, str]:
        """Open a conversation, and return how one says that it is one's own."""
        opened = self.session.post(f"{self.address}/chat/conversations", headers=network, timeout=10)
        return {"Authorization": f"Bearer {opened.json()['token']}"}


@pytest.fixture(scope="module")
def visitors(address: str) -> Visitors:
    return Visitors(address)


@pytest.fixture(scope="module")
def described(address: str) -> Any:
    config = schemathesis.Config.from_dict({"checks": {"negative_data_rejection": {"expected-statuses": [400, 404, 413, 422]}}})
    return schemathesis.openapi.from_url(f"{address}/chat/openapi.json", config=config).exclude(path="/chat/events")


def test_every_answer_is_one_that_the_document_describes(described: Any, visitors: Visitors) -> None:
    operations = [result.ok() for result in described.get_all_operations()]
    expected = {"POST /chat/conversations", "DELETE /chat/conversations", "POST /chat/messages", "GET /chat/messages"}
    assert expected <= {operation.label for operation in operations}
    for operation in operations:
        examples = EXAMPLES if operation.body or operation.query else 5  # else they differ in nothing but the conversation

        @given(case=operation.as_strategy())
        @settings(max_examples=examples, deadline=None, database=None, suppress_health_check=list(HealthCheck))
        def answers_as_described(case: Any) -> None:
            network = visitors.network()
            case.call_and_validate(headers=network | visitors.token(network), session=visitors.session)

        answers_as_described()


def fits_as_it_is_stored(body: object) -> bool:
    """Say whether a text is too long only by what is not kept of it, as the document tells: nobody is sent away for that."""
    text = body.get("text") if isinstance(body, dict) else None
    return isinstance(text, str) and len(printable(text)) <= MAX_TEXT < len(text)


def test_what_the_document_forbids_is_refused(described: Any, visitors: Visitors) -> None:
    operations = [operation for result in described.get_all_operations() if (operation := result.ok()).body or operation.query]
    expected = {"POST /chat/conversations", "POST /chat/messages", "GET /chat/messages", "POST /chat/return"}
    assert {operation.label for operation in operations} == expected
    token = visitors.token(visitors.network())
    for operation in operations:

        @given(case=operation.as_strategy(GenerationMode.NEGATIVE, headers=token))
        @settings(max_examples=EXAMPLES, deadline=None, database=None, suppress_health_check=list(HealthCheck))
        def is_refused(case: Any) -> None:
            assume(not fits_as_it_is_stored(case.body))
            case.call_and_validate(headers=visitors.network(), session=visitors.session)

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
