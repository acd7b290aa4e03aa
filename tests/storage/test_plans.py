"""No statement of a message's turn reads through a table that grows with the people who write: a full database answers as an empty one."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any, Final

import pytest
from aiohttp.test_utils import TestClient, TestServer
from sqlalchemy import event, text

from bot.program import Program
from bot.server import application
from bot.storage.tables import Table
from tests.conversation.test_frontdoor import inbound
from tests.delivery.dispatching import Channel, make_dispatcher

# What staff make, a few hundred rows at most: whole tables of them are read on purpose.
OF_STAFF: Final = {"answer_edition", "answer_switches", "corrections", "written_answers"}
ALIAS: Final = re.compile(r"\b(\w+) AS (\w+)")
SCAN: Final = re.compile(r"SCAN (\w+)")


@pytest.fixture
def asked(program: Program) -> dict[str, Any]:
    """Collect the statements that are asked, with the last values of each."""
    told: dict[str, Any] = {}

    def note(_one: object, _two: object, statement: str, values: Any, *_: object) -> None:
        told[statement] = values[0] if isinstance(values, list) else values

    for engine in (program.database.readers, program.database.engine):
        event.listen(engine.sync_engine, "before_cursor_execute", note)
    return told


def scanned(statement: str, plan: str) -> set[str]:
    """Return the tables that a plan reads from end to end."""
    names = {alias: table for table, alias in ALIAS.findall(statement)}
    return {names.get(name, name) for name in SCAN.findall(plan)} & set(Table.metadata.tables)


async def test_a_turn_on_each_kind_of_channel_scans_no_table_that_grows(program: Program, asked: dict[str, Any]) -> None:
    async with TestClient(TestServer(application(program))) as client:
        opened = await (await client.post("/chat/conversations", json={"language": "pl"})).json()
        headers = {"Authorization": f"Bearer {opened['token']}"}
        for number, said in enumerate(("dzień dobry", "zabrał mi paszport", "zamknęli mnie")):
            await client.post("/chat/messages", json={"message_id": f"m{number}", "text": said}, headers=headers)
        await client.get("/chat/messages", headers=headers)
    for channel in ("sms", "telegram"):
        for number, said in enumerate(("dzień dobry", "zabrał mi paszport", "jeszcze coś")):
            written = inbound(said, who=channel, channel=channel, number=f"{channel}{number}")
            await program.frontdoor.receive(replace(written, address="+48500100200"))
    await make_dispatcher(program, Channel()).deliver_due()
    statements = dict(asked)
    assert len(statements) > 20
    assert {"conversations", "messages", "handoffs", "outbox", "receipts", "spending", "day_counts"} <= {
        name for name in Table.metadata.tables if any(re.search(rf"\b{name}\b", statement) for statement in statements)
    }
    found = {}
    async with program.database.reading() as session:
        connection: Any = (await (await session.connection()).get_raw_connection()).driver_connection
        for statement, values in statements.items():
            plan = "\n".join(str(row[3]) for row in connection.execute(f"EXPLAIN QUERY PLAN {statement}", values))
            found[statement] = scanned(statement, plan) - OF_STAFF
    assert {statement: tables for statement, tables in found.items() if tables} == {}


async def test_a_statement_without_an_index_is_seen_as_a_scan(program: Program) -> None:
    statement = "SELECT count(*) FROM messages AS waiting WHERE waiting.author = 'bot'"
    async with program.database.reading() as session:
        plan = "\n".join(row[3] for row in await session.execute(text(f"EXPLAIN QUERY PLAN {statement}")))
    assert scanned(statement, plan) == {"messages"}
