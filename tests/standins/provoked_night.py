"""A night in which everything that docs/operations.md names in its table of the log goes wrong, as far as a process can do that to itself.

Real parts: the SQLite file, the web server, the providers' stand-ins, other connections that hold the file. Run as a process of its own:
`python -m tests.standins.provoked_night FOLDER`. What must not be in its output is written into FOLDER/secrets.json.
`tests.standins.failing_everywhere` has what is broken by force: the model, pages, keys, libraries.
"""

from __future__ import annotations

import asyncio
import json
import resource
import sqlite3
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path

from aiohttp import ClientSession, web
from sqlalchemy.exc import DBAPIError

from bot.alarms.watch import AlarmWatch
from bot.channels.alarm_senders import alarm_ways
from bot.channels.messengers import Messengers
from bot.channels.telegram.channel import SECRET_HEADER
from bot.http.connections import ConnectionGuard, places
from bot.messages import Inbound
from bot.operations.gauges import verify_database
from bot.operations.housekeeping import tidy
from bot.program import Program
from bot.runtime.logs import configure_logs
from bot.server import application
from bot.storage import residual_data
from bot.storage.capacity import MEGABYTE, Disk
from bot.storage.database import DatabaseUnavailable
from tests.standins import telegram_api, twilio_api
from tests.standins.alarm_receivers import Mailbox, mail_server
from tests.standins.telegram_api import TelegramApi
from tests.standins.twilio_api import TwilioApi
from tests.support import HALF_FULL, Clock, PlainAssistant, damage_file, open_program

WORDS = "szef pani Niezwykłej zabrał mi paszport"
DUTY, PERSON, OTHER = "+48600700800", "+48601234567", "+48602345678"
CHAT, DUTY_CHAT = 500100299, -100500777
ADDRESS, MAIL = "203.0.113.77", "dyzur@fundacja.example"
TOKEN, SECRET, MAIL_PASSWORD, HOOK_SECRET = "token-of-somebody", "s3cret-of-webhooks", "pass-of-the-mail", "secret-of-the-alarms"
HALF_A_HEAD = b"POST /chat/messages HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer token-of-somebody"


async def main(folder: Path) -> None:
    """Open a program with everything turned on, and let one thing after the other go wrong."""
    async with AsyncExitStack() as stack:
        telegram, twilio, mailbox = TelegramApi(), TwilioApi(), Mailbox()
        stack.push_async_callback(telegram.close)
        stack.push_async_callback(twilio.close)
        clock = Clock()
        program = await open_program(
            folder,
            PlainAssistant(),
            clock,
            public_url=twilio_api.PUBLIC_URL,
            telegram_bot_token=telegram_api.TOKEN,
            telegram_secret_token=SECRET,
            telegram_api_base=await telegram.start(),
            twilio_account_sid=twilio_api.ACCOUNT,
            twilio_auth_token=twilio_api.AUTH_TOKEN,
            twilio_number=twilio_api.NUMBER,
            twilio_api_base=await twilio.start(),
            smtp_host="127.0.0.1",
            smtp_port=await stack.enter_async_context(mail_server(mailbox)),
            smtp_tls="none",
            smtp_from=MAIL,
            alarm_emails=MAIL,
            alarm_sms_to=DUTY,
            alarm_call_to=DUTY,
            alarm_telegram_chat=DUTY_CHAT,
            alarm_webhook_url=f"http://127.0.0.1:9/{TOKEN}",
            alarm_webhook_secret=HOOK_SECRET,
            smtp_password=MAIL_PASSWORD,
            alarm_self_test="off",
        )
        stack.push_async_callback(program.close)
        (folder / "secrets.json").write_text(json.dumps(secrets_of(folder)))
        messengers = Messengers(program)
        stack.push_async_callback(messengers.close)
        watch = AlarmWatch(program, alarm_ways(program.settings, clock))
        stack.push_async_callback(watch.close)
        runner = web.AppRunner(application(program, messengers), access_log=None)
        stack.push_async_callback(runner.cleanup)
        connection_guard = ConnectionGuard(most=32, header_seconds=0, body_seconds=0)
        await runner.setup()
        connection_guard.watch(runner.server)
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        address = f"http://127.0.0.1:{runner.addresses[0][1]}"

        await nobody_to_call(program)
        await requests_that_are_none(address, runner.addresses[0][1], connection_guard)
        await providers_that_refuse(program, messengers, telegram, twilio)
        await alarms_that_do_not_arrive(program, watch, clock, telegram, twilio, address)
        await a_database_that_does_not_take_it(program, messengers, watch, clock)
        await files_that_are_held(program, folder)
        await a_disk_that_fills(program)
        await a_clock_that_jumps(program, clock)
        await a_file_that_is_damaged(program, folder)
    too_few_files()


