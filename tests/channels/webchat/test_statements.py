"""How often one message of the web chat asks the database: each statement costs more than what it finds."""

from __future__ import annotations

import re
from typing import Any, Final

from aiohttp.test_utils import TestClient, TestServer
from sqlalchemy import event

from bot.program import Program
from bot.server import application

TABLE: Final = re.compile(r"(?:FROM|INTO|^UPDATE) (\w+)")
TOKEN: Final = ["read: SELECT conversations", "read: the end"]
TAKEN: Final = [
    "write: SELECT conversations",
    "write: SELECT messages",  # with it: whether it is known, and whether the hotline has a case
    "write: UPDATE conversations",
    "write: INSERT messages",
    "write: the end",
]
CONTEXT: Final = [
    "read: SELECT messages",  # whose turn it is, where the conversation stands, what may be answered, what was corrected
    "read: SELECT messages",  # what the program said last
    "read: the end",
]
AS_BEFORE: Final = ["write: SELECT conversations", "write: SELECT handoffs"]  # the lock; then the message, and the case
KEPT: Final = ["write: UPDATE conversations", "write: UPDATE messages", "write: INSERT messages"]
END: Final = ["write: the end"]


def asked(statement: str) -> str:
    """Return what a statement does, and the first table that it names."""
    table = TABLE.search(statement)
    return f"{statement.split(maxsplit=1)[0]} {table[1] if table is not None else ''}".strip()


async def test_one_message_asks_the_database_as_often_as_this(program: Program) -> None:
    told: list[str] = []

    def watch(who: str, engine: Any) -> None:
        event.listen(
            engine.sync_engine,
            "before_cursor_execute",
            lambda _one, _two, statement, *_: told.append(f"{who}: {asked(statement)}"),
        )
        event.listen(engine.sync_engine, "commit", lambda _: told.append(f"{who}: the end"))

    watch("read", program.database.readers)
    watch("write", program.database.engine)
    async with TestClient(TestServer(application(program))) as client:
        opened = await (await client.post("/chat/conversations", json={"language": "pl"})).json()
        headers = {"Authorization": f"Bearer {opened['token']}"}

        async def statements_of(text: str, number: int) -> list[str]:
            told.clear()
            response = await client.post("/chat/messages", json={"message_id": f"m{number}", "text": text}, headers=headers)
            assert response.status == 200
            return told

        await statements_of("dzień dobry", 1)
        await statements_of("jak mi pomożecie", 2)
        assert await statements_of("jak mi pomożecie jutro", 3) == [*TOKEN, *TAKEN, *CONTEXT, *AS_BEFORE, *KEPT, *END]
        with_new_case = await statements_of("zabrał mi paszport", 4)
        assert with_new_case.count("write: INSERT day_counts") == 1  # several counts
        assert len(with_new_case) == 25
