"""Whatever keeps the program from starting is told in one sentence, and `check` says the same."""

from __future__ import annotations

import asyncio
import errno
import os
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bot.__main__ import main
from bot.operations.backup.making import make_backup
from bot.operations.backup.sealing import new_key
from bot.program import Program, opened
from bot.settings import SettingsInvalid, load_settings
from bot.storage.database import Database, DatabaseUnavailable
from bot.storage.vault import KeyFileUnusable
from tests.support import Clock, PlainAssistant, open_program, settings_in

SECRET = "hunter2"


Start = Callable[..., str]


def settings_of(folder: Path, **changes: str) -> dict[str, str]:
    return {"DATA_DIR": str(folder), "MODEL_DIR": str(folder), "PORT": "0", "METRICS_PORT": "0", **changes}


def last_line(told: str) -> str:
    """Return the one line that a start ends with which does not succeed."""
    *before, last = told.splitlines()
    assert all(line.startswith('{"') for line in before), told  # the log, of which no line is a traceback
    return last


@pytest.fixture
def start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Start:
    """Start the program where it cannot run; return the one line that it ends with."""

    def run(**changes: str) -> str:
        capsys.readouterr()
        with monkeypatch.context() as patch:
            for name, value in settings_of(tmp_path, **changes).items():
                patch.setenv(name, value)
            assert main(["serve"]) == 1
        return last_line(capsys.readouterr().err)

    return run


def test_a_process_that_cannot_run_ends_with_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    environment = {**os.environ, **settings_of(tmp_path, DATA_DIR=str(tmp_path / "file" / "data"))}
    command = [sys.executable, "-W", "ignore", "-m", "bot", "serve"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 1
    assert "for keys and database cannot be made" in last_line(done.stderr)


def test_a_port_that_is_taken_is_told(start: Start) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = str(other.getsockname()[1])
        assert f"Something else listens on 127.0.0.1:{port} already" in start(PORT=port)
        assert "set METRICS_PORT" in start(METRICS_PORT=port)
    assert "This machine has no address 192.0.2.1" in start(HOST="192.0.2.1")


async def test_a_disk_that_can_only_be_read_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_arguments: object, **_options: object) -> None:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    monkeypatch.setattr("bot.storage.vault.os.open", refuse)
    monkeypatch.setattr(Path, "unlink", refuse)  # such a disk refuses to remove even what is not there
    with pytest.raises(KeyFileUnusable, match=r"cannot be written \(Read-only file system\)"):
        await opened(settings_in(tmp_path), assistant=None)


