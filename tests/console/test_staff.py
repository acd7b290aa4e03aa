"""Accounts in the console and on the command line."""

from __future__ import annotations

import argparse
import base64
import json
import re
import sqlite3
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from bot.commands import audit, staff
from bot.console.staff import Role
from bot.program import Program, build
from bot.runtime.live_events import QUEUE
from bot.storage.tables import Conversation
from tests.console.cases import case_row
from tests.console.conftest import PASSWORD, Consultant
from tests.support import settings_in


async def test_only_administrators_see_accounts_and_only_coordinators_the_log(consultant: Any) -> None:
    allowed = {}
    for role in Role:
        someone = await consultant(role.value, role)
        allowed[role.value] = [(await someone.get(path)).status for path in ("/", "/audit", "/conversations", "/staff")]
    assert allowed == {
        "consultant": [200, 403, 403, 403],
        "coordinator": [200, 200, 200, 403],
        "administrator": [200, 200, 200, 200],
    }


async def test_an_administrator_adds_somebody_who_can_log_in(consultant: Any, browser: Any, program: Program) -> None:
    admin = await consultant("admin", Role.ADMINISTRATOR)
    page = await (await admin.post("/staff", name="Nowa Osoba", role="consultant")).text()
    password = re.search(r'class="secret big">([^<]+)<', page).group(1)  # type: ignore[union-attr]
    assert password not in await admin.text("/staff")
    await Consultant(await browser(), program, "Nowa Osoba").log_in_first(password)
    assert (await admin.post("/staff", name="nowa osoba", role="consultant")).status == 409
    assert (await admin.post("/staff", name="<b>", role="consultant")).status == 422


async def test_a_name_with_polish_letters_logs_in_however_it_is_typed(consultant: Any, browser: Any, program: Program) -> None:
    await consultant("Łucja Żak")
    for typed in ("Łucja Żak", "łucja żak", "  ŁUCJA  ŻAK "):
        someone = Consultant(await browser(), program, typed)
        await someone.get("/login")
        assert (await someone.post("/login", name=typed, password=PASSWORD)).status == 303


async def test_a_disabled_consultants_cases_go_back_to_the_queue(consultant: Any, writes: Any) -> None:
    case, admin, ola = await writes("zabrał mi paszport"), await consultant("admin", Role.ADMINISTRATOR), await consultant("Ola")
    await ola.post(f"/cases/{case}/take")
    page = await admin.text("/staff")
    account = re.search(r'/console/staff/([0-9a-f]{32})/disable" data-confirm="Ola', page).group(1)  # type: ignore[union-attr]
    await admin.post(f"/staff/{account}/disable")
    assert "Przejmij rozmowę" in await admin.text(f"/cases/{case}")


async def test_who_waits_for_somebody_who_is_locked_out_is_told_as_when_a_case_is_given_back(
    consultant: Any, writes: Any, program: Program
) -> None:
    told, quiet, unspoken = [await writes("zabrał mi paszport", who=who) for who in "abc"]
    admin, ola = await consultant("admin", Role.ADMINISTRATOR), await consultant("Ola")
    for case in (told, quiet, unspoken):
        await ola.post(f"/cases/{case}/take")
    for case in (told, quiet):
        await ola.post(f"/cases/{case}/answer", text="Dzień dobry", form_id=case)
    rows = [await case_row(program, case) for case in (told, quiet, unspoken)]
    async with program.database.transaction() as session:
        (await session.get_one(Conversation, rows[1].conversation_id)).quiet = True
    account = re.search(r'/console/staff/([0-9a-f]{32})/disable" data-confirm="Ola', await admin.text("/staff")).group(1)  # type: ignore[union-attr]
    with ExitStack() as open_pages:
        heard = [
            open_pages.enter_context(program.live_events.listen(name)) for name in (QUEUE, *(row.conversation_id for row in rows))
        ]
        assert (await admin.post(f"/staff/{account}/disable")).status == 303
        assert all(event.is_set() for event in heard)
    last = []
    async with program.database.transaction() as session:
        for row in rows:
            said = await program.conversations.messages(session, row.conversation_id)
            last.append((said[-1].author, "Znów odpowiada program" in said[-1].text))
    assert last == [("bot", True), ("consultant", False), ("bot", False)]  # never in quiet mode, nor where nobody spoke
    for case in (told, quiet, unspoken):
        assert (await case_row(program, case)).taken_by is None
        assert re.search(r"admin\W.*?oddanie do kolejki", await admin.text(f"/cases/{case}"), re.DOTALL)


