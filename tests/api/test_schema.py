"""The interface for cases against its own description, with inputs that nobody thought of."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from aiohttp import web
from aiohttp.test_utils import TestServer
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode

from bot.api.cases import CasesApi
from bot.api.limits import Limits
from bot.api.models import PREFIX, describe
from bot.api.tokens import Tokens
from bot.messages import Inbound
from bot.storage.audit import AuditLog
from tests.support import PlainAssistant, open_program


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str, str]]:
    """Serve the interface without its limit; yield address, token and the id of a case."""
    folder: Path = tmp_path_factory.mktemp("api")
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, daemon=True).start()

    async def start() -> tuple[Any, TestServer, str, str]:
        program = await open_program(folder, PlainAssistant())
        said = Inbound(channel="web", pseudonym="a", external_id="1", text="zabrał mi paszport", received_at=program.clock())
        await program.frontdoor.receive(said)
        async with program.database.transaction() as session:
            [(case, _)] = await program.queue.waiting(session)
            tokens = Tokens(program.vault, AuditLog(program.vault))
            token = await tokens.add(session, name="Aselo", writes=True, texts=True, by="test", now=program.clock())
        app = web.Application()
        app.add_subapp(PREFIX, CasesApi(program, limits=Limits(10**9)).application())
        server = TestServer(app)
        await server.start_server()
        return program, server, token, case.id

    program, server, token, case = asyncio.run_coroutine_threadsafe(start(), loop).result()
    yield str(server.make_url("")), token, case
    asyncio.run_coroutine_threadsafe(server.close(), loop).result()
    asyncio.run_coroutine_threadsafe(program.close(), loop).result()
    loop.call_soon_threadsafe(loop.stop)


def test_whatever_is_asked_the_answer_is_one_that_the_document_describes(served: tuple[str, str, str]) -> None:
    address, token, known = served
    described: Any = schemathesis.openapi.from_url(f"{address}{PREFIX}/openapi.json")
    operations = [result.ok() for result in described.get_all_operations()]
    assert len(operations) == 5
    for operation in operations:

        @given(case=operation.as_strategy())
        @settings(max_examples=40, deadline=None, database=None, suppress_health_check=list(HealthCheck))
        def answers_as_described(case: Any) -> None:
            if "case" in (case.path_parameters or {}):
                case.path_parameters["case"] = known  # a random id is hardly ever one that there is
            case.call_and_validate(headers={"Authorization": f"Bearer {token}"})

        answers_as_described()


def test_what_the_document_forbids_is_refused(served: tuple[str, str, str]) -> None:
    address, token, known = served
    described: Any = schemathesis.openapi.from_url(f"{address}{PREFIX}/openapi.json")
    operations = [operation for result in described.get_all_operations() if (operation := result.ok()).body or operation.query]
    assert len(operations) == 4
    kept = {"path_parameters": {"case": known}, "headers": {"Authorization": f"Bearer {token}"}}
    for operation in operations:

        @given(case=operation.as_strategy(GenerationMode.NEGATIVE, **kept))
        @settings(max_examples=25, deadline=None, database=None, suppress_health_check=list(HealthCheck))
        def is_refused(case: Any) -> None:
            case.call_and_validate()

        is_refused()


def test_the_names_that_generated_clients_have_stay_when_classes_are_renamed() -> None:
    assert describe()["components"]["schemas"].keys() >= {
        "Case",
        "Cases",
        "Message",
        "Messages",
        "Change",
        "Answer",
        "Sent",
        "ErrorOut",
    }
