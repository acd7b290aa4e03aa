"""Keys: made for an empty database only, told in one sentence when they do not fit, changed without anybody losing anything."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from sqlalchemy import LargeBinary, select

from bot.__main__ import main
from bot.console.app import make_console
from bot.console.services import PREFIX
from bot.delivery.provider_erasures import ProviderErasure, Trace, put
from bot.messages import Indicator
from bot.program import Program
from bot.runtime.key_watch import look_at_keys
from bot.screening.phrase_corrections import CorrectionKind, PhraseCorrection
from bot.storage.concealed import keep_provider_ids
from bot.storage.corrections import CorrectionStore
from bot.storage.sealed import SEALED
from bot.storage.tables import (
    CaseFile,
    Conversation,
    Delivery,
    EvaluationRow,
    Message,
    ProviderErasureDue,
    Staff,
    Table,
    TriageChange,
)
from bot.storage.tables_seals import CaseSealing
from bot.storage.vault import KeyFileUnusable, open_vault
from tests.console.conftest import PASSWORD, Client, Consultant
from tests.support import NOON, Bot, PlainAssistant, damage, open_program


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    return tmp_path / "keys.json"


def content_of(path: Path) -> Any:
    return json.loads(path.read_text())


def write(path: Path, content: Any) -> None:
    path.write_text(json.dumps(content))


def assert_alone_and_private(path: Path) -> None:
    assert path.stat().st_mode & 0o077 == 0
    assert [other.name for other in path.parent.iterdir() if "keys" in other.name] == [path.name]


@pytest.fixture
def told_at_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[[], str]:
    """Start the program over a folder in which it does not go on running; return the line that it ends with."""

    def start() -> str:
        for name, value in {"DATA_DIR": tmp_path, "MODEL_DIR": tmp_path, "PORT": 0, "METRICS_PORT": 0}.items():
            monkeypatch.setenv(name, str(value))
        assert main(["serve"]) == 1
        return capsys.readouterr().err.splitlines()[-1]

    return start


def test_every_sealed_column_is_known_to_whatever_concerns_all_of_them() -> None:
    binary = {
        (table.name, column.name)
        for table in Table.metadata.sorted_tables
        for column in table.columns
        if isinstance(column.type, LargeBinary)
    }
    assert {(sealed.table.__tablename__, sealed.column) for sealed in SEALED} == binary


def test_no_key_is_made_for_a_database_that_was_written_with_another(tmp_path: Path, told_at_start: Callable[[], str]) -> None:
    asyncio.run(_with_a_conversation(tmp_path))
    (tmp_path / "keys.json").unlink()
    assert "put it back from your backup" in told_at_start()
    assert not (tmp_path / "keys.json").exists()


def test_a_key_file_of_another_database_ends_the_start_with_a_sentence(tmp_path: Path, told_at_start: Callable[[], str]) -> None:
    asyncio.run(_with_a_conversation(tmp_path))
    (tmp_path / "keys.json").unlink()
    open_vault(tmp_path / "keys.json", create=True)
    assert "is not the one that this database was written with" in told_at_start()


async def _with_a_conversation(folder: Path) -> None:
    program = await open_program(folder, PlainAssistant())
    await program.frontdoor.greet(channel="web", pseudonym="a", language="pl")
    await program.close()


async def test_check_opens_what_is_stored_and_says_in_a_sentence_what_is_wrong(
    bot: Bot, program: Program, writes: Any, consultant: Any, key_file: Path
) -> None:
    await writes("szef ma mój paszport")
    await consultant()
    _, printed = await bot("check")
    assert re.search(r"^ready +stored +The keys open what is stored", printed, re.MULTILINE)
    right = content_of(key_file)
    assert (await bot("keys", "rotate"))[0] == 0
    rotated = content_of(key_file)

    async def told(**keys: Any) -> str:
        write(key_file, {**rotated, **keys})
        status, printed = await bot("check")
        assert status == 1
        [line] = [line for line in printed.splitlines() if " stored " in line]
        return line

    assert "none of its" in await told(encryption_keys=right["encryption_keys"])
    assert "people who write again would be strangers" in await told(pseudonym_key=rotated["encryption_keys"][0])
    write(key_file, rotated)
    await damage(program, Message, "content")
    assert "some do not open (messages 1)" in await told()


async def test_a_key_that_is_missing_from_the_file_is_told_with_what_needs_it(
    bot: Bot, program: Program, writes: Any, consultant: Any, key_file: Path
) -> None:
    await consultant()
    old = content_of(key_file)
    new = open_vault(key_file.with_name("other.json"), create=True)
    new_keys = content_of(key_file.with_name("other.json"))["encryption_keys"]
    async with program.database.transaction() as session:
        staff = await session.scalar(select(Staff))
        assert staff is not None
        secret = program.vault.open(staff.totp_secret or b"", f"totp:{staff.id}")
        staff.totp_secret = new.seal(secret, f"totp:{staff.id}")
    await writes("szef ma mój paszport")
    status, printed = await bot("check")
    assert status == 1
    assert "(staff 1) need a key that" in printed
    write(key_file, {**old, "encryption_keys": [*old["encryption_keys"], *new_keys]})
    assert "The keys open what is stored" in (await bot("check"))[1]


async def everything(program: Program, writes: Any, ola: Consultant) -> str:
    """Let there be a value in every sealed column; return the id of a case."""
    case: str = await writes("szef ma mój paszport", channel="sms")
    await ola.text(f"/cases/{case}")
    await ola.post(f"/cases/{case}/note", note="zadzwonić jutro")
    await ola.post(f"/cases/{case}/tags", tags="pilne")
    await ola.post(f"/cases/{case}/report", what="praca bez umowy")
    await ola.post(f"/cases/{case}/triage", triage="emergency", reason="zamknięta w mieszkaniu")
    await ola.post(f"/cases/{case}/verdict", verdict="right", example="zabrali mi dokumenty")
    async with program.database.transaction() as session:
        conversation = await session.scalar(select(Conversation))
        assert conversation is not None
        conversation.report = program.vault.seal_json({"what": "praca bez umowy"}, f"report:{conversation.id}")
        conversation.arranged = program.vault.seal_json({"code_word": "parasol"}, f"arranged:{conversation.id}")
        conversation.address = program.vault.seal("+48601234567", f"address:{conversation.id}")
        conversation.blocked_because = program.vault.seal("obelgi", f"blocked:{conversation.id}")
        for row in await session.scalars(select(Delivery)):
            keep_provider_ids(program.vault, row, ["SM1"])
        trace = Trace("SM1", NOON)
        correction = PhraseCorrection(CorrectionKind.SAYS, "wożą nas do pana", Indicator.THREATS)
        await CorrectionStore(program.vault).add(session, correction, by=ola.name, now=NOON)
        sent = (await session.scalars(select(Message).where(Message.author == "person"))).first()
        assert sent is not None
        sent.traces = program.vault.seal_json({"message_id": "SM1"}, f"traces:{conversation.id}")
        held = {
            "content": program.vault.seal_json({"report": {"what": "praca"}}, f"sealing:{'5' * 32}"),
            "address": program.vault.seal("+48601234567", f"address:{conversation.id}"),
        }  # as the key file seals it: what the staff's keys seal is no business of a new key
        session.add(CaseSealing(id="5" * 32, conversation_id=conversation.id, up_to=0, made_at=NOON, **held))
        erasure = ProviderErasure(channel="sms", address=None, language="pl", quiet=False, replies=(), traces=(trace,), at=NOON)
        put(session, program.vault, erasure)
    async with program.database.transaction() as session:
        for sealed in SEALED:
            assert await session.scalar(select(sealed.key).where(sealed.values.is_not(None)).limit(1)) is not None, sealed
    return case


async def test_after_a_rotation_and_without_the_old_key_everything_opens_and_everybody_can_log_in(
    program: Program,
    bot: Bot,
    writes: Any,
    consultant: Any,
    key_file: Path,
    aiohttp_client: Callable[..., Awaitable[Client]],
) -> None:
    ola: Consultant = await consultant()
    case = await everything(program, writes, ola)
    before = content_of(key_file)
    status, printed = await bot("keys", "rotate")
    assert (status, "were sealed again with the newest of 2 keys" in printed) == (0, True)
    assert (await bot("keys", "retire"))[0] == 0
    after = content_of(key_file)
    assert after["pseudonym_key"] == before["pseudonym_key"]
    assert len(after["encryption_keys"]) == 1
    assert after["encryption_keys"] != before["encryption_keys"]
    assert_alone_and_private(key_file)
    assert "The keys open what is stored" in (await bot("check"))[1]

    program.clock.move(minutes=5)  # type: ignore[attr-defined]
    again = await reopened(program)
    app = web.Application()
    app.add_subapp(PREFIX, make_console(again))
    browser = Consultant(await aiohttp_client(TestServer(app)), again, ola.name)
    browser.secret = ola.secret
    await browser.get("/login")
    assert (await browser.post("/login", name=ola.name, password=PASSWORD)).status == 303
    await browser.get("/second-factor")
    assert (await browser.post("/second-factor", code=browser.code())).status == 303
    page = await browser.text(f"/cases/{case}")
    for words in ("szef ma mój paszport", "zadzwonić jutro", "pilne", "praca bez umowy", "parasol", "zamknięta w mieszkaniu"):
        assert words in page
    assert "nie da się odczytać" not in page
    await again.close()


async def reopened(program: Program) -> Program:
    from bot.program import build

    return build(program.settings, assistant=PlainAssistant(), clock=program.clock)  # type: ignore[arg-type]


async def test_a_rotation_that_was_broken_off_is_finished_and_loses_nothing_meanwhile(
    bot: Bot, program: Program, writes: Any, consultant: Any, key_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await everything(program, writes, await consultant())
    from bot.commands import keys

    async def power_cut(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(keys, "seal_again", power_cut)
        assert (await bot("keys", "rotate"))[0] == 130
    assert "The keys open what is stored" in (await bot("check"))[1]
    status, printed = await bot("keys", "retire")
    assert (status, "need an older key" in printed) == (1, True)
    assert len(content_of(key_file)["encryption_keys"]) == 2
    assert (await bot("keys", "reseal"))[0] == 0
    assert (await bot("keys", "retire"))[0] == 0
    assert "The keys open what is stored" in (await bot("check"))[1]


async def test_a_new_key_is_taken_into_use_while_the_program_runs_and_nothing_is_unreadable_at_any_moment(
    bot: Bot, program: Program, writes: Any, key_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from bot.commands import keys

    async def shows_everything() -> int:
        async with program.database.reading() as session:
            found = (await session.scalars(select(Message))).all()
        assert not any(program.conversations.shown(message).unreadable for message in found)
        return len(found)

    waits: list[int] = []

    async def the_program_goes_on(running: bool) -> None:
        assert running
        waits.append(await shows_everything())
        await writes("szef ma mój paszport", who=f"before {len(waits)}")  # sealed with what the program has read by now
        await look_at_keys(program.vault, key_file)
        await writes("szef ma mój paszport", who=f"after {len(waits)}")

    monkeypatch.setattr(keys, "is_running", lambda _settings: True)
    monkeypatch.setattr(keys, "_known", the_program_goes_on)
    await writes("szef ma mój paszport")
    assert (await bot("keys", "rotate"))[0] == 0
    assert len(waits) == 2
    assert await shows_everything() > waits[1] > waits[0]
    [newest, older] = (await bot("keys", "list"))[1].splitlines()
    assert "seals what is written now" in newest
    assert re.search(r" 0 values +older", older)
    assert (await bot("keys", "retire"))[0] == 0
    await look_at_keys(program.vault, key_file)
    assert await shows_everything() > 0
    assert "The keys open what is stored" in (await bot("check"))[1]


async def test_a_key_that_is_coming_opens_on_every_machine_before_one_seals_with_it(
    bot: Bot, program: Program, writes: Any, key_file: Path
) -> None:
    await writes("szef ma mój paszport")
    before = content_of(key_file)["encryption_keys"]
    assert (await bot("keys", "add"))[0] == 0
    assert (await bot("keys", "add"))[0] == 0  # asked twice, it is the same
    coming = content_of(key_file)
    assert coming["encryption_keys"] == before
    assert "is coming" in (await bot("keys", "list"))[1].splitlines()[1]
    assert_alone_and_private(key_file)

    elsewhere = open_vault(key_file)  # another machine, with the file as it is now
    assert (await bot("keys", "rotate"))[0] == 0
    assert content_of(key_file)["encryption_keys"] == [coming["coming_key"], *before]
    async with program.database.reading() as session:
        [message, *_] = (await session.scalars(select(Message).order_by(Message.number))).all()
    assert elsewhere.opens(message.content, f"message:{message.conversation_id}")


async def test_the_file_of_another_database_is_not_taken_over_while_the_program_runs(
    program: Program, writes: Any, key_file: Path
) -> None:
    await writes("szef ma mój paszport")
    open_vault(key_file.with_name("other.json"), create=True)
    write(key_file, content_of(key_file.with_name("other.json")))
    keys = program.vault.keys
    with pytest.raises(KeyFileUnusable, match="another database"):
        await look_at_keys(program.vault, key_file)
    assert program.vault.keys == keys


async def test_a_key_that_something_stored_needs_is_not_retired(bot: Bot, writes: Any, program: Program, key_file: Path) -> None:
    await writes("szef ma mój paszport")
    assert (await bot("keys", "rotate"))[0] == 0
    await writes("szef ma mój paszport", who="with the older key")  # this program has not read the file again
    status, printed = await bot("keys", "retire")
    assert (status, "need an older key" in printed) == (1, True)
    assert len(content_of(key_file)["encryption_keys"]) == 2


async def test_what_is_damaged_already_does_not_stop_a_rotation_and_is_told(
    bot: Bot, program: Program, writes: Any, consultant: Any
) -> None:
    await everything(program, writes, await consultant())
    await damage(program, Message, "content", number=1)
    await damage(program, CaseFile, "tags")
    status, printed = await bot("keys", "rotate")
    assert status == 1
    assert "2 do not open with any key of the file, and were left as they are" in printed
    fresh = await reopened(program)
    async with fresh.database.transaction() as session:
        for table, column, place in (
            (TriageChange, "reason", "triage:{row.conversation_id}"),
            (EvaluationRow, "example", "example:evaluation"),
            (ProviderErasureDue, "content", "farewell:{row.id}"),
        ):
            row = (await session.execute(select(table).where(getattr(table, column).is_not(None)))).scalars().first()
            assert fresh.vault.opens(getattr(row, column), place.format(row=row))
    await fresh.close()
