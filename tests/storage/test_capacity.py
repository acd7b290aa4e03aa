"""A disk that fills is told of early, seen when it is full, and kept for those who are in the middle of a conversation."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from aiohttp.test_utils import TestClient
from sqlalchemy import event
from structlog.testing import capture_logs

from bot.__main__ import main
from bot.commands.checks import machine
from bot.program import Program
from bot.server import application
from bot.storage.capacity import MEGABYTE, Disk

MOSTLY, FULL = Disk(0.81, 2_000 * MEGABYTE), Disk(0.99, 100 * MEGABYTE)


@pytest.fixture
async def client(program: Program, aiohttp_client: Callable[..., Any]) -> TestClient[Any, Any]:
    return await aiohttp_client(application(program))


def fill(program: Program) -> None:
    """Let SQLite's file not grow any more, as on a full disk: it says "database or disk is full"."""

    def no_more_pages(connection: Any, *_: Any) -> None:
        connection.execute("PRAGMA max_page_count=1")

    event.listen(program.database.engine.sync_engine, "checkout", no_more_pages)


async def test_a_database_that_answers_and_takes_no_writing_is_not_ready(program: Program, client: TestClient[Any, Any]) -> None:
    fill(program)
    await program.database.ping()
    with capture_logs() as told:
        answer = await client.get("/health/ready")
    assert (answer.status, (await answer.json())["parts"]["database"]) == (503, False)
    assert [line["event"] for line in told] == ["database_takes_no_writing"]


async def test_it_is_written_once_however_many_ask(program: Program, client: TestClient[Any, Any]) -> None:
    written = []
    event.listen(program.database.engine.sync_engine, "commit", written.append)
    for _ in range(5):
        assert (await client.get("/health/ready")).status == 200
    assert len(written) == 1


async def test_the_operator_is_told_from_eighty_percent_on_and_once_an_hour(
    program: Program, client: TestClient[Any, Any]
) -> None:
    with capture_logs() as told:
        await program.capacity.look()
    assert not told
    program.capacity.look_at = lambda _: MOSTLY
    with capture_logs() as told:
        await program.capacity.look()
        await program.capacity.look()
    assert [(line["event"], line["used"], line["free_mb"]) for line in told] == [("disk_filling", 0.81, 2000)]
    answer = await client.get("/health/ready")
    assert (answer.status, (await answer.json())["disk"]) == (200, {"used": 0.81, "filling": True})


async def test_near_the_end_open_conversations_go_on_and_no_new_ones_begin(
    program: Program, client: TestClient[Any, Any]
) -> None:
    token = (await (await client.post("/chat/conversations")).json())["token"]
    program.capacity.look_at = lambda _: FULL
    refused = await client.post("/chat/conversations")
    assert (refused.status, (await refused.json())["error"]["code"]) == (503, "full")
    assert "22 628 01 20" in await refused.text()
    headers = {"Authorization": f"Bearer {token}"}
    said = await client.post("/chat/messages", json={"message_id": "1", "text": "zabrał mi paszport"}, headers=headers)
    assert said.status == 200


def test_check_says_how_full_the_disk_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    monkeypatch.setattr(machine, "disk_of", lambda _: MOSTLY)
    main(["check"])
    assert "missing  disk" in capsys.readouterr().out
