"""The staff's keys to sealed cases: who is given them, who loses them, and what they outlast."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer
from sqlalchemy import delete, select, update

from bot.console.app import make_console
from bot.console.services import PREFIX
from bot.console.staff import Accounts, Role
from bot.program import Program, build
from bot.storage.audit import AuditLog
from bot.storage.tables import AuditEntry, Staff, StaffSession
from bot.storage.tables_seals import CaseKeyGiven, StaffKey
from tests.console.conftest import PASSWORD, Client, Consultant
from tests.console.sealing import ALL, SEALED, Make, account, fill, rest, sealed, shown
from tests.support import Bot, Clock, PlainAssistant


async def actions(program: Program) -> list[str]:
    async with program.database.transaction() as session:
        return list(await session.scalars(select(AuditEntry.action).order_by(AuditEntry.number)))


async def test_somebody_new_sees_who_can_open_it_until_a_coordinator_gives_them_the_keys(
    program: Program, clock: Clock, consultant: Make, writes: Any
) -> None:
    ewa, case = await sealed(program, clock, consultant, writes)
    jan = await consultant("Jan")
    page = await jan.text(f"/cases/{case}")
    assert shown(page) == set()
    assert SEALED in page
    assert "Otworzą ją: Ewa." in page
    assert "nie da się odczytać" not in page
    refused = await jan.post(f"/cases/{case}/tags", tags="")
    assert refused.status == 409  # nobody writes over what they cannot see
    assert (await jan.post(f"/cases/{case}/report", what="")).status == 409
    assert (await jan.get("/sealed")).status == 403

    await ewa.log_in()
    page = await ewa.text("/sealed")
    assert "1 z 1 zamkniętych spraw" in page
    assert "0 z 1" in page
    number = (await account(program, "Jan")).id
    assert (await ewa.post(f"/sealed/{number}/give")).headers["Location"].endswith("given=1")
    assert "Dano klucze: 1." in await ewa.text("/sealed?given=1")
    assert shown(await jan.text(f"/cases/{case}")) == set(ALL)
    assert "sealed_given" in await actions(program)
    assert (await ewa.post(f"/sealed/{number}/give")).headers["Location"].endswith("given=0")


async def test_after_a_lost_password_a_coordinator_gives_everything_again(
    program: Program, clock: Clock, consultant: Make, writes: Any, browser: Any
) -> None:
    ewa, ola = await consultant("Ewa", Role.COORDINATOR), await consultant("Ola")
    case = await fill(program, writes, ola)
    await rest(program, clock)
    number = (await account(program, "Ola")).id
    async with program.database.transaction() as session:
        accounts = Accounts(program.vault, AuditLog(program.vault))
        password = await accounts.reset(session, await session.get_one(Staff, number), by="test", now=clock())
    async with program.database.transaction() as session:
        assert await session.get(StaffKey, number) is None
        assert list(await session.scalars(select(CaseKeyGiven).filter_by(staff_id=number))) == []
    again = Consultant(await browser(), program, "Ola")
    await again.log_in_first(password)
    assert shown(await again.text(f"/cases/{case}")) == set()
    await ewa.log_in()
    await ewa.text("/sealed")
    await ewa.post(f"/sealed/{number}/give")
    assert shown(await again.text(f"/cases/{case}")) == set(ALL)


async def test_a_new_password_of_ones_own_keeps_everything(program: Program, clock: Clock, consultant: Make, writes: Any) -> None:
    ewa, case = await sealed(program, clock, consultant, writes)
    await ewa.log_in()
    await ewa.get("/password")
    new = "inne hasło i siedem gęsi"
    assert (await ewa.post("/password", old=PASSWORD, new=new, again=new)).status == 303
    assert shown(await ewa.text(f"/cases/{case}")) == set(ALL)
    clock.move(minutes=61)
    await ewa.log_in(new)
    assert shown(await ewa.text(f"/cases/{case}")) == set(ALL)


async def test_a_login_from_before_keys_were_made_is_told_to_log_in_again(
    program: Program, clock: Clock, consultant: Make, writes: Any
) -> None:
    ewa, case = await sealed(program, clock, consultant, writes)
    await ewa.log_in()
    async with program.database.transaction() as session:
        await session.execute(update(StaffSession).values(unlocked=None))
    page = await ewa.text(f"/cases/{case}")
    assert shown(page) == set()
    assert "zaloguj się jeszcze raz" in page
    assert "Twoje logowanie nie ma klucza" in await ewa.text("/sealed")


async def test_the_last_key_of_a_case_is_not_thrown_away_unless_somebody_says_so(
    program: Program, clock: Clock, consultant: Make, writes: Any, bot: Bot
) -> None:
    ewa, ada = await consultant("Ewa", Role.COORDINATOR), await consultant("Ada", Role.ADMINISTRATOR)
    await fill(program, writes, ewa)
    await rest(program, clock)
    number = (await account(program, "Ewa")).id
    async with program.database.transaction() as session:
        await session.execute(delete(CaseKeyGiven).where(CaseKeyGiven.staff_id != number))
    await ada.log_in()
    await ada.text("/staff")
    refused = await ada.post(f"/staff/{number}/reset")
    assert refused.status == 409
    assert "otwiera niektóre zapieczętowane sprawy" in await refused.text()
    assert (await account(program, "Ewa")).totp_secret is not None
    assert (await ada.post(f"/staff/{number}/disable")).status == 303  # a lock-out is never refused, and loses nothing
    async with program.database.transaction() as session:
        assert len(list(await session.scalars(select(CaseKeyGiven)))) == 1
    status, printed = await bot("staff", "reset", "Ewa")
    assert (status, "Nobody else can open 1 sealed case(s)" in printed) == (1, True)
    assert (await bot("staff", "reset", "Ewa", "--lose-sealed-cases"))[0] == 0
    async with program.database.transaction() as session:
        assert list(await session.scalars(select(CaseKeyGiven))) == []


async def test_who_is_locked_out_keeps_no_key_and_gets_none(
    program: Program, clock: Clock, consultant: Make, writes: Any, bot: Bot
) -> None:
    ewa, _ola, jan = await consultant("Ewa", Role.COORDINATOR), await consultant("Ola"), await consultant("Jan")
    await fill(program, writes, jan)
    await rest(program, clock)
    await bot("staff", "disable", "Ola")
    number = (await account(program, "Ola")).id
    async with program.database.transaction() as session:
        assert await session.get(StaffKey, number) is None
        assert number not in list(await session.scalars(select(CaseKeyGiven.staff_id)))
    await ewa.log_in()
    await ewa.text("/sealed")
    assert (await ewa.post(f"/sealed/{number}/give")).headers["Location"].endswith("given=0")


async def test_every_process_opens_what_the_cookie_of_a_login_at_another_one_unlocks(
    program: Program, clock: Clock, consultant: Make, writes: Any, aiohttp_client: Callable[..., Awaitable[Client]]
) -> None:
    ewa, case = await sealed(program, clock, consultant, writes)
    await ewa.log_in()
    other = build(program.settings, assistant=PlainAssistant(), clock=clock)  # type: ignore[arg-type]
    app = web.Application()
    app.add_subapp(PREFIX, make_console(other))
    there = await aiohttp_client(TestServer(app))
    cookies = {cookie.key: cookie.value for cookie in ewa.client.session.cookie_jar}
    page = await there.get(f"{PREFIX}/cases/{case}", cookies=cookies)
    assert shown(await page.text()) == set(ALL)
    await other.close()


async def test_a_new_key_of_the_server_leaves_what_is_sealed_to_the_staff_and_their_keys_go_on_opening_it(
    program: Program,
    clock: Clock,
    consultant: Make,
    writes: Any,
    bot: Bot,
    aiohttp_client: Callable[..., Awaitable[Client]],
) -> None:
    ewa, case = await sealed(program, clock, consultant, writes)
    assert (await bot("keys", "rotate"))[0] == 0
    assert (await bot("keys", "drop-old"))[0] == 0
    assert "The keys open what is stored" in (await bot("check"))[1]
    other = build(program.settings, assistant=PlainAssistant(), clock=clock)  # type: ignore[arg-type]
    app = web.Application()
    app.add_subapp(PREFIX, make_console(other))
    there = Consultant(await aiohttp_client(TestServer(app)), other, "Ewa")
    there.secret = ewa.secret
    await there.log_in()
    assert shown(await there.text(f"/cases/{case}")) == set(ALL)
    await other.close()