def secrets_of(folder: Path) -> list[str]:
    """Return what no line may hold: keys, tokens, passwords, words, numbers, chats, addresses."""
    file = json.loads((folder / "keys.json").read_text())
    settings = [
        telegram_api.TOKEN,
        telegram_api.TOKEN.partition(":")[2],
        twilio_api.AUTH_TOKEN,
        SECRET,
        MAIL_PASSWORD,
        HOOK_SECRET,
    ]
    people = ["Niezwykłej", "paszport", "Niezwyk\\u", PERSON[1:], OTHER[1:], DUTY[1:], str(CHAT), str(DUTY_CHAT), ADDRESS]
    return [*file["encryption_keys"], file["pseudonym_key"], *settings, *people, MAIL, MAIL.partition("@")[2], TOKEN]


async def writes(program: Program, number: str, *, channel: str = "sms", address: str = PERSON) -> None:
    """Let somebody write."""
    pseudonym = program.vault.pseudonym(channel, address)
    inbound = Inbound(
        channel=channel, pseudonym=pseudonym, external_id=number, text=WORDS, received_at=program.clock(), address=address
    )
    await program.frontdoor.receive(inbound)


async def nobody_to_call(program: Program) -> None:
    """Start the watch without any way."""
    watching = asyncio.create_task(AlarmWatch(program, {}).run())
    await asyncio.sleep(0)
    watching.cancel()
    with suppress(asyncio.CancelledError):
        await watching


async def requests_that_are_none(address: str, port: int, connection_guard: ConnectionGuard) -> None:
    """Send forged, malformed and half requests."""
    headers = {"Authorization": f"Bearer {TOKEN}", "X-Forwarded-For": ADDRESS}
    async with ClientSession(headers=headers) as client:
        for path, body in (
            ("/chat/messages", WORDS.encode()),
            ("/chat/conversations", b'{"language": "' + TOKEN.encode()),
            ("/telegram/webhook", json.dumps({"message": {"text": WORDS}}).encode()),
            (f"/sms/webhook?{TOKEN}", f"From={PERSON}&Body={WORDS}".encode()),
            (f"/{TOKEN}/{PERSON}", b""),
            ("/console/login", f"name=ola&password={TOKEN}".encode()),
            ("/api/v1/cases", b""),
        ):
            await (await client.post(f"{address}{path}", data=body)).read()
        await (await client.post(f"{address}/telegram/webhook", data=WORDS, headers={SECRET_HEADER: SECRET})).read()
        await (await client.get(f"{address}/chat/messages?after={PERSON}")).read()
        await (await client.get(f"{address}/api/v1/cases")).read()
    for sent in (HALF_A_HEAD, HALF_A_HEAD + b"\0\r\n\r\n", f"{WORDS} {PERSON}\r\n\r\n".encode(), b""):
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(sent)
        await writer.drain()
        await asyncio.sleep(0)
        await connection_guard.look()
        await connection_guard.look()
        writer.transport.abort()


async def providers_that_refuse(program: Program, messengers: Messengers, telegram: TelegramApi, twilio: TwilioApi) -> None:
    """Let Twilio and Telegram refuse our tokens, a person's number, or answer with what is no answer."""
    twilio.misbehaviours.plan("create", "status", status=401, code=20003)
    telegram.misbehaviours.plan("sendMessage", "status", status=401)
    twilio.refuse(OTHER, 21610)
    await writes(program, "SM1")
    await writes(program, "SM2", address=OTHER)
    await writes(program, "3", channel="telegram", address=str(CHAT))
    await messengers.dispatcher.deliver_due()
    telegram.misbehaviours.plan("sendMessage", "garbage")
    twilio.misbehaviours.plan("create", "garbage")
    program.clock.move(minutes=2)  # type: ignore[attr-defined]
    await messengers.dispatcher.deliver_due()
    twilio.misbehaviours.plan("list", "status", status=500, times=2)
    await messengers.catch_up()