async def test_the_last_administrator_cannot_be_locked_out(consultant: Any) -> None:
    admin = await consultant("admin", Role.ADMINISTRATOR)
    account = re.search(r"/console/staff/([0-9a-f]{32})/disable", await admin.text("/staff")).group(1)  # type: ignore[union-attr]
    assert (await admin.post(f"/staff/{account}/disable")).status == 409
    assert (await admin.post(f"/staff/{account}/role", role="consultant")).status == 409
    await admin.text("/staff")


async def test_the_log_can_be_checked_in_the_console(consultant: Any) -> None:
    ewa = await consultant("Ewa", Role.COORDINATOR)
    page = await ewa.text("/audit?check")
    assert "Dziennik jest cały" in page
    assert "drugi składnik" in page


def command(*arguments: str) -> int:
    parser = argparse.ArgumentParser()
    commands = parser.add_subparsers()
    staff.register(commands)
    audit.register(commands)
    options = parser.parse_args(arguments)
    return int(options.run(options))


@pytest.fixture
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    build(settings_in(tmp_path), assistant=None, create_keys=True)
    return tmp_path


def test_the_command_line_adds_lists_resets_and_disables(own_folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert command("staff", "add", "Ola", "--role", "administrator") == 0
    first = re.search(r": (\S+)$", capsys.readouterr().out).group(1)  # type: ignore[union-attr]
    assert command("staff", "add", "Jan") == 0
    assert command("staff", "add", "Jan") == 1
    assert command("staff", "reset", "Ola") == 0
    assert first not in capsys.readouterr().out
    assert command("staff", "disable", "Jan") == 0
    assert command("staff", "disable", "Ola") == 1
    assert command("staff", "disable", "Nikt") == 1
    capsys.readouterr()
    assert command("staff", "list") == 0
    assert [line.split() for line in capsys.readouterr().out.splitlines()] == [
        ["Jan", "consultant", "disabled"],
        ["Ola", "administrator", "new"],
    ]


def test_the_command_line_checks_the_log_and_notices_that_it_was_cut(
    own_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command("staff", "add", "Ola")
    command("staff", "add", "Jan")
    assert command("audit", "verify") == 0
    head = re.search(r"\d+:[0-9a-f]{64}", capsys.readouterr().out).group()  # type: ignore[union-attr]
    assert command("audit", "verify", "--holds", head) == 0
    with sqlite3.connect(own_folder / "frontdoor.sqlite3") as database:
        database.execute("DELETE FROM audit WHERE number = 2")
    assert command("audit", "verify") == 0
    assert command("audit", "verify", "--holds", head) == 1


def test_a_key_file_of_another_database_is_not_taken_for_a_log_that_was_changed(
    own_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command("staff", "add", "Ola")
    command("staff", "add", "Jan")
    keys = own_folder / "keys.json"
    ours = keys.read_text()
    keys.write_text(json.dumps(json.loads(ours) | {"pseudonym_key": base64.b64encode(bytes(32)).decode()}))
    capsys.readouterr()
    assert command("audit", "verify") == 1
    assert "is not the one that this database was written with" in capsys.readouterr().err
    keys.write_text(ours)
    with sqlite3.connect(own_folder / "frontdoor.sqlite3") as database:
        database.execute("UPDATE audit SET action = 'case_closed' WHERE number = 1")
    assert command("audit", "verify") == 1
    assert "Entry 1 of the audit log was changed" in capsys.readouterr().err
