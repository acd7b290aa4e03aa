"""A process that is killed with -9 in the middle of things, and what people get after the next start."""

from __future__ import annotations

import asyncio
import multiprocessing
import shutil
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiohttp
import pytest

from tests.channels import small_server
from tests.channels.conftest import payload
from tests.ports import free_port
from tests.standins import twilio_api
from tests.standins.twilio_api import PUBLIC_URL, TwilioApi
from tests.support import HOTLINE, empty_database

PATIENCE = 60  # seconds, on a machine that is busy
# One process imports the program, which takes seconds; each that is started is a copy of it, and ends as any other does.
COPIES = multiprocessing.get_context("forkserver")
COPIES.set_forkserver_preload([small_server.__name__])


class Process:
    """The small server, which can be killed and started again over the same folder."""

    def __init__(self, folder: Path, api_base: str) -> None:
        self.port = free_port()
        self.environment = {
            "DATA_DIR": str(folder),
            "PORT": str(self.port),
            "PUBLIC_URL": PUBLIC_URL,
            "TWILIO_ACCOUNT_SID": twilio_api.ACCOUNT,
            "TWILIO_AUTH_TOKEN": twilio_api.AUTH_TOKEN,
            "TWILIO_NUMBER": twilio_api.NUMBER,
            "TWILIO_API_BASE": api_base,
        }

    async def start(self, *, minutes_ahead: int = 0) -> None:
        ours, theirs = COPIES.Pipe(duplex=False)
        arguments = (self.environment, timedelta(minutes=minutes_ahead), theirs)
        self.process = COPIES.Process(target=small_server.run, args=arguments, daemon=True)
        await asyncio.to_thread(self.process.start)
        theirs.close()  # so that nothing but the other end is waited for
        assert await asyncio.to_thread(ours.poll, 3 * PATIENCE)  # the first waits for the import
        assert await asyncio.to_thread(ours.recv) == "ready"
        ours.close()

    async def kill(self) -> None:
        self.process.kill()
        await asyncio.to_thread(self.process.join)


@pytest.fixture
async def twilio() -> AsyncIterator[TwilioApi]:
    twilio = TwilioApi(now=datetime.now(UTC))
    yield twilio
    await twilio.close()


@pytest.fixture
async def process(tmp_path: Path, twilio: TwilioApi) -> AsyncIterator[Process]:
    async with AsyncExitStack() as stack:
        shutil.copy(await empty_database(), tmp_path / "frontdoor.sqlite3")
        process = Process(tmp_path, await twilio.start())
        await process.start()
        stack.push_async_callback(process.kill)
        yield process
        await process.kill()


async def send(process: Process, twilio: TwilioApi, body: str = "on mnie zamknął", number: int = 1) -> int:
    form = payload("twilio/sms", Body=body, MessageSid=f"SM{number:032x}")
    signature = twilio.validator.compute_signature(f"{PUBLIC_URL}/sms/webhook", form)
    url = f"http://127.0.0.1:{process.port}/sms/webhook"
    async with (
        aiohttp.ClientSession() as client,
        client.post(url, data=form, headers={"X-Twilio-Signature": signature}) as response,
    ):
        return response.status


@pytest.mark.parametrize("kind", ["hang", "hang_after"])
async def test_killed_while_a_reply_is_being_sent_the_person_gets_it_exactly_once(
    process: Process, twilio: TwilioApi, kind: str
) -> None:
    twilio.misbehaviours.plan("create", kind)  # type: ignore[arg-type]
    assert await send(process, twilio) == 200
    await twilio.asked("create", PATIENCE)
    await process.kill()
    assert len(twilio.bodies()) == (1 if kind == "hang_after" else 0)
    await process.start(minutes_ahead=5)  # the killed one's lease is over
    await twilio.asked("list", PATIENCE)
    if kind == "hang":
        await twilio.asked("create", PATIENCE)
    assert await send(process, twilio) == 200  # and the webhook again, for Twilio may not have got our answer
    assert twilio.bodies() == [f"danger 1: {HOTLINE}"]


@pytest.mark.parametrize("kind", ["hang", "hang_after"])
async def test_killed_while_an_erasure_is_confirmed_the_person_hears_it_once_and_twilio_keeps_nothing(
    process: Process, twilio: TwilioApi, kind: str
) -> None:
    assert await send(process, twilio) == 200
    await twilio.asked("create", PATIENCE)
    twilio.now = datetime.now(UTC)
    twilio.misbehaviours.plan("create", kind)  # type: ignore[arg-type]
    assert await send(process, twilio, "usuń rozmowę", 2) == 200
    await twilio.asked("create", PATIENCE)
    await process.kill()
    await process.start(minutes_ahead=5)  # the killed one's lease is over
    await twilio.asked("list", PATIENCE)
    if kind == "hang":
        await twilio.asked("create", PATIENCE)
    await twilio.asked("delete", PATIENCE)
    await process.kill()
    await process.start(minutes_ahead=90)
    await twilio.asked("delete", PATIENCE)
    assert [text for text in twilio.said if "22 628" not in text] == [twilio.said[-1]]
    async with asyncio.timeout(PATIENCE):
        while twilio.messages:
            await twilio.asked("delete", PATIENCE)
