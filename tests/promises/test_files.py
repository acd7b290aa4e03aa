"""Promises of the threat model: nobody else with an account on the machine reads the files."""

import os
from pathlib import Path

import pytest

from bot.commands.checks import machine
from bot.operations.backup.making import make_backup
from bot.operations.backup.sealing import new_key
from bot.program import build
from bot.storage.files import close_to_others, open_to_others
from tests.conversation.test_frontdoor import inbound
from tests.support import Clock, PlainAssistant, open_program, settings_in


@pytest.fixture
def careless_umask() -> object:
    before = os.umask(0o000)
    yield
    os.umask(before)


def modes(folder: Path) -> dict[str, str]:
    return {path.name: oct(path.stat().st_mode & 0o777) for path in (folder, *folder.iterdir())}


@pytest.mark.usefixtures("careless_umask")
async def test_a_new_installation_is_its_owners_alone_whatever_the_umask(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    program = build(settings_in(folder), assistant=None, create_keys=True)
    await program.database.migrate()
    await program.frontdoor.receive(inbound("jak mi pomożecie"))
    assert modes(folder) == {
        "data": "0o700",
        "keys.json": "0o600",
        "frontdoor.sqlite3": "0o600",
        "frontdoor.sqlite3-wal": "0o600",
        "frontdoor.sqlite3-shm": "0o600",
    }
    await program.close()


@pytest.mark.usefixtures("careless_umask")
async def test_what_a_backup_leaves_on_the_machine_is_its_owners_alone_whatever_the_umask(tmp_path: Path) -> None:
    folder, shelf = tmp_path / "data", tmp_path / "backups"
    program = build(settings_in(folder), assistant=None, create_keys=True)
    await program.database.migrate()
    public, _private = new_key()
    shelf.mkdir()
    made = await make_backup(program.settings.model_copy(update={"backup_recipients": public}), shelf, program.clock())
    assert oct(made.file.stat().st_mode & 0o777) == "0o600"
    assert modes(folder)["last-backup.json"] == "0o600"
    assert {mode for name, mode in modes(folder).items() if name != "data"} == {"0o600"}
    await program.close()


async def test_an_installation_that_stood_open_is_closed_at_the_start(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    first = await open_program(folder, PlainAssistant(), Clock())
    await first.frontdoor.receive(inbound("jak mi pomożecie"))
    folder.chmod(0o755)
    for path in folder.iterdir():
        path.chmod(0o644)
    second = build(first.settings, assistant=PlainAssistant(), clock=Clock())  # type: ignore[arg-type]
    await second.database.ping()
    assert modes(folder) == {path: "0o700" if path == "data" else "0o600" for path in modes(folder)}
    await first.close()
    await second.close()


def test_check_says_what_others_can_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "open_to_others", lambda path: [path.parent])
    (finding,) = machine.check_rights(settings_in(tmp_path))
    assert (finding.state, str(tmp_path) in finding.sentence) == ("missing", True)


def test_a_folder_for_everybody_stays_one(tmp_path: Path) -> None:
    tmp_path.chmod(0o1777)
    close_to_others(tmp_path / "frontdoor.sqlite3")
    assert oct(tmp_path.stat().st_mode & 0o7777) == "0o1777"
    assert list(open_to_others(tmp_path / "frontdoor.sqlite3")) == []