def test_a_damaged_database_is_told_with_the_newest_backup(
    start: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    made = asyncio.run(_with_a_backup(tmp_path))
    path = tmp_path / "frontdoor.sqlite3"
    whole = path.read_bytes()
    for damaged in (b"x" * 4096 + whole[4096:], whole[:4096] + b"x" * (len(whole) - 4096)):
        path.write_bytes(damaged)
        for name in ("frontdoor.sqlite3-wal", "frontdoor.sqlite3-shm"):
            (tmp_path / name).unlink(missing_ok=True)
        told = start()
        assert "is damaged" in told
        assert f"The newest backup is of 2026-11-24 12:00 UTC: {made}" in told
        monkeypatch.setenv("DATA_DIR", str(tmp_path))
        assert main(["check"]) == 1
        [line] = [line for line in capsys.readouterr().out.splitlines() if " database " in line]
        assert "is damaged" in line
        assert str(made) in line


async def _with_a_backup(folder: Path) -> Path:
    program = await open_program(folder, PlainAssistant(), backup_recipients=new_key()[0])
    await program.frontdoor.greet(channel="web", pseudonym="a", language="pl")
    (folder / "backups").mkdir()
    made = await make_backup(program.settings, folder / "backups", Clock()())
    await program.close()
    return made.file


@pytest.mark.parametrize(
    ("url", "told"),
    [
        (f"mysql://root:{SECRET}@localhost/x", "this program knows PostgreSQL (postgresql+psycopg://…) and SQLite, not mysql"),
        (SECRET, "it looks like postgresql+psycopg://user:password@host/name"),
        (f"postgresql://a:{SECRET}@127.0.0.1:1/x", "PostgreSQL does not answer at 127.0.0.1:1"),
        (f"postgres://a:{SECRET}@nowhere.invalid/x", "The host nowhere.invalid of DATABASE_URL is not known"),
        ("sqlite+aiosqlite:////nowhere/x.sqlite3", "cannot be opened or made: is its folder there"),
    ],
)
async def test_a_database_that_cannot_be_used_is_told_without_its_password(
    monkeypatch: pytest.MonkeyPatch, url: str, told: str
) -> None:
    monkeypatch.setenv("DATABASE_URL", url)
    with pytest.raises((SettingsInvalid, DatabaseUnavailable)) as raised:
        await Database(load_settings().database).migrate()
    assert told in str(raised.value)
    assert SECRET not in str(raised.value)


@pytest.mark.parametrize(
    ("name", "bad", "good"),
    [
        ("PUBLIC_URL", "our.example.org", "https://help.example.org/"),
        ("PUBLIC_URL", "https://help.example.org/chat", "http://127.0.0.1:8080"),
        ("TRANSLATOR_URL", "127.0.0.1:5000", "http://127.0.0.1:5000"),
        ("TWILIO_ACCOUNT_SID", "SK" + "0" * 32, "AC" + "0" * 32),
        ("TWILIO_NUMBER", "732 000 000", "+48732000000"),
        ("TWILIO_WHATSAPP_NUMBER", "whatsapp:+48732000000", "+48732000000"),
        ("TELEGRAM_BOT_TOKEN", "@frontdoorbot", "123:AAE-x_y"),
        pytest.param("BACKUP_RECIPIENTS", "AGE-SECRET-KEY-1", new_key()[0], id="BACKUP_RECIPIENTS"),
        ("RETENTION_DAYS", "thirty", "30"),
        ("ALARM_SELF_TEST", "11 o'clock", "11:00"),
        ("ALARM_SELF_TEST", "noon", "off"),
    ],
)
def test_a_value_that_cannot_be_right_is_told_with_its_name_and_never_quoted(
    monkeypatch: pytest.MonkeyPatch, name: str, bad: str, good: str
) -> None:
    monkeypatch.setenv(name, bad)
    with pytest.raises(SettingsInvalid, match=rf"^These settings cannot be used\. {name}: ") as raised:
        load_settings()
    assert bad not in str(raised.value)
    monkeypatch.setenv(name, good)
    load_settings()


def test_a_language_that_is_not_served_is_told(start: Start) -> None:
    assert "DEFAULT_LANGUAGE must be one of pl, en" in start(DEFAULT_LANGUAGE="qaa")


async def test_a_misspelt_setting_is_told_with_the_one_that_was_meant(
    program: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[Any]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATA_DIR", str(program.settings.data_dir))
    (tmp_path / ".env").write_text("TWILO_NUMBER=+48732000000\nRETENTION_DAYS=30\nPOSTGRES_PASSWORD=x\n")
    monkeypatch.setenv("TELEGRAM_BOT_TOKN", "1:a")
    assert await asyncio.to_thread(main, ["check"]) == 1
    printed = capsys.readouterr().out
    assert "TWILO_NUMBER in .env is no setting, and has no effect. Is TWILIO_NUMBER meant?" in printed
    assert "POSTGRES_PASSWORD in .env is no setting" in printed
    assert "TELEGRAM_BOT_TOKN in the environment is no setting, and has no effect. Is TELEGRAM_BOT_TOKEN meant?" in printed
    assert "PATH in the environment" not in printed
    assert "RETENTION_DAYS" not in printed


def test_an_address_that_is_not_encrypted_is_told_by_check(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    monkeypatch.setenv("PUBLIC_URL", "http://help.example.org")
    main(["check"])
    assert "PUBLIC_URL is not https" in capsys.readouterr().out
