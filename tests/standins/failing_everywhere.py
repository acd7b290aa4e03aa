"""A program in which everything fails that can, with a key, a token and somebody's words in each failure's hands.

Run as a process of its own, for it replaces what a process does with errors: `python -m tests.standins.failing_everywhere FOLDER`.
What must not be in its output is written into FOLDER/secrets.json.
"""

from __future__ import annotations

import asyncio
import gc
import json
import logging
import sys
import threading
import warnings
from pathlib import Path
from typing import Any, NoReturn

import structlog
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from sqlalchemy import select, text

from bot.console.logins import Logins
from bot.console.services import COOKIE
from bot.messages import Inbound
from bot.program import Program, load_assistant
from bot.runtime.background import Background, every
from bot.runtime.logs import configure_logs
from bot.server import application
from bot.storage.tables import Conversation, Message
from tests.support import Clock, PlainAssistant, flipped, open_program, settings_in

WORDS = "Mieszkam u pani Zofii Niezwykłej i szef ma mój paszport"
NUMBER = "+48601234567"


def fail(*in_hand: object) -> NoReturn:
    """Raise with secrets in the message, in the cause, and in the variables around."""
    held = {"in_hand": in_hand, "again": [str(thing) for thing in in_hand]}
    try:
        raise KeyError(held)
    except KeyError as cause:
        raise RuntimeError(f"{WORDS} {NUMBER} {in_hand}") from cause


class Fragile:
    """Fails while it is cleaned up."""

    def __init__(self, secret: object) -> None:
        self.secret = secret

    def __del__(self) -> None:
        fail(self.secret)


async def main(folder: Path) -> None:
    assistant, clock = PlainAssistant(), Clock()
    program = await open_program(folder, assistant, clock)
    (folder / "secrets.json").write_text(json.dumps(secrets_of(program, folder)))
    load_assistant(settings_in(folder / "without-model"))  # brings Rasa, which would log in its own way
    await in_the_conversation(program, assistant, clock)
    await in_the_requests(program)
    await in_the_background(program)
    in_the_libraries(program)
    await program.close()


def secrets_of(program: Program, folder: Path) -> list[str]:
    file = json.loads((folder / "keys.json").read_text())
    keys = [*program.vault.keys, program.vault.pseudonym_key]
    texts = [*file["encryption_keys"], file["pseudonym_key"], *(key.hex() for key in keys), *(repr(key) for key in keys)]
    return [*texts, "Zofii", "paszport", "601234567", "token-of-somebody"]


async def write(program: Program, number: str) -> str:
    conversation, _ = await program.frontdoor.accept(
        Inbound(channel="web", pseudonym="a", external_id=number, text=WORDS, received_at=program.clock())
    )
    return conversation


async def in_the_conversation(program: Program, assistant: PlainAssistant, clock: Clock) -> None:
    """A part of the dialogue fails; then a message, and what is known of its conversation, do not open any more."""
    assistant.fail_turn = RuntimeError(WORDS)
    await write(program, "1")
    clock.move(seconds=1)
    await program.frontdoor.recover()
    number = await write(program, "2")
    async with program.database.transaction() as session:
        conversation = await session.get_one(Conversation, number)
        message = await session.scalar(select(Message).where(Message.state == "received"))
        assert message is not None
        message.content = flipped(message.content)
        conversation.findings = flipped(conversation.findings or b"")
    clock.move(seconds=1)
    await program.frontdoor.recover()
    await write(program, "3")
    clock.move(seconds=1)
    await program.frontdoor.recover()
    await program.frontdoor.erase(number)


async def in_the_requests(program: Program) -> None:
    """A page of the console, an interface, and a request that no middleware of ours looks at fail."""

    async def bare(request: web.Request) -> web.Response:
        fail(program.vault.keys, request.query, request.headers["Authorization"])

    async def shown(*_: Any, **__: Any) -> web.Response:
        fail(program.vault.keys)

    app = application(program)
    app.router.add_get("/bare", bare)
    async with TestClient(TestServer(app)) as client:
        secret = {"Authorization": "Bearer token-of-somebody"}
        assert (await client.get("/bare", params={"text": WORDS}, headers=secret)).status == 500
        Logins.find = shown  # type: ignore[method-assign, assignment]
        assert (await client.get("/console/login", cookies={COOKIE: "token-of-somebody"})).status == 503
        program.conversations.find = shown  # type: ignore[method-assign, assignment]
        assert (await client.get("/chat/messages", headers=secret)).status == 503


async def in_the_background(program: Program) -> None:
    """Work beside requests fails, watched and unwatched."""

    async def work() -> None:
        fail(program.vault.keys)

    async def query() -> None:
        async with program.database.transaction() as session:
            await session.execute(text("SELECT :words, :key FROM nowhere"), {"words": WORDS, "key": program.vault.keys[0]})

    background = Background()
    background.start(work())
    background.start(query())
    await background.finished()
    done = asyncio.Event()

    async def job() -> None:
        done.set()
        await work()

    async with every(3600, job, "job", at_once=True):
        await done.wait()
        await asyncio.sleep(0)
    forgotten = asyncio.create_task(work(), name=WORDS)
    await asyncio.wait([forgotten])
    del forgotten
    gc.collect()
    loop = asyncio.get_running_loop()
    loop.call_exception_handler({"message": WORDS, "token": "token-of-somebody", "exception": ValueError(NUMBER)})
    ran = asyncio.Event()
    loop.call_soon(lambda: fail(program.vault.keys))
    loop.call_soon(ran.set)
    await ran.wait()


def in_the_libraries(program: Program) -> None:
    """A library logs what it should not, in each of the ways that Python has."""
    keys = program.vault.keys
    for logger in (
        logging.getLogger("some.library"),
        logging.getLogger("aiohttp.server"),
        logging.getLogger("sqlalchemy.engine"),
    ):
        try:
            fail(keys)
        except RuntimeError:
            logger.exception("%s said %r", NUMBER, WORDS, extra={"key": keys})
    logging.getLogger("some.library").error("%d", WORDS)
    try:
        fail(keys)
    except RuntimeError:
        structlog.get_logger().exception(WORDS, key=keys)
    warnings.warn(WORDS, RuntimeWarning, stacklevel=1)
    thread = threading.Thread(target=fail, args=(keys,), name=WORDS)
    thread.start()
    thread.join()
    Fragile(keys)
    gc.collect()


if __name__ == "__main__":
    configure_logs("DEBUG")
    asyncio.run(main(Path(sys.argv[1])))
    structlog.get_logger("last").error("dropped: it is no line of ours")
    fail(Path(sys.argv[1]).joinpath("keys.json").read_text())