async def alarms_that_do_not_arrive(
    program: Program, watch: AlarmWatch, clock: Clock, telegram: TelegramApi, twilio: TwilioApi, address: str
) -> None:
    """Let a case wait while one way refuses, another is not there, and a third takes the alarm and loses it."""
    telegram.misbehaviours.plan("sendMessage", "status", status=403)
    clock.move(minutes=10)
    await watch.look_once()
    alarm = next(message for message in twilio.messages if message["to"] == DUTY)
    path = alarm["callback"].removeprefix(twilio_api.PUBLIC_URL)
    form = {
        "AccountSid": twilio_api.ACCOUNT,
        "MessageSid": alarm["sid"],
        "MessageStatus": "undelivered",
        "ErrorCode": "30003",
        "To": DUTY,
    }
    signature = twilio.validator.compute_signature(f"{twilio_api.PUBLIC_URL}{path}", form)
    headers = {"X-Twilio-Signature": signature}
    async with ClientSession() as client, client.post(f"{address}{path}", data=form, headers=headers) as response:
        assert response.status == 204


async def tampered(folder: Path, statement: str) -> None:
    """Run a statement as another program does, which waits for its turn."""

    def run() -> None:
        other = sqlite3.connect(folder / "frontdoor.sqlite3", timeout=60)
        other.execute(statement)
        other.commit()
        other.close()

    await asyncio.to_thread(run)


@asynccontextmanager
async def without(folder: Path, table: str) -> AsyncIterator[None]:
    """Take a table away for a moment, as a botched repair does: what needs it fails with what it wanted to store in its hands."""
    await tampered(folder, f"ALTER TABLE {table} RENAME TO away")
    yield
    await tampered(folder, f"ALTER TABLE away RENAME TO {table}")


async def a_database_that_does_not_take_it(program: Program, messengers: Messengers, watch: AlarmWatch, clock: Clock) -> None:
    """Let the database refuse a reply with words in its message, and be without tables that are needed."""
    folder = program.settings.data_dir
    raised = f"SELECT RAISE(ABORT, '{WORDS} {PERSON}')"
    await tampered(folder, f"CREATE TRIGGER no BEFORE INSERT ON messages WHEN NEW.author = 'bot' BEGIN {raised}; END")
    with suppress(DBAPIError, DatabaseUnavailable):
        await writes(program, "SM4")
    clock.move(seconds=1)
    await program.frontdoor.recover()
    await tampered(folder, "DROP TRIGGER no")
    async with without(folder, "outbox"):
        await messengers.dispatcher.deliver_due()
    async with without(folder, "alarms"):
        await watch.look_once()
    async with without(folder, "trials"):
        with suppress(DatabaseUnavailable):
            await program.capacity.try_writing()
    await program.frontdoor.recover()


async def files_that_are_held(program: Program, folder: Path) -> None:
    """Let another connection hold the file while it is to be written anew, and let the file be too large for it."""
    other = sqlite3.connect(folder / "frontdoor.sqlite3", isolation_level=None, timeout=0)
    await asyncio.sleep(0)
    other.execute("BEGIN IMMEDIATE")
    await program.residual_data.write_anew()
    other.execute("ROLLBACK")
    other.close()
    largest, residual_data.LARGEST_BYTES = residual_data.LARGEST_BYTES, 0  # type: ignore[misc]
    await program.residual_data.write_anew()
    residual_data.LARGEST_BYTES = largest  # type: ignore[misc]


async def a_disk_that_fills(program: Program) -> None:
    """Let the disk be nearly full."""
    program.capacity.look_at = lambda _: Disk(0.97, 10 * MEGABYTE)
    await program.capacity.look()
    program.capacity.look_at = lambda _: HALF_FULL


async def a_clock_that_jumps(program: Program, clock: Clock) -> None:
    """Let the clock go forward by more than a conversation is kept."""
    await tidy(program)
    clock.move(days=40)
    await tidy(program)


async def a_file_that_is_damaged(program: Program, folder: Path) -> None:
    """Let a page of the database be written over that nobody has looked at."""
    await asyncio.to_thread(damage_file, folder / "frontdoor.sqlite3", "answer_gaps")
    await verify_database(program)


def too_few_files() -> None:
    """Let the process open few files."""
    resource.setrlimit(resource.RLIMIT_NOFILE, (400, 400))
    places()


if __name__ == "__main__":
    configure_logs("DEBUG")
    asyncio.run(main(Path(sys.argv[1])))
    sys.stdout.write('{"event": "night_is_over"}\n')
