"""A backup holds everything, opens only with its private key, and is there again elsewhere."""

from __future__ import annotations

import asyncio
import io
import tarfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pyrage
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.console.app import make_console
from bot.console.services import PREFIX
from bot.messages import Inbound
from bot.operations.backup import making
from bot.operations.backup.copying import EVENTS_SKIPPED, copy_to_file
from bot.operations.backup.making import BackupImpossible, Made, make_backup
from bot.operations.backup.record import last_backup
from bot.operations.backup.restoring import PlaceNotEmpty, Restored, restore
from bot.operations.backup.sealing import BackupUnreadable, new_key
from bot.operations.backup.workspace import FOLDER, BackupUnderWay, workspace
from bot.operations.housekeeping import tidy
from bot.program import Program, build
from bot.settings import Settings
from bot.storage.database import Database
from bot.storage.key_rotation import begin_key, retire_old_keys, seal_again
from bot.storage.tables import Conversation, Delivery, Handoff
from bot.storage.tables_outward import CaseEvent
from bot.storage.vault import open_vault
from tests.console.conftest import *  # noqa: F403 - consultants who read what was restored
from tests.console.conftest import PASSWORD, Client, Consultant
from tests.support import Bot, Clock, PlainAssistant, rows, settings_in

PUBLIC, PRIVATE = new_key()
WORDS = "szef ma mój paszport"


@pytest.fixture
def shelf(tmp_path: Path) -> Path:
    folder = tmp_path / "backups"
    folder.mkdir()
    return folder


