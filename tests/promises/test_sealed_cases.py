"""Promises of the threat model: whoever has the database and the key file reads no word of a case that was closed an hour ago."""

import base64
import re
from pathlib import Path
from typing import Any

from sqlalchemy import select

from bot.console.staff import Role
from bot.program import Program
from bot.storage.residual_data import ResidualData
from bot.storage.sealed import SEALED
from bot.storage.tables import Message, Staff, StaffSession, Table
from bot.storage.tables_seals import CaseKeyGiven, StaffKey
from bot.storage.vault import SealBroken, open_vault
from tests.console.conftest import *  # noqa: F403 - consultants at their browsers
from tests.console.conftest import PASSWORD
from tests.console.sealing import ALL, fill, rest, shown
from tests.promises.test_erasure import pieces
from tests.support import Clock, in_files


async def opened_by_the_key_file(program: Program, folder: Path) -> bytes:
    """Return all that a thief of database and key file reads: each value that is in the clear, and each that the keys open."""
    vault, read = open_vault(folder / "keys.json"), list[bytes]()
    async with program.database.reading() as session:
        for table in Table.metadata.sorted_tables:
            for row in await session.execute(select(table)):
                read += [str(value).encode() for value in row if not isinstance(value, bytes)]
        for sealed in SEALED:
            for one in await session.scalars(select(sealed.table).where(sealed.values.is_not(None))):
                try:
                    read.append(vault.open(getattr(one, sealed.column), sealed.place_of(one)).encode())
                except SealBroken:
                    continue
    return b"\n".join(read)


def words_in(read: bytes) -> set[str]:
    return {words for words in ALL if words.encode() in read or words.encode("unicode_escape") in read}


async def test_the_key_file_alone_opens_no_word_of_a_closed_case_and_the_staffs_passwords_do(
    program: Program, clock: Clock, tmp_path: Path, consultant: Any, writes: Any
) -> None:
    ewa, ola = await consultant("Ewa", Role.COORDINATOR), await consultant("Ola")
    case = await fill(program, writes, ola)
    assert words_in(await opened_by_the_key_file(program, tmp_path)) == set(ALL)
    await rest(program, clock)
    await ewa.log_in()  # somebody is logged in while the files are stolen
    assert shown(await ewa.text(f"/cases/{case}")) == set(ALL)
    read = await opened_by_the_key_file(program, tmp_path)
    assert words_in(read) == set()
    assert len(read) > 1000

    from bot.console.staff_keys import StaffKeys  # what the password yields is nowhere in what was read

    async with program.database.reading() as session:
        row = (await session.scalars(select(Staff).filter_by(name="Ewa"))).one()
        given = (await session.scalars(select(CaseKeyGiven).filter_by(staff_id=row.id))).one()
    private = await StaffKeys(program.database, program.vault).unlock(row, PASSWORD, now=clock())
    assert private is not None
    assert await StaffKeys(program.database, program.vault).unlock(row, "inne hasło niż jej", now=clock()) is None
    from bot.storage.case_keys import CaseKey

    key = CaseKey.taken(given.given, number=given.sealing_id, staff_id=row.id, private_key=private).key
    for secret in (private, key):
        assert secret not in read
        assert base64.b64encode(secret) not in read
        assert secret.hex().encode() not in read


async def test_what_the_key_file_opened_before_is_gone_from_the_files(
    program: Program, clock: Clock, tmp_path: Path, consultant: Any, writes: Any
) -> None:
    ewa = await consultant("Ewa", Role.COORDINATOR)
    await fill(program, writes, ewa)
    async with program.database.reading() as session:
        before = [message.content for message in await session.scalars(select(Message))]
    assert all(any(piece in in_files(tmp_path) for piece in pieces(value)) for value in before)
    await rest(program, clock)
    residual_data: ResidualData = program.residual_data
    await residual_data.look()
    files = in_files(tmp_path)
    assert [value for value in before if any(piece in files for piece in pieces(value))] == []


async def test_a_key_of_the_staff_opens_with_its_own_password_or_cookie_and_nothing_else(
    program: Program, clock: Clock, consultant: Any
) -> None:
    ewa, _ola = await consultant("Ewa", Role.COORDINATOR), await consultant("Ola")
    async with program.database.transaction() as session:
        rows = list(await session.scalars(select(StaffKey).order_by(StaffKey.staff_id)))
        logins = list(await session.scalars(select(StaffSession).order_by(StaffSession.staff_id)))
        rows[0].private_key = program.vault.seal(
            program.vault.open(rows[1].private_key, f"staff-key:{rows[1].staff_id}"), f"staff-key:{rows[0].staff_id}"
        )
        unlocked = [program.vault.open(login.unlocked or b"", f"unlocked:{login.token_hash}") for login in logins]
        for login, another in zip(logins, reversed(unlocked), strict=True):
            login.unlocked = program.vault.seal(another, f"unlocked:{login.token_hash}")
    page = await ewa.text("/sealed")
    assert "Twoje logowanie nie ma klucza" in page  # a session that was put in the place of another one
    from bot.console.staff_keys import StaffKeys

    async with program.database.reading() as session:
        staff = await session.get_one(Staff, rows[0].staff_id)
    assert await StaffKeys(program.database, program.vault).unlock(staff, PASSWORD, now=clock()) is None


async def test_no_key_of_the_staff_is_in_a_page_a_cookie_or_the_log(
    program: Program, clock: Clock, consultant: Any, capsys: Any
) -> None:
    from bot.runtime.logs import configure_logs

    configure_logs("DEBUG")
    ewa = await consultant("Ewa", Role.COORDINATOR)
    from bot.console.logins import Logins, Visitor
    from bot.console.services import ConsoleServices

    [token] = [cookie.value for cookie in ewa.client.session.cookie_jar if cookie.key == "console"]
    logins: Logins = ConsoleServices(program).logins
    async with program.database.transaction() as session:
        visitor: Visitor | None = await logins.find(session, token, now=clock(), active=True)
    assert visitor is not None
    assert visitor.private_key is not None
    assert "private_key" not in repr(visitor)
    seen = await ewa.text("/sealed") + token + "".join(capsys.readouterr())
    for form in (base64.b64encode(visitor.private_key).decode(), visitor.private_key.hex(), repr(visitor.private_key)):
        assert not re.search(re.escape(form), seen)