@pytest.fixture
def elsewhere(tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Another machine: nothing of the first one's, and always SQLite."""
    monkeypatch.setattr("bot.operations.backup.restoring.build", lambda settings, **more: build(settings, clock=clock, **more))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    return settings_in(tmp_path / "elsewhere")


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def sealed_to(program: Program, *recipients: str, **changes: Any) -> Settings:
    return program.settings.model_copy(update={"backup_recipients": ", ".join(recipients), **changes})


async def backup(program: Program, shelf: Path, *recipients: str, **options: Any) -> Made:
    return await make_backup(sealed_to(program, *(recipients or (PUBLIC,))), shelf, program.clock(), **options)


async def login(program: Program, client: Client, name: str, secret: str) -> Consultant:
    browser = Consultant(client, program, name)
    browser.secret = secret
    await browser.get("/login")
    assert (await browser.post("/login", name=name, password=PASSWORD)).status == 303
    await browser.get("/second-factor")
    assert (await browser.post("/second-factor", code=browser.code())).status == 303
    return browser


async def test_a_case_can_be_read_elsewhere_after_the_machine_is_gone(
    program: Program,
    writes: Any,
    consultant: Any,
    shelf: Path,
    elsewhere: Settings,
    clock: Clock,
    aiohttp_client: Callable[..., Awaitable[Client]],
) -> None:
    ola, case = await consultant(), await writes(WORDS)
    await ola.post(f"/cases/{case}/take")
    await ola.post(f"/cases/{case}/note", note="zadzwonić jutro")
    made = await backup(program, shelf)
    clock.move(minutes=5)

    done = await restore(elsewhere, made.file, f"# from the safe\n{PRIVATE}\n")
    assert (done.conversations, done.open_cases, done.problem) == (1, 1, None)
    again = build(elsewhere, assistant=PlainAssistant(), clock=clock)  # type: ignore[arg-type]
    app = web.Application()
    app.add_subapp(PREFIX, make_console(again))
    browser = await login(again, await aiohttp_client(TestServer(app)), ola.name, ola.secret)
    page = await browser.text(f"/cases/{case}")
    assert WORDS in page
    assert "zadzwonić jutro" in page
    await again.frontdoor.receive(
        Inbound(channel="web", pseudonym="a", external_id="9", text="jestem tu", received_at=clock(), language_hint="pl")
    )
    assert len(await rows(again, Conversation)) == 1
    await again.close()


async def test_a_backup_is_whole_while_people_write(
    program: Program, writes: Any, shelf: Path, elsewhere: Settings, clock: Clock
) -> None:
    for number in range(3):
        await writes(WORDS, who=f"before {number}")

    async def many() -> None:
        for number in range(30):
            await writes(WORDS, who=f"meanwhile {number}")

    _, made = await asyncio.gather(many(), backup(program, shelf))
    done = await restore(elsewhere, made.file, PRIVATE)
    assert done.problem is None
    assert done.conversations >= 3
    assert len(await rows(program, Conversation)) == 33
    clock.move(minutes=1)
    again = build(elsewhere, assistant=PlainAssistant(), clock=clock)  # type: ignore[arg-type]
    await again.frontdoor.recover()  # what was accepted in that moment and not answered yet
    cases = {case.conversation_id for case in await rows(again, Handoff)}
    assert {conversation.id for conversation in await rows(again, Conversation)} == cases
    await again.close()


async def test_a_backup_made_while_a_key_is_changed_holds_the_keys_that_it_needs(
    program: Program, writes: Any, shelf: Path, elsewhere: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    await writes(WORDS)
    key_file, copies = program.settings.data_dir / "keys.json", []

    async def copy_and_change_the_key(database: Database, target: Path) -> None:
        await copy_to_file(database, target)
        if not copies:
            await seal_again(program.database, begin_key(key_file))
            await retire_old_keys(program.database, open_vault(key_file), key_file)
        copies.append(target)

    monkeypatch.setattr(making, "copy_to_file", copy_and_change_the_key)
    made = await backup(program, shelf)
    assert len(copies) == 2
    assert (await restore(elsewhere, made.file, PRIVATE)).problem is None


async def test_nobody_without_the_private_key_reads_anything_in_a_backup(
    program: Program, writes: Any, shelf: Path, elsewhere: Settings
) -> None:
    await writes(WORDS)
    made = await backup(program, shelf)
    content = made.file.read_bytes()
    assert content.startswith(b"age-encryption.org/v1")
    keys = (program.settings.data_dir / "keys.json").read_bytes()
    assert all(secret not in content for secret in (b"SQLite format", keys[30:60], b"conversations", WORDS.encode()))
    assert made.file.stat().st_mode & 0o077 == 0
    for key, told in ((new_key()[1], "sealed to another one"), ("1234", "begins with AGE-SECRET-KEY-1")):
        with pytest.raises(BackupUnreadable, match=told):
            await restore(elsewhere, made.file, key)
    assert list(elsewhere.data_dir.iterdir()) == []


async def test_each_of_several_keys_opens_a_backup_and_so_does_any_program_of_its_format(
    program: Program, writes: Any, shelf: Path, elsewhere: Settings
) -> None:
    await writes(WORDS)
    other = pyrage.x25519.Identity.generate()
    made = await backup(program, shelf, PUBLIC, str(other.to_public()))
    plain = pyrage.decrypt(made.file.read_bytes(), [other])
    with tarfile.open(fileobj=io.BytesIO(plain)) as pack:
        assert {"manifest.json", "frontdoor.sqlite3", "keys.json"} <= set(pack.getnames())
    assert (await restore(elsewhere, made.file, PRIVATE)).conversations == 1


@pytest.mark.parametrize(
    "damage", [lambda whole: whole[:-40], lambda whole: whole[:100], lambda _whole: b"", lambda w: w[:-1] + b"x"]
)
async def test_a_damaged_backup_is_told_and_nothing_is_put_in_place(
    program: Program, shelf: Path, elsewhere: Settings, damage: Callable[[bytes], bytes]
) -> None:
    made = await backup(program, shelf)
    made.file.write_bytes(damage(made.file.read_bytes()))
    with pytest.raises(BackupUnreadable, match=r"damaged"):
        await restore(elsewhere, made.file, PRIVATE)
    assert list(elsewhere.data_dir.iterdir()) == []


async def test_nothing_of_a_backup_in_the_clear_stays_behind_not_even_of_one_that_was_killed(
    program: Program, writes: Any, shelf: Path
) -> None:
    await writes(WORDS)
    folder = program.settings.data_dir
    before = {path.name for path in folder.iterdir()}
    await backup(program, shelf)
    assert {path.name for path in folder.iterdir()} - before <= {
        "last-backup.json",
        "frontdoor.sqlite3-wal",
        "frontdoor.sqlite3-shm",
    }
    (folder / FOLDER).mkdir()
    (folder / FOLDER / "frontdoor.sqlite3").write_text("left behind")
    await tidy(program)
    assert not (folder / FOLDER).exists()
    with workspace(folder) as scratch:
        await tidy(program)
        assert scratch.exists()
        with pytest.raises(BackupUnderWay):
            await backup(program, shelf)


async def test_old_backups_are_deleted_once_a_new_one_is_there_and_nothing_else_is(
    program: Program, shelf: Path, clock: Clock
) -> None:
    (shelf / "frontdoor-notes.txt").touch()
    first = await backup(program, shelf)
    clock.move(days=10)
    second = await backup(program, shelf)
    clock.move(days=5)
    with pytest.raises(BackupImpossible):
        await make_backup(sealed_to(program), shelf, clock())
    assert first.file.exists()
    third = await backup(program, shelf)
    assert third.deleted == (first.file,)
    assert names(shelf) == {"frontdoor-notes.txt", second.file.name, third.file.name}
    noted = last_backup(program.settings.data_dir)
    assert noted is not None
    assert (noted.at, noted.file) == (clock(), str(third.file.resolve()))


async def test_a_clock_that_jumped_ahead_deletes_no_backup(program: Program, shelf: Path, clock: Clock) -> None:
    made = [await backup(program, shelf)]
    clock.move(days=1)
    made.append(await backup(program, shelf))
    clock.move(days=40)
    ahead = await backup(program, shelf)
    assert (ahead.deleted, ahead.kept) == ((), tuple(one.file for one in made))
    assert all(one.file.exists() for one in made)
    clock.move(days=1)  # so it was right: nobody had made one for forty days
    assert (await backup(program, shelf)).deleted == ahead.kept


async def test_what_was_over_is_not_brought_back_and_nothing_is_sent_a_second_time(
    program: Program, writes: Any, shelf: Path, elsewhere: Settings, clock: Clock
) -> None:
    await writes("jak mi pomożecie", who="old")
    clock.move(days=20)
    await writes(WORDS, who="new", channel="sms")
    [due] = {row.state for row in await rows(program, Delivery)}
    assert due == "due"
    made = await backup(program, shelf)
    clock.move(days=11)
    done = await restore(elsewhere, made.file, PRIVATE)
    assert done.conversations == 1
    again = build(elsewhere, assistant=None, clock=clock)
    [conversation] = await rows(again, Conversation)
    assert conversation.pseudonym == "new"
    assert {(row.state, row.finished_at) for row in await rows(again, Delivery)} == {("unknown", clock())}
    await again.close()


async def test_other_systems_miss_no_event_after_a_restore(
    program: Program, writes: Any, shelf: Path, elsewhere: Settings, clock: Clock
) -> None:
    await writes(WORDS)
    made = await backup(program, shelf)
    await writes(WORDS, who="lost")
    known = max(event.id for event in await rows(program, CaseEvent))
    await restore(elsewhere, made.file, PRIVATE)
    again = build(elsewhere, assistant=PlainAssistant(), clock=clock)  # type: ignore[arg-type]
    inbound = Inbound(channel="web", pseudonym="b", external_id="1", text=WORDS, received_at=clock(), language_hint="pl")
    await again.frontdoor.receive(inbound)
    newest = max(event.id for event in await rows(again, CaseEvent))
    assert known < EVENTS_SKIPPED < newest
    await again.close()


async def test_a_restore_overwrites_nothing(program: Program, writes: Any, shelf: Path, elsewhere: Settings) -> None:
    await writes(WORDS)
    made = await backup(program, shelf)
    await restore(elsewhere, made.file, PRIVATE)
    before = (elsewhere.data_dir / "frontdoor.sqlite3").read_bytes()
    with pytest.raises(PlaceNotEmpty, match="There is a database at"):
        await restore(elsewhere, made.file, PRIVATE)
    (elsewhere.data_dir / "keys.json").write_text("{}")
    with pytest.raises(PlaceNotEmpty, match="another key file"):
        await restore(elsewhere, made.file, PRIVATE)
    assert (elsewhere.data_dir / "frontdoor.sqlite3").read_bytes() == before
    assert (await restore(elsewhere, made.file, PRIVATE, replace=True)).problem is None
    [aside] = elsewhere.data_dir.glob("replaced-*")
    assert names(aside) >= {"frontdoor.sqlite3", "keys.json"}


async def test_the_commands_do_the_same_and_say_what_to_do(
    bot: Bot, writes: Any, shelf: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await writes(WORDS)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "settings").write_text("RETENTION_DAYS=30000\n")
    (tmp_path / ".env").symlink_to("settings")  # as where settings are kept elsewhere
    status, printed = await bot("backup", str(shelf))
    assert (status, "BACKUP_RECIPIENTS is not set" in printed) == (1, True)
    status, printed = await bot("backup-key")
    public, private = (line.rpartition(" ")[2] for line in printed.splitlines()[:2])
    monkeypatch.setenv("BACKUP_RECIPIENTS", public.partition("=")[2])
    status, printed = await bot("backup", str(shelf / "not mounted"))
    assert (status, "There is no folder" in printed) == (1, True)
    assert (await bot("backup", str(shelf)))[0] == 0
    [made] = names(shelf)
    (tmp_path / "private").write_text(private)
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "elsewhere"))
    status, printed = await bot("restore", str(shelf / made), "--key-file", str(tmp_path / "private"))
    assert (status, "Conversations: 1. Open cases: 1." in printed) == (0, True), printed
    assert "are not sent again" in printed
    assert (tmp_path / "elsewhere" / "settings.env").read_text() == "RETENTION_DAYS=30000\n"


async def test_whoever_puts_an_unsealed_copy_back_is_told_that_what_waited_is_sent(
    bot: Bot, program: Program, writes: Any, shelf: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await writes(WORDS, channel="sms")
    made = await backup(program, shelf, sealed=False)
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "elsewhere"))
    status, printed = await bot("restore", str(made.file))
    assert (status, "Replies that were waiting then are sent" in printed) == (0, True), printed
    assert "not sent again" not in printed


async def test_an_unsealed_copy_is_the_way_back_on_the_same_machine(
    program: Program, writes: Any, shelf: Path, elsewhere: Settings
) -> None:
    await writes(WORDS, channel="sms")
    made = await backup(program, shelf, sealed=False)
    assert made.file.name.endswith(".tar.gz")
    done: Restored = await restore(elsewhere, made.file, None)
    assert (done.conversations, done.made_at, done.settings) == (1, program.clock(), None)
    again = build(elsewhere, assistant=None)
    assert {row.state for row in await rows(again, Delivery)} == {"due"}  # what waits is still sent
    await again.close()
